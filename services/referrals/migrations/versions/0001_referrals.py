"""Referrals: sealed rows, of which only somebody with the clearance sees anything."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import foundations, row_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "referrals"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield from foundations.foundation_v1(SERVICE)
    yield from foundations.placements_v1(SERVICE)
    yield """
        create table referrals.referrals (
            tenant_id text collate "C" not null,
            id uuid not null,
            campaign text not null,
            finding text not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            receiver text not null,
            summary text not null,
            policy_basis text not null,
            state text not null,
            return_reason text not null,
            outcome text not null,
            outcome_remark text not null,
            create_time timestamptz not null,
            update_time timestamptz not null,
            accept_time timestamptz,
            close_time timestamptz,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id)
        )"""
    yield "create index referrals_path on referrals.referrals (path, id)"
    # A finding is with one body at a time; a returned one may be handed over again.
    yield """
        create unique index referrals_finding on referrals.referrals (finding) where state <> 'RETURNED'"""
    yield from row_security.scoped_table_v1("referrals", "referrals", service=SERVICE)
