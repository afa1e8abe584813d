"""The tables of the directory, as the newest migration leaves them; nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(schema="directory")

_ID = Text(collation="C")

lines = Table("lines", metadata, Column("id", _ID, primary_key=True), Column("levels", ARRAY(Text), nullable=False))

tenants = Table(
    "tenants",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("path", _ID, nullable=False),
)

units = Table(
    "units",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("unit_id", _ID, primary_key=True),
    Column("code", _ID, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("parent_unit", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("placement_version", BigInteger, nullable=False),
)

# Where a unit stood and stands: a move ends one edge and begins another, so "as it was then" can be answered.
edges = Table(
    "edges",
    metadata,
    Column("line", _ID, primary_key=True),
    Column("unit_id", _ID, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("parent_unit", _ID, nullable=False),
    Column("path", _ID, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("unit_id", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("post", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("person_id", Uuid(as_uuid=False), nullable=False),
    Column("role", Text, nullable=False),
    Column("line", _ID, nullable=False),
    Column("unit_id", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("clearance", Integer, nullable=False),
    Column("revoke_time", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)

logins = Table(
    "logins",
    metadata,
    Column("issuer", _ID, primary_key=True),
    Column("subject", _ID, primary_key=True),
    Column("tenant_id", _ID, nullable=False),
    Column("person_id", Uuid(as_uuid=False), nullable=False),
    Column("path", _ID, nullable=False),
    Column("label", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret_digest", LargeBinary, primary_key=True),
    Column("opened_by", _ID, nullable=False),
    Column("tenant_id", _ID, nullable=False),
    Column("person_id", Uuid(as_uuid=False), nullable=False),
    Column("path", _ID, nullable=False),
    Column("issuer", _ID, nullable=False),
    Column("subject", _ID, nullable=False),
    Column("grant_id", Uuid(as_uuid=False)),
    Column("start_time", DateTime(timezone=True), nullable=False),
    Column("last_use_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
)
