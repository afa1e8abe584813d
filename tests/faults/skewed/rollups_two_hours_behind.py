"""The rollups service, two hours behind."""

from datetime import timedelta

from tests.faults.skewed import run

run("rollups", by=timedelta(hours=-2))
