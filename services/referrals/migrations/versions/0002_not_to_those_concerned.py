"""A referral is nothing to the unit that it is about, whatever clearance somebody there holds (ME-4)."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SLOTS = ("app.scope_1", "app.scope_2", "app.scope_3", "app.scope_4")


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    # The scope policy hides what lies above a grant; what is left is the grant of the unit itself. A set slot starts
    # with '/', an unset one reads as '' or NULL and is distinct from every path.
    own = " and ".join(
        f"path is distinct from (select substr(nullif(current_setting('{slot}', true), ''), 2))" for slot in SLOTS
    )
    yield f"""
        create policy outside on referrals.referrals as restrictive to referrals
        using ({own}) with check ({own})"""
