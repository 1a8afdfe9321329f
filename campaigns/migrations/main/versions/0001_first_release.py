"""campaigns: the tables of the first release (main)."""

import sqlalchemy as sa
from alembic import op

revision = "campaigns_main_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('campaign_approval',
    sa.Column('campaign', sa.String(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('campaign', 'period', 'content_hash', name=op.f('pk_campaign_approval'))
    )
    op.create_table('campaign_plan',
    sa.Column('campaign', sa.String(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('audience_hash', sa.String(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('campaign', 'period', name=op.f('pk_campaign_plan'))
    )
    op.create_table('campaign_run',
    sa.Column('campaign', sa.String(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('workspace_hash', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('medium', sa.String(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('links', sa.JSON(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('decision', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('campaign', 'period', name=op.f('pk_campaign_run'))
    )
    op.create_index(op.f('ix_campaign_run_channel'), 'campaign_run', ['channel'], unique=False)
    op.create_table('campaign_step',
    sa.Column('campaign', sa.String(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('step', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('look_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('campaign', 'period', 'step', name=op.f('pk_campaign_step'))
    )
    op.create_index(op.f('ix_campaign_step_look_at'), 'campaign_step', ['look_at'], unique=False)
    op.create_table('campaign_test',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_test'))
    )
    op.create_index(op.f('ix_campaign_test_campaign'), 'campaign_test', ['campaign'], unique=False)


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
