"""What waits for the receiver, what was handed over first standing first."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index referrals_by_state on referrals.referrals (state, create_time, id)")
