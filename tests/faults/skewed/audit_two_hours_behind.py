"""The audit service, two hours behind."""

from datetime import timedelta

from tests.faults.skewed import run

run("audit", by=timedelta(hours=-2))
