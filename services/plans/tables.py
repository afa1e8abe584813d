"""The tables of plans, as the newest migration leaves them; nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(schema="plans")

_INSTANT = DateTime(timezone=True)

problems = Table(
    "problems",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("unit_id", Text(collation="C"), nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("title", Text, nullable=False),
    Column("wind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("responsible_leader", Text, nullable=False),
    Column("responsible_department", Text, nullable=False),
    Column("responsible_person", Text, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("light", Text, nullable=False),
    Column("percent_done", Integer, nullable=False),
    Column("remark", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("update_time", _INSTANT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)

# One row for each version of a problem; its state alone would not say how it came there.
problem_steps = Table(
    "problem_steps",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("problem_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("deed", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("state_before", Text, nullable=False),
    Column("state_after", Text, nullable=False),
    Column("percent_done", Integer, nullable=False),
    Column("remark", Text, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("light", Text, nullable=False),
    Column("step_time", _INSTANT, nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("label", Integer, nullable=False),
    Column("reconstructed", Boolean, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("unit_id", Text(collation="C"), nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("measures", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("superior_unit", Text(collation="C"), nullable=False),
    Column("registration_number", Text, nullable=False),
    Column("return_reason", Text, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("lodge_time", _INSTANT),
    Column("register_time", _INSTANT),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)

# One row a lodging, a return or a registration: state alone would lose "lodged, returned, lodged".
lodgings = Table(
    "lodgings",
    metadata,
    Column("tenant_id", Text(collation="C"), primary_key=True),
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("plan_id", Uuid(as_uuid=False), nullable=False),
    Column("kind", Text, nullable=False),
    Column("unit_id", Text(collation="C"), nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("campaign", Text, nullable=False),
    Column("plan_kind", Text, nullable=False),
    Column("lodging_time", _INSTANT, nullable=False),
    Column("label", Integer, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("actor", Text, nullable=False, server_default=""),
    Column("role", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("registration_number", Text, nullable=False, server_default=""),
    Column("reconstructed", Boolean, nullable=False, server_default="true"),
)

registers = Table(
    "registers",
    metadata,
    Column("superior_unit", Text(collation="C"), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("path", Text(collation="C"), nullable=False),
    Column("last_number", Integer, nullable=False),
)
