"""The tables of inspections, as the newest migration leaves them; nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(schema="inspections")

_INSTANT = DateTime(timezone=True)
_ID = Text(collation="C")

draws = Table(
    "draws",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("campaign", _ID, nullable=False),
    Column("scope_unit", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("stratum_level", Text, nullable=False),
    Column("frame_level", Text, nullable=False),
    Column("per_stratum", Integer, nullable=False),
    Column("reserve_per_stratum", Integer, nullable=False),
    Column("inspectors_per_visit", Integer, nullable=False),
    Column("seed_hex", Text, nullable=False),
    Column("frame_root", Text, nullable=False),
    Column("frame_size", Integer, nullable=False),
    Column("inspectors_root", Text, nullable=False),
    Column("inspectors_size", Integer, nullable=False),
    Column("load_cap", Integer, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
    Column("frame_rows", ARRAY(Text), nullable=False),
    Column("inspector_rows", ARRAY(Text), nullable=False),
    Column("exclusion_rows", ARRAY(Text), nullable=False),
)

# The result of a draw, in the order of the lottery. path: of the draw's scope; unit_path: of the unit in that place.
draw_places = Table(
    "draw_places",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("draw_id", _ID, primary_key=True),
    Column("stratum", _ID, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("unit_id", _ID, nullable=False),
    Column("unit_code", Text, nullable=False),
    Column("unit_name", Text, nullable=False),
    Column("unit_path", _ID, nullable=False),
    Column("reserve", Boolean, nullable=False),
    Column("inspectors", ARRAY(Text), nullable=False),
    Column("visit_id", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("campaign", _ID, nullable=False),
    Column("draw_id", _ID, nullable=False),
    Column("unit_id", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("sender_path", _ID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("inspectors", ARRAY(Text), nullable=False),
    Column("check_in_time", _INSTANT),
    Column("close_time", _INSTANT),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("visit_tenant", _ID, nullable=False),
    Column("visit_id", _ID, nullable=False),
    Column("campaign", _ID, nullable=False),
    Column("unit_id", _ID, nullable=False),
    Column("path", _ID, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("wind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("label", Integer, nullable=False),
)
