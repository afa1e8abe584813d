"""What each entity adds, the wide rows of figures, and how far the fold has come."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import foundations, row_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "rollups"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield from foundations.foundation_v1(SERVICE)
    yield from foundations.placements_v1(SERVICE)
    # The table of a unit's children is the one that is asked for most.
    yield "create index placements_parent on rollups.placements (parent_unit)"

    yield """
        create table rollups.contributions (
            line text collate "C" not null,
            key text collate "C" not null,
            tenant_id text collate "C" not null,
            path text collate "C" not null,
            campaign text collate "C" not null,
            version bigint not null,
            placement_version bigint not null,
            slots smallint[] not null,
            amounts bigint[] not null,
            primary key (line, key)
        ) with (fillfactor = 85)"""
    yield from row_security.scoped_table_v1("rollups", "contributions", service=SERVICE, grants="select", label=None)

    slots = ", ".join(f"s{slot:02d} bigint not null default 0" for slot in range(64))
    # Every fact changes the rows of all units above it: room on each page keeps those updates out of the index.
    yield f"""
        create table rollups.tallies (
            line text collate "C" not null,
            unit_id text collate "C" not null,
            campaign text collate "C" not null,
            period text collate "C" not null,
            path text collate "C" not null,
            {slots},
            primary key (line, unit_id, campaign, period)
        ) with (fillfactor = 60)"""
    yield from row_security.scoped_table_v1("rollups", "tallies", service=SERVICE, grants="select", label=None)

    yield """
        create table rollups.progress (
            is_only boolean primary key default true check (is_only),
            applied bigint not null,
            recorded_time timestamptz,
            latency_ms bigint not null
        )"""
    yield "insert into rollups.progress (applied, recorded_time, latency_ms) values (0, null, 0)"
    yield from row_security.readable_table_v1("rollups", "progress", service=SERVICE)
