"""growth: the tables of the first release (events)."""

import sqlalchemy as sa
from alembic import op

revision = "growth_events_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
