"""growth: the tables of the first release (events)."""

import sqlalchemy as sa
from alembic import op

revision = "growth_events_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('beacon_count',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('day', 'what', name=op.f('pk_beacon_count')),
    schema='events'
    )
    op.create_table('dropped_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.BigInteger(), nullable=False),
    sa.Column('at_micros', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('rules', sa.String(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('page', sa.BigInteger(), nullable=False),
    sa.Column('agent', sa.BigInteger(), nullable=False),
    sa.Column('referrer', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dropped_event')),
    sa.UniqueConstraint('key', name=op.f('uq_dropped_event_key')),
    schema='events'
    )
    op.create_index('ix_dropped_event_at_micros', 'dropped_event', ['at_micros', 'reason'], unique=False, schema='events')
    op.create_table('event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.BigInteger(), nullable=False),
    sa.Column('at_micros', sa.BigInteger(), nullable=False),
    sa.Column('visitor', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('view', sa.BigInteger(), nullable=False),
    sa.Column('page', sa.BigInteger(), nullable=False),
    sa.Column('origin', sa.BigInteger(), nullable=False),
    sa.Column('strength', sa.SmallInteger(), nullable=False),
    sa.Column('agent', sa.BigInteger(), nullable=False),
    sa.Column('referrer', sa.BigInteger(), nullable=False),
    sa.Column('click', sa.BigInteger(), nullable=False),
    sa.Column('token', sa.BigInteger(), nullable=False),
    sa.Column('target', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.BigInteger(), nullable=False),
    sa.Column('message', sa.BigInteger(), nullable=False),
    sa.Column('script', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.SmallInteger(), nullable=True),
    sa.Column('duration_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('scroll', sa.SmallInteger(), nullable=True),
    sa.Column('load_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('x', sa.SmallInteger(), nullable=True),
    sa.Column('y', sa.SmallInteger(), nullable=True),
    sa.Column('width', sa.SmallInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event')),
    sa.UniqueConstraint('key', name=op.f('uq_event_key')),
    schema='events',
    sqlite_autoincrement=True
    )
    op.create_index('ix_event_at_micros', 'event', ['at_micros'], unique=False, schema='events')
    op.create_index('ix_event_error', 'event', ['at_micros', 'name', 'message', 'script', 'visitor', 'page'], unique=False, schema='events', sqlite_where=sa.text('kind = 5'), postgresql_where=sa.text('kind = 5'))
    op.create_index('ix_event_missing', 'event', ['at_micros', 'page', 'referrer', 'visitor'], unique=False, schema='events', sqlite_where=sa.text('kind = 4'), postgresql_where=sa.text('kind = 4'))
    op.create_index('ix_event_visitor', 'event', ['visitor', 'at_micros'], unique=False, schema='events')
    op.create_table('event_text',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_text')),
    schema='events'
    )


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
