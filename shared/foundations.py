"""The tables that every service has beside its own: outbox, inbox, remembered answers, parked facts, placements.

Used by migrations, so what is here never changes: the next change is a function with the next number.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared import row_security


def foundation_v1(service: str) -> Iterator[str]:
    """Statements for the common tables of a service, in the schema of its own name."""
    schema = service
    yield f"""
        create table {schema}.outbox (
            id bigint generated always as identity primary key,
            stream text not null,
            subject text not null,
            message_id text not null,
            traceparent text not null,
            payload bytea not null,
            written_time timestamptz not null default clock_timestamp()
        )"""
    yield from row_security.write_only_table_v1(schema, "outbox", service=service)

    yield f"""
        create table {schema}.answers (
            actor text not null,
            request_id uuid not null,
            method text not null,
            request_digest bytea not null,
            answer bytea not null,
            answer_time timestamptz not null,
            primary key (actor, request_id)
        )"""
    yield from row_security.own_rows_table_v1(
        schema, "answers", service=service, column="actor", setting="app.actor", grants="select, insert"
    )

    yield f"""
        create table {schema}.inbox (
            message_id text primary key,
            received_time timestamptz not null default clock_timestamp()
        )"""
    yield from row_security.system_table_v1(schema, "inbox", service=service)

    yield f"""
        create table {schema}.parked_facts (
            message_id text primary key,
            subject text not null,
            type text not null,
            reason text not null,
            attempts integer not null,
            data bytea not null,
            park_time timestamptz not null
        )"""
    yield from row_security.system_table_v1(schema, "parked_facts", service=service)


def placements_v1(service: str) -> Iterator[str]:
    """Statements for a service's own copy of where units stand, kept by directory's facts."""
    schema = service
    yield f"""
        create table {schema}.placements (
            unit_id text collate "C" primary key,
            tenant_id text collate "C" not null,
            code text collate "C" not null,
            display_name text not null,
            level text not null,
            parent_unit text collate "C" not null,
            path text collate "C" not null,
            kinds text[] not null,
            version bigint not null,
            placement_version bigint not null
        )"""
    yield f"create index placements_path on {schema}.placements (path)"
    yield f"create index placements_code on {schema}.placements (code)"
    yield from row_security.scoped_table_v1(schema, "placements", service=service, grants="select", label=None)


def campaigns_v1(service: str) -> Iterator[str]:
    """Statements for a service's own copy of the campaigns' definitions, kept by directory's facts."""
    schema = service
    yield f"""
        create table {schema}.campaigns (
            id text collate "C" primary key,
            definition text not null,
            version bigint not null
        )"""
    yield from row_security.readable_table_v1(schema, "campaigns", service=service)


def calendars_v1(service: str) -> Iterator[str]:
    """Statements for a service's own copy of the working-day calendars, kept by directory's facts."""
    schema = service
    yield f"""
        create table {schema}.calendars (
            id text collate "C" primary key,
            definition text not null,
            version bigint not null
        )"""
    yield from row_security.readable_table_v1(schema, "calendars", service=service)


def retention_indexes_v1(service: str) -> Iterator[str]:
    """Statements for the indexes by which what is past its time is found (shared.retention)."""
    schema = service
    yield f"create index answers_time on {schema}.answers (answer_time)"
    yield f"create index inbox_time on {schema}.inbox (received_time)"


def kept_until_taken_in_v1(service: str) -> Iterator[str]:
    """Statements by which a sent row stays in the outbox until every consumer has taken it in (shared.relay).

    sent_sequence: where the stream has it, null while it is not sent; sent_to: when that stream was made.
    """
    schema = service
    yield f"alter table {schema}.outbox add column sent_sequence bigint, add column sent_to text"
    yield f"create index outbox_unsent on {schema}.outbox (id) where sent_sequence is null"
    yield (
        f"create index outbox_sent on {schema}.outbox (stream, sent_to, sent_sequence) where sent_sequence is not null"
    )
    # A queue: every row dies soon, and a share of a table that is nearly empty would be reached too late.
    yield (f"alter table {schema}.outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)")


def placements_by_level_v1(service: str) -> Iterator[str]:
    """Statements for the index by which the units of a level are found; without it all 44,704 were read."""
    yield f"create index placements_level on {service}.placements (level, path)"
