"""What programs read of problems and differences: every field is there, though it says nothing."""

from __future__ import annotations

from plumbline.plans.v1 import plans_pb2
from plumbline.rollups.v1 import rollups_pb2
from services.cli.commands.problems import as_document
from services.cli.commands.rollup import result_as_json


def test_a_problem_not_yet_begun_says_that_nothing_of_it_is_done() -> None:
    said = as_document(plans_pb2.Problem(name="tenants/aaaaaaaaaa/problems/1", title="会议过多"))

    assert said["percent_done"] == 0
    assert said["verifier"] == ""


def test_a_figure_that_is_missing_altogether_is_told_as_found_empty() -> None:
    missing = rollups_pb2.Difference(kind="figure", subject="u/visits", expected="2")

    (listed,) = result_as_json(rollups_pb2.VerifyResult(difference_count=1, differences=[missing]))["listed"]

    assert listed == {"kind": "figure", "subject": "u/visits", "expected": "2", "found": ""}
