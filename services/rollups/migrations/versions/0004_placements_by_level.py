"""Indexes by which the rows of a table of figures are found at once."""

from __future__ import annotations

from alembic import op

from shared import foundations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in foundations.placements_by_level_v1("rollups"):
        op.execute(statement)
    # With the path in it the planner has no reason to fetch the whole scope by path beside it.
    op.execute("drop index rollups.placements_parent")
    op.execute("create index placements_parent on rollups.placements (parent_unit, path)")
