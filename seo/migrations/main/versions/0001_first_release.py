"""seo: the tables of the first release (main)."""

import sqlalchemy as sa
from alembic import op

revision = "seo_main_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seo_comparison',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('page', sa.Text(), nullable=False),
    sa.Column('competitors', sa.JSON(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('finished_at', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('read', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fault', sa.Text(), nullable=True),
    sa.Column('profiles', sa.LargeBinary(), nullable=True),
    sa.Column('draft', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_comparison'))
    )
    op.create_table('seo_crawl',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('start_url', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('finished_at', sa.BigInteger(), nullable=True),
    sa.Column('heartbeat_at', sa.BigInteger(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('max_pages', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('pages', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('requests', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('links', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('urls', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('queued', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('failures', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('errors', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('warnings', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notices', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('workspace_hash', sa.String(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('stopped_because', sa.Text(), nullable=True),
    sa.Column('totals', sa.JSON(), nullable=False),
    sa.Column('kept', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_crawl'))
    )
    op.create_table('seo_crawler_address',
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('address_index', sa.LargeBinary(), nullable=False),
    sa.Column('verification', sa.String(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('engine', 'address_index', name=op.f('pk_seo_crawler_address'))
    )
    op.create_table('seo_crawler_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('status', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('verification', sa.String(), nullable=False),
    sa.Column('visits', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('day', 'engine', 'section', 'status', 'verification', name=op.f('pk_seo_crawler_day'))
    )
    op.create_table('seo_crawler_range',
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('seen', sa.Date(), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('engine', 'network', name=op.f('pk_seo_crawler_range'))
    )
    op.create_table('seo_crawler_url',
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('visits', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('first_at', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('engine', 'url', name=op.f('pk_seo_crawler_url'))
    )
    op.create_index('ix_seo_crawler_url_last', 'seo_crawler_url', ['last_at'], unique=False)
    op.create_index('ix_seo_crawler_url_status', 'seo_crawler_url', ['engine', 'status'], unique=False)
    op.create_table('seo_index_count',
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('pages', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('engine', 'day', name=op.f('pk_seo_index_count'))
    )
    op.create_table('seo_issue',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('identity', sa.LargeBinary(), nullable=False),
    sa.Column('check_id', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('url_hash', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.Text(), nullable=True),
    sa.Column('detail', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('first_seen', sa.BigInteger(), nullable=False),
    sa.Column('first_crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fixed_at', sa.BigInteger(), nullable=True),
    sa.Column('fixed_crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('accepted', sa.Text(), nullable=True),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.Column('assigned_to', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_issue')),
    sa.UniqueConstraint('identity', name=op.f('uq_seo_issue_identity'))
    )
    op.create_index('ix_seo_issue_open', 'seo_issue', ['check_id', 'severity', 'state', 'last_crawl_id', 'weight', 'accepted'], unique=False, sqlite_where=sa.text('accepted IS NULL'), postgresql_where=sa.text('accepted IS NULL'))
    op.create_index('ix_seo_issue_state', 'seo_issue', ['state', 'last_crawl_id'], unique=False)
    op.create_index('ix_seo_issue_url', 'seo_issue', ['url_hash'], unique=False)
    op.create_table('seo_log',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('head_bytes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('offset', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('within_line', sa.Boolean(), nullable=False),
    sa.Column('loose_end', sa.Boolean(), nullable=False),
    sa.Column('lines', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unreadable', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('other_sites', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_log')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_seo_log_fingerprint'))
    )
    op.create_index('ix_seo_log_head', 'seo_log', ['head_bytes'], unique=False)
    op.create_table('seo_position',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('word', sa.Text(), nullable=False),
    sa.Column('word_key', sa.Text(), nullable=False),
    sa.Column('position', sa.Double(), nullable=True),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('volume', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('clicks', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('impressions', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('digest', sa.LargeBinary(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_position')),
    sa.UniqueConstraint('digest', name=op.f('uq_seo_position_digest'))
    )
    op.create_index('ix_seo_position_day', 'seo_position', ['day'], unique=False)
    op.create_index('ix_seo_position_word', 'seo_position', ['word_key', 'day'], unique=False)
    op.create_table('seo_push',
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('times', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('engine', 'url', name=op.f('pk_seo_push'))
    )
    op.create_index('ix_seo_push_engine_day', 'seo_push', ['engine', 'day'], unique=False)
    op.create_table('seo_push_quota',
    sa.Column('engine', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('quota_left', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('engine', 'day', name=op.f('pk_seo_push_quota'))
    )
    op.create_table('seo_site_figure',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'host', 'name', 'day', name=op.f('pk_seo_site_figure'))
    )
    op.create_table('seo_word_count',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('in_texts', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_word_count'))
    )
    op.create_table('seo_word_page',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('count_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('word_key', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('in_title', sa.Boolean(), nullable=False),
    sa.Column('by_tail', sa.Boolean(), nullable=False),
    sa.Column('in_h1', sa.Boolean(), nullable=False),
    sa.Column('headings', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('in_text', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('anchors', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seo_word_page'))
    )
    op.create_index('ix_seo_word_page_count', 'seo_word_page', ['count_id', 'word_key'], unique=False)


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
