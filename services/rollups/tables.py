"""The tables of rollups, as the newest migration leaves them; nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.rollups.catalogue import SLOTS

metadata = MetaData(schema="rollups")

# What each entity adds. Its key begins with the tenant where it is a resource's name; a unit may change tenants, and
# is counted once all the same, so the tenant is no part of the primary key.
contributions = Table(
    "contributions",
    metadata,
    Column("line", Text(collation="C"), primary_key=True),
    Column("key", Text(collation="C"), primary_key=True),
    Column("tenant_id", Text(collation="C"), nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("campaign", Text(collation="C"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("placement_version", BigInteger, nullable=False),
    Column("slots", ARRAY(SmallInteger), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
)

# Columns of a wide row, by place.
SLOT_COLUMNS = tuple(f"s{slot:02d}" for slot in range(SLOTS))

tallies = Table(
    "tallies",
    metadata,
    Column("line", Text(collation="C"), primary_key=True),
    Column("unit_id", Text(collation="C"), primary_key=True),
    Column("campaign", Text(collation="C"), primary_key=True),
    Column("period", Text(collation="C"), primary_key=True),
    Column("path", Text(collation="C"), nullable=False),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in SLOT_COLUMNS),
)

# One row: how far the fold has come.
progress = Table(
    "progress",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default="true"),
    Column("applied", BigInteger, nullable=False),
    Column("recorded_time", DateTime(timezone=True)),
    Column("latency_ms", BigInteger, nullable=False),
)
