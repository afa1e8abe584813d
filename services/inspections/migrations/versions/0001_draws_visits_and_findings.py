"""Draws with their results, visits and findings."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import foundations, row_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "inspections"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield from foundations.foundation_v1(SERVICE)
    yield from foundations.placements_v1(SERVICE)
    yield from foundations.campaigns_v1(SERVICE)
    yield from _draws()
    yield from _visits()
    yield from _findings()


def _draws() -> Iterator[str]:
    yield """
        create table inspections.draws (
            tenant_id text collate "C" not null,
            id text collate "C" not null,
            campaign text collate "C" not null,
            scope_unit text collate "C" not null,
            path text collate "C" not null,
            stratum_level text not null,
            frame_level text not null,
            per_stratum integer not null,
            reserve_per_stratum integer not null,
            inspectors_per_visit integer not null,
            seed_hex text not null,
            frame_root text not null,
            frame_size integer not null,
            inspectors_root text not null,
            inspectors_size integer not null,
            load_cap integer not null,
            create_time timestamptz not null,
            version bigint not null,
            label integer not null,
            frame_rows text[] not null,
            inspector_rows text[] not null,
            exclusion_rows text[] not null,
            primary key (tenant_id, id)
        )"""
    yield "create index draws_newest on inspections.draws (tenant_id, create_time desc, id desc)"
    # A draw that was held is never changed: nobody is granted an update.
    yield from row_security.scoped_table_v1("inspections", "draws", service=SERVICE, grants="select, insert")

    yield """
        create table inspections.draw_places (
            tenant_id text collate "C" not null,
            draw_id text collate "C" not null,
            stratum text collate "C" not null,
            rank integer not null,
            unit_id text collate "C" not null,
            unit_code text not null,
            unit_name text not null,
            unit_path text collate "C" not null,
            reserve boolean not null,
            inspectors text[] not null,
            visit_id text collate "C" not null,
            path text collate "C" not null,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, draw_id, stratum, rank),
            foreign key (tenant_id, draw_id) references inspections.draws (tenant_id, id)
        )"""
    yield from row_security.scoped_table_v1("inspections", "draw_places", service=SERVICE, grants="select, insert")


def _visits() -> Iterator[str]:
    yield """
        create table inspections.visits (
            tenant_id text collate "C" not null,
            id text collate "C" not null,
            campaign text collate "C" not null,
            draw_id text collate "C" not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            kind text not null,
            state text not null,
            inspectors text[] not null,
            check_in_time timestamptz,
            close_time timestamptz,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id),
            foreign key (tenant_id, draw_id) references inspections.draws (tenant_id, id),
            -- ME-8: at least two inspectors a visit.
            check (cardinality(inspectors) >= 2),
            -- AC-3: whatever the code does, a planned visit is embargoed.
            check (state <> 'PLANNED' or label >= 2)
        )"""
    yield "create index visits_path on inspections.visits (path, tenant_id, id)"
    yield from row_security.scoped_table_v1("inspections", "visits", service=SERVICE)


def _findings() -> Iterator[str]:
    yield """
        create table inspections.findings (
            tenant_id text collate "C" not null,
            id text collate "C" not null,
            visit_tenant text collate "C" not null,
            visit_id text collate "C" not null,
            campaign text collate "C" not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            title text not null,
            detail text not null,
            wind text not null,
            severity text not null,
            create_time timestamptz not null,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id),
            foreign key (visit_tenant, visit_id) references inspections.visits (tenant_id, id)
        )"""
    yield "create index findings_path on inspections.findings (path, tenant_id, id)"
    yield "create index findings_visit on inspections.findings (visit_tenant, visit_id)"
    yield from row_security.scoped_table_v1("inspections", "findings", service=SERVICE, grants="select, insert")
