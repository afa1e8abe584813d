"""The tables of audit, as the newest migration leaves them; nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData(schema="audit")

entries = Table(
    "entries",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("happening_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("label", Integer, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("trace_id", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
)

heads = Table(
    "heads",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
)
