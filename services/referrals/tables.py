"""The tables of referrals, as the newest migration leaves them; nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, Uuid

metadata = MetaData(schema="referrals")

_INSTANT = DateTime(timezone=True)

referrals = Table(
    "referrals",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("unit_id", Text(collation="C"), nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("policy_basis", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("return_reason", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("outcome_remark", Text, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("update_time", _INSTANT, nullable=False),
    Column("accept_time", _INSTANT),
    Column("close_time", _INSTANT),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)
