"""wechat: the tables of the first release (main)."""

import sqlalchemy as sa
from alembic import op

revision = "wechat_main_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wx_applied',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_wx_applied'))
    )
    op.create_table('wx_bind_code',
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_wx_bind_code'))
    )
    op.create_table('wx_follower',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('openid_index', sa.LargeBinary(), nullable=False),
    sa.Column('openid', sa.LargeBinary(), nullable=False),
    sa.Column('subscribed', sa.Boolean(), nullable=False),
    sa.Column('first_at', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.Column('unsubscribed_at', sa.BigInteger(), nullable=True),
    sa.Column('first_channel', sa.String(), nullable=True),
    sa.Column('last_channel', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('contact_id', sa.Uuid(), nullable=True),
    sa.Column('bound_at', sa.BigInteger(), nullable=True),
    sa.Column('bound_by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wx_follower')),
    sa.UniqueConstraint('openid_index', name=op.f('uq_wx_follower_openid_index'))
    )
    op.create_index(op.f('ix_wx_follower_contact_id'), 'wx_follower', ['contact_id'], unique=False)
    op.create_index(op.f('ix_wx_follower_first_channel'), 'wx_follower', ['first_channel'], unique=False)
    op.create_table('wx_qr_code',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('scene', sa.String(), nullable=False),
    sa.Column('permanent', sa.Boolean(), nullable=False),
    sa.Column('ticket', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_wx_qr_code')),
    sa.UniqueConstraint('scene', name=op.f('uq_wx_qr_code_scene'))
    )
    op.create_table('wx_token',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('app_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('value', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wx_token')),
    sa.UniqueConstraint('app_id', 'kind', name=op.f('uq_wx_token_app_id_kind'))
    )
    op.create_table('wx_bind_miss',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('follower_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_bind_miss_follower_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wx_bind_miss'))
    )
    op.create_index(op.f('ix_wx_bind_miss_at'), 'wx_bind_miss', ['at'], unique=False)
    op.create_index(op.f('ix_wx_bind_miss_follower_id'), 'wx_bind_miss', ['follower_id'], unique=False)
    op.create_table('wx_conversation',
    sa.Column('follower_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('agent', sa.String(), nullable=True),
    sa.Column('unanswered', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_conversation_follower_id')),
    sa.PrimaryKeyConstraint('follower_id', name=op.f('pk_wx_conversation'))
    )
    op.create_index(op.f('ix_wx_conversation_state'), 'wx_conversation', ['state'], unique=False)
    op.create_table('wx_follow_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('follower_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('came_back', sa.Boolean(), nullable=False),
    sa.Column('channel', sa.String(), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_follow_event_follower_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wx_follow_event'))
    )
    op.create_index('ix_wx_follow_event_day_channel', 'wx_follow_event', ['day', 'channel'], unique=False)
    op.create_index(op.f('ix_wx_follow_event_follower_id'), 'wx_follow_event', ['follower_id'], unique=False)
    op.create_table('wx_follower_tag',
    sa.Column('follower_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_follower_tag_follower_id')),
    sa.PrimaryKeyConstraint('follower_id', 'name', name=op.f('pk_wx_follower_tag'))
    )
    op.create_table('wx_inbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('dedupe', sa.LargeBinary(), nullable=False),
    sa.Column('follower_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('event_key', sa.String(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=True),
    sa.Column('sender', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('rule', sa.String(), nullable=True),
    sa.Column('reply', sa.LargeBinary(), nullable=True),
    sa.Column('reply_kind', sa.String(), nullable=True),
    sa.Column('took_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_inbox_follower_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wx_inbox')),
    sa.UniqueConstraint('dedupe', name=op.f('uq_wx_inbox_dedupe'))
    )
    op.create_index('ix_wx_inbox_follower_at', 'wx_inbox', ['follower_id', 'created_at'], unique=False)
    op.create_index('ix_wx_inbox_state_received', 'wx_inbox', ['state', 'received_at'], unique=False)
    op.create_table('wx_outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('follower_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('errcode', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_outbox_follower_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wx_outbox'))
    )
    op.create_index(op.f('ix_wx_outbox_follower_id'), 'wx_outbox', ['follower_id'], unique=False)
    op.create_table('wx_window',
    sa.Column('follower_id', sa.Uuid(), nullable=False),
    sa.Column('trigger', sa.String(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('closes_at', sa.BigInteger(), nullable=False),
    sa.Column('quota', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('used', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['follower_id'], ['wx_follower.id'], name=op.f('fk_wx_window_follower_id')),
    sa.PrimaryKeyConstraint('follower_id', name=op.f('pk_wx_window'))
    )


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
