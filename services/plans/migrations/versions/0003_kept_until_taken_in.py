"""What is sent stays in the outbox until every consumer has taken it in."""

from __future__ import annotations

from alembic import op

from shared import foundations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in foundations.kept_until_taken_in_v1("plans"):
        op.execute(statement)
