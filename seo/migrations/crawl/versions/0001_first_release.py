"""seo: the tables of the first release (crawl)."""

import sqlalchemy as sa
from alembic import op

revision = "seo_crawl_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seo_external_fault',
    sa.Column('url_hash', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('looked_at', sa.BigInteger(), nullable=False),
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('url_hash', name=op.f('pk_seo_external_fault')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_finding',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('url_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('check_id', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=True),
    sa.Column('detail', sa.LargeBinary(), nullable=False),
    sa.Column('whole_site', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'url_id', 'number', name=op.f('pk_seo_finding')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_index('ix_seo_finding_check', 'seo_finding', ['crawl_id', 'check_id'], unique=False, schema='crawl')
    op.create_table('seo_inlink',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'target', 'source', 'position', name=op.f('pk_seo_inlink')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_link',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('flags', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('column', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fragment', sa.Text(), nullable=True),
    sa.Column('href', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('crawl_id', 'source', 'position', name=op.f('pk_seo_link')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_link_proposal',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('place', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'place', name=op.f('pk_seo_link_proposal')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_origin',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('robots_url_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('robots_status', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('robots_fault', sa.String(), nullable=True),
    sa.Column('robots_text', sa.Text(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'origin', name=op.f('pk_seo_origin')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_page',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('title_px', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('description_px', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('h1', sa.Text(), nullable=False),
    sa.Column('h2', sa.Text(), nullable=False),
    sa.Column('lang', sa.String(), nullable=True),
    sa.Column('charset', sa.String(), nullable=False),
    sa.Column('canonical', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('noindex', sa.Boolean(), nullable=False),
    sa.Column('nofollow', sa.Boolean(), nullable=False),
    sa.Column('words', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('han', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('elements', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('images', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('links_internal', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('links_external', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text_hash', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sketch', sa.LargeBinary(), nullable=False),
    sa.Column('icp', sa.String(), nullable=True),
    sa.Column('tags', sa.String(), nullable=False),
    sa.Column('anchors', sa.LargeBinary(), nullable=True),
    sa.Column('sheet', sa.LargeBinary(), nullable=False),
    sa.Column('click_depth', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('inlinks', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('equity', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'id', name=op.f('pk_seo_page')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_sitemap',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('level', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entries', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('size_bytes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('problems', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'id', name=op.f('pk_seo_sitemap')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_sitemap_entry',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitemap_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lastmod', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('crawl_id', 'sitemap_id', 'position', name=op.f('pk_seo_sitemap_entry')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_text',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('crawl_id', 'id', name=op.f('pk_seo_text')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_table('seo_url',
    sa.Column('crawl_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('internal', sa.Boolean(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('depth', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hops', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rank', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('found_by', sa.String(), nullable=False),
    sa.Column('found_from', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('status', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('fault', sa.String(), nullable=True),
    sa.Column('fault_text', sa.Text(), nullable=True),
    sa.Column('verdict', sa.String(), nullable=True),
    sa.Column('media_type', sa.String(), nullable=True),
    sa.Column('size_bytes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('wire_bytes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ttfb_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('total_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('redirect_to', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fetched_at', sa.BigInteger(), nullable=True),
    sa.Column('picture', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('crawl_id', 'id', name=op.f('pk_seo_url')),
    schema='crawl',
    sqlite_with_rowid=False
    )
    op.create_index('ix_seo_url_queue', 'seo_url', ['crawl_id', 'state', 'kind'], unique=False, schema='crawl')


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
