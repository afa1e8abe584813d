"""What a finding lacks, and where a visited unit lies."""

from __future__ import annotations

import pytest

from plumbline.directory.v1 import directory_pb2
from plumbline.inspections.v1 import inspections_pb2
from services.console.pages import visits

TYPED = {"title": "超标准接待", "detail": "", "wind": "extravagance", "severity": str(inspections_pb2.SEVERITY_GRAVE)}


def test_a_finding_needs_no_detail() -> None:
    assert visits.faults_of(TYPED) == []


@pytest.mark.parametrize(
    "missing", [{"title": ""}, {"wind": ""}, {"severity": ""}, {"severity": "0"}, {"severity": "x"}]
)
def test_what_is_missing_is_said(missing: dict[str, str]) -> None:
    assert len(visits.faults_of(TYPED | missing)) == 1


def test_a_unit_lies_in_those_above_it_but_the_whole_country_goes_without_saying() -> None:
    known = {
        unit: directory_pb2.Unit(id=unit, display_name=name)
        for unit, name in [("n", "全国"), ("p", "浙江省"), ("c", "杭州市"), ("u", "西湖区")]
    }
    visit = inspections_pb2.Visit(unit="u", path="/n/p/c/u/")

    assert visits.place_of(visit, known) == "浙江省 · 杭州市"


def test_who_is_above_and_may_not_be_seen_is_left_out() -> None:
    visit = inspections_pb2.Visit(unit="u", path="/n/p/c/u/")

    assert visits.place_of(visit, {"c": directory_pb2.Unit(id="c", display_name="杭州市")}) == "杭州市"
