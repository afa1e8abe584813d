"""Append-only logs of the tenants: nobody, the service included, may change or delete an entry."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import foundations, row_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "audit"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield from foundations.foundation_v1(SERVICE)
    yield from foundations.placements_v1(SERVICE)
    yield """
        create table audit.entries (
            tenant_id text collate "C" not null,
            sequence bigint not null check (sequence > 0),
            happening_id text not null,
            kind text not null check (kind in ('DEED', 'FACT', 'REFUSAL')),
            actor text not null,
            role text not null,
            service text not null,
            action text not null,
            outcome text not null,
            resource text not null,
            path text collate "C" not null,
            label integer not null,
            request_id text not null,
            trace_id text not null,
            time timestamptz not null,
            record bytea not null,
            leaf_hash bytea not null,
            chain_hash bytea not null,
            primary key (tenant_id, sequence)
        )"""
    # A fact goes up by several lines and is one entry all the same.
    yield "create unique index entries_happening on audit.entries (happening_id)"
    yield "create index entries_resource on audit.entries (tenant_id, resource, sequence)"
    yield "create index entries_trace on audit.entries (tenant_id, trace_id, sequence) where trace_id <> ''"
    yield from row_security.scoped_table_v1("audit", "entries", service=SERVICE, grants="select")
    # Append-only: the grant that every system role gets is taken back here.
    yield "revoke update, delete on audit.entries from audit_system"

    yield """
        create table audit.heads (
            tenant_id text collate "C" primary key,
            size bigint not null,
            chain_hash bytea not null
        )"""
    yield from row_security.readable_table_v1("audit", "heads", service=SERVICE)
