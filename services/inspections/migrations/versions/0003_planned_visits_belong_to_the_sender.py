"""Until check-in a visit is seen by those who stand at the sending level, and by those who are sent (AC-3)."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import row_security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield 'alter table inspections.visits add column sender_path text collate "C"'
    yield """
        update inspections.visits as v set sender_path = d.path
        from inspections.draws as d where (d.tenant_id, d.id) = (v.tenant_id, v.draw_id)"""
    yield "alter table inspections.visits alter column sender_path set not null"
    # Beside the policy by place and clearance, and not instead of it: a clearance alone made every superior between the
    # sender and the target see who would come.
    seen = row_security.within_scope_v1("sender_path")
    yield f"""
        create policy sender on inspections.visits as restrictive to inspections
        using (state <> 'PLANNED' or {seen} or (select current_setting('app.actor', true)) = any(inspectors))"""
