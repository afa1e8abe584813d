"""Tenants, units and their places, people and grants; campaigns and calendars."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import foundations, row_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "directory"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield from foundations.foundation_v1(SERVICE)
    yield from foundations.campaigns_v1(SERVICE)
    yield from foundations.calendars_v1(SERVICE)
    # What a campaign asks binds everybody: only somebody whose grant covers everything defines one.
    everything = "(select current_setting('app.scope_1', true)) = '/'"
    yield "grant insert, update on directory.campaigns to directory"
    yield f"create policy define on directory.campaigns for insert to directory with check ({everything})"
    yield f"create policy redefine on directory.campaigns for update to directory using ({everything})"

    yield 'create table directory.lines (id text collate "C" primary key, levels text[] not null)'
    yield from row_security.readable_table_v1("directory", "lines", service=SERVICE)
    yield "grant insert on directory.lines to directory"
    yield f"create policy plant on directory.lines for insert to directory with check ({everything})"

    yield """
        create table directory.tenants (
            tenant_id text collate "C" primary key,
            display_name text not null,
            path text collate "C" not null
        )"""
    yield "create index tenants_path on directory.tenants (path)"
    yield from row_security.scoped_table_v1("directory", "tenants", service=SERVICE, label=None)

    yield """
        create table directory.units (
            tenant_id text collate "C" not null,
            unit_id text collate "C" not null unique,
            code text collate "C" not null unique,
            display_name text not null,
            level text not null,
            parent_unit text collate "C" not null,
            path text collate "C" not null,
            kinds text[] not null,
            version bigint not null,
            placement_version bigint not null,
            primary key (tenant_id, unit_id)
        )"""
    yield "create index units_path on directory.units (path)"
    yield "create index units_parent on directory.units (parent_unit, code)"
    yield from row_security.scoped_table_v1("directory", "units", service=SERVICE, label=None)
    # What the other services keep as a copy is here the truth itself, under the reader's own row security.
    yield """
        create view directory.placements with (security_invoker = true) as
        select unit_id, tenant_id, code, display_name, level, parent_unit, path, kinds, version, placement_version
        from directory.units"""
    yield "grant select on directory.placements to directory, directory_system"

    yield """
        create table directory.edges (
            line text collate "C" not null,
            unit_id text collate "C" not null,
            valid_from date not null,
            valid_to date,
            parent_unit text collate "C" not null,
            path text collate "C" not null,
            primary key (line, unit_id, valid_from)
        )"""
    yield from row_security.scoped_table_v1("directory", "edges", service=SERVICE, label=None)

    yield """
        create table directory.people (
            tenant_id text collate "C" not null,
            id uuid not null,
            display_name text not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            post text not null,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id)
        )"""
    yield "create index people_path on directory.people (path, id)"
    yield from row_security.scoped_table_v1("directory", "people", service=SERVICE)

    yield """
        create table directory.grants (
            tenant_id text collate "C" not null,
            id uuid not null,
            person_id uuid not null,
            role text not null,
            line text collate "C" not null,
            unit_id text collate "C" not null,
            path text collate "C" not null,
            clearance integer not null check (clearance between 0 and 3),
            revoke_time timestamptz,
            version bigint not null,
            label integer not null,
            primary key (tenant_id, id),
            foreign key (tenant_id, person_id) references directory.people (tenant_id, id)
        )"""
    yield "create index grants_path on directory.grants (path, id)"
    yield from row_security.scoped_table_v1("directory", "grants", service=SERVICE)
