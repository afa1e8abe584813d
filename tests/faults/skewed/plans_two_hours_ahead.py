"""The plans service, two hours ahead."""

from datetime import timedelta

from tests.faults.skewed import run

run("plans", by=timedelta(hours=2))
