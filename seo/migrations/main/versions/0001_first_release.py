"""seo: the tables of the first release (main)."""

import sqlalchemy as sa
from alembic import op

revision = "seo_main_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
