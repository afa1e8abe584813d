"""Entries are found by actor too; heads are seen by those who see the whole tenant, and deleted by nobody."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import row_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield "create index entries_actor on audit.entries (tenant_id, actor, sequence)"
    # How long a log is tells how busy a tenant is: only who sees its head unit, or everything, sees its head.
    everything = row_security.within_scope_v1("''")
    yield "drop policy read on audit.heads"
    yield f"""
        create policy scope on audit.heads for select to audit using (
            exists (select 1 from audit.placements p where p.unit_id = heads.tenant_id) or {everything}
        )"""
    yield "revoke delete on audit.heads from audit_system"
