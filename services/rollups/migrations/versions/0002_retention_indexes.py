"""Indexes by which remembered answers and received facts past their time are found."""

from __future__ import annotations

from alembic import op

from shared import foundations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in foundations.retention_indexes_v1("rollups"):
        op.execute(statement)
