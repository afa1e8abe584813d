"""Ledgers of problems, plans, lodgings and the registers' running numbers."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import foundations, row_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "plans"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield from foundations.foundation_v1(SERVICE)
    yield from foundations.placements_v1(SERVICE)
    yield from foundations.campaigns_v1(SERVICE)
    yield from foundations.calendars_v1(SERVICE)

    yield """
        create table plans.problems (
            tenant_id text collate "C" not null,
            id uuid not null,
            campaign text not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            title text not null,
            wind text not null,
            source text not null,
            subject text not null,
            responsible_leader text not null,
            responsible_department text not null,
            responsible_person text not null,
            due_date date not null,
            state text not null,
            light text not null,
            percent_done integer not null,
            remark text not null,
            verifier text not null,
            finding text not null,
            create_time timestamptz not null,
            update_time timestamptz not null,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id)
        )"""
    yield "create index problems_path on plans.problems (path, id)"
    # The sweep looks for lights that a new day changes; what is verified or closed has none.
    yield """
        create index problems_due on plans.problems (due_date)
        where state in ('OPEN', 'IN_PROGRESS', 'DONE')"""
    yield from row_security.scoped_table_v1("plans", "problems", service=SERVICE)

    yield """
        create table plans.plans (
            tenant_id text collate "C" not null,
            id uuid not null,
            campaign text not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            kind text not null,
            title text not null,
            measures jsonb not null,
            state text not null,
            superior_unit text collate "C" not null,
            registration_number text not null,
            return_reason text not null,
            returns integer not null,
            create_time timestamptz not null,
            lodge_time timestamptz,
            register_time timestamptz,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id)
        )"""
    yield "create index plans_path on plans.plans (path, id)"
    yield from row_security.scoped_table_v1("plans", "plans", service=SERVICE)

    yield """
        create table plans.lodgings (
            tenant_id text collate "C" not null,
            id uuid not null,
            plan_id uuid not null,
            kind text not null check (kind in ('LODGED', 'RETURNED')),
            unit_id text collate "C" not null,
            path text collate "C" not null,
            campaign text not null,
            plan_kind text not null,
            lodging_time timestamptz not null,
            label integer not null,
            primary key (tenant_id, id)
        )"""
    yield "create index lodgings_path on plans.lodgings (path, id)"
    yield from row_security.scoped_table_v1("plans", "lodgings", service=SERVICE, grants="select, insert")

    yield """
        create table plans.registers (
            superior_unit text collate "C" not null,
            year integer not null,
            path text collate "C" not null,
            last_number integer not null,
            primary key (superior_unit, year)
        )"""
    yield from row_security.scoped_table_v1("plans", "registers", service=SERVICE, label=None)
