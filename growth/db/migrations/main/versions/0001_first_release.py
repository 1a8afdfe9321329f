"""growth: the tables of the first release (main)."""

import sqlalchemy as sa
from alembic import op

revision = "growth_main_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('installation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fingerprint', sa.String(), nullable=False),
    sa.Column('claimed_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
