"""The index by which the units of a draw's frame are found at once."""

from __future__ import annotations

from alembic import op

from shared import foundations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in foundations.placements_by_level_v1("inspections"):
        op.execute(statement)
