"""By which login a person signs in, and who is signed in where."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import row_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERVICE = "directory"


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    yield """
        create table directory.logins (
            issuer text collate "C" not null,
            subject text collate "C" not null,
            tenant_id text collate "C" not null,
            person_id uuid not null,
            path text collate "C" not null,
            label integer not null,
            primary key (issuer, subject),
            unique (tenant_id, person_id, issuer),
            foreign key (tenant_id, person_id) references directory.people (tenant_id, id)
        )"""
    yield "create index logins_path on directory.logins (path)"
    yield from row_security.scoped_table_v1("directory", "logins", service=SERVICE)

    # The secret itself is nowhere: whoever reads this table, or a backup of it, can act as nobody.
    yield """
        create table directory.sessions (
            secret_digest bytea primary key check (octet_length(secret_digest) = 32),
            opened_by text collate "C" not null,
            tenant_id text collate "C" not null,
            person_id uuid not null,
            path text collate "C" not null,
            issuer text collate "C" not null,
            subject text collate "C" not null,
            grant_id uuid,
            start_time timestamptz not null,
            last_use_time timestamptz not null,
            end_time timestamptz,
            foreign key (tenant_id, person_id) references directory.people (tenant_id, id)
        )"""
    # A console sees the sessions that were opened through it, and nobody else sees any.
    yield from row_security.own_rows_table_v1(
        "directory",
        "sessions",
        service=SERVICE,
        column="opened_by",
        setting="app.actor",
        grants="select, insert, update",
    )
    # What a person holds is asked for at each renewal.
    yield "create index grants_person on directory.grants (tenant_id, person_id) where revoke_time is null"
