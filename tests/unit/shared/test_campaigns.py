"""A campaign is dated data: any campaign of the shape is taken, and every fault of another is named by its path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.campaigns import Campaign, CampaignRefused, parse_campaign, to_json

REPOSITORY = Path(__file__).parents[3]
BUILT_IN = (REPOSITORY / "deploy" / "data" / "campaign-mass-line-2013.json").read_text(encoding="utf-8")
SECOND = (REPOSITORY / "tests" / "data" / "campaign-second.json").read_text(encoding="utf-8")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=12
)


def faults_of(text: bytes | str) -> list[tuple[str, str]]:
    with pytest.raises(CampaignRefused) as refused:
        parse_campaign(text)
    return [(violation.field, violation.reason) for violation in refused.value.violations]


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value below its root."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from paths_of(member, (*path, key))


def written(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def replaced(document: Any, path: tuple[str | int, ...], value: object) -> str:
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return json.dumps(document)


SECOND_PATHS = list(paths_of(json.loads(SECOND)))


@pytest.mark.parametrize("text", [BUILT_IN, SECOND], ids=["built-in", "second"])
def test_a_campaign_survives_the_way_out_and_back(text: str) -> None:
    campaign = parse_campaign(text)

    assert to_json(campaign) == json.loads(text)
    assert parse_campaign(json.dumps(to_json(campaign)).encode()) == campaign


def test_the_built_in_campaign_holds_what_the_notice_names() -> None:
    campaign = parse_campaign(BUILT_IN)

    assert campaign.id == "mass-line-2013"
    assert [wind.code for wind in campaign.winds] == ["formalism", "bureaucratism", "hedonism", "extravagance"]
    assert [len(wind.examples) for wind in campaign.winds] == [3, 4, 4, 4]
    assert len(campaign.look_back.checks) == 6
    assert [len(check.topics) for check in campaign.look_back.checks] == [0, 0, 6, 0, 0, 0]
    assert [verdict.code for verdict in campaign.look_back.verdicts] == ["solid", "make_up", "more_effort", "redo"]
    assert [verdict.code for verdict in campaign.look_back.verdicts if verdict.stops_registration] == ["redo"]
    assert campaign.days.revisits == (30, 90, 180)
    assert {topic.kinds[0] for topic in campaign.focus_topics} == {kind.code for kind in campaign.kinds} - {"other"}


def test_the_built_in_tables_have_the_published_kinds_and_levels() -> None:
    campaign = parse_campaign(BUILT_IN)

    layout = campaign.layout_on(date(2015, 2, 28))

    assert layout is not None
    assert {kind.code for kind in layout.kinds_of_problem} == {
        *("official_cars", "dining", "travel_domestic", "travel_abroad", "buildings", "allowances", "gifts"),
        *("weddings_funerals", "other"),
    }
    assert [level.code for level in layout.levels_of_person] == [
        *("province_ministry", "prefecture_bureau", "county_division", "township_section"),
    ]


def test_the_layout_of_the_table_changes_with_its_day() -> None:
    campaign = parse_campaign(BUILT_IN)

    before, after = campaign.layout_on(date(2019, 11, 30)), campaign.layout_on(date(2019, 12, 1))

    assert before is not None
    assert after is not None
    assert (before.code, after.code) == ("layout_2015", "layout_2019")
    assert parse_campaign(SECOND).layout_on(date(2026, 5, 1)) is None


def test_the_competent_supervision_body_changes_with_the_day() -> None:
    campaign = parse_campaign(BUILT_IN)

    then = {body.code for body in campaign.receivers_on(date(2014, 5, 1))}
    now = {body.code for body in campaign.receivers_on(date(2026, 5, 1))}

    assert then - now == {"administrative_supervision"}
    assert now - then == {"supervisory_commission"}


def test_a_unit_of_two_kinds_covers_the_topics_of_both_once() -> None:
    campaign = parse_campaign(SECOND)

    assert [topic.code for topic in campaign.topics_for(["works"])] == ["leaks", "late_answers"]
    assert [topic.code for topic in campaign.topics_for(["works", "office"])] == ["leaks", "late_answers"]
    assert campaign.topics_for([]) == ()


def test_a_gate_is_found_by_phase_and_batch() -> None:
    campaign = parse_campaign(BUILT_IN)

    assert campaign.opens_on(phase="rectification", batch="first") < campaign.opens_on(
        phase="rectification", batch="second"
    )
    with pytest.raises(KeyError):
        campaign.opens_on(phase="rectification", batch="third")


def test_every_missing_part_is_named_in_one_answer() -> None:
    faults = faults_of("{}")

    assert set(faults) == {(name, "MISSING") for name in Campaign.__dataclass_fields__}


def test_faults_of_different_parts_are_named_together() -> None:
    document = json.loads(SECOND)
    document["winds"][1]["code"] = "neglect"
    document["focus_topics"][0]["kinds"] = ["works", "lighthouse"]
    document["closing"] = {"satisfaction_percent": 101, "raters": 5}
    document["look_back"]["before_phase"] = "party"
    document["batches"][0]["levels"].append("nation")
    document["special_tasks"][0]["indicators"][0]["decimal_places"] = 1.5
    del document["title"]["zh"]

    assert set(faults_of(json.dumps(document))) == {
        ("winds[1]", "REPEATED"),
        ("focus_topics[0].kinds[1]", "UNKNOWN_CODE"),
        ("closing.satisfaction_percent", "OUT_OF_BOUNDS"),
        ("closing.minimum_raters", "MISSING"),
        ("closing.raters", "UNKNOWN_KEY"),
        ("look_back.before_phase", "UNKNOWN_CODE"),
        ("batches[0].levels[3]", "UNKNOWN_CODE"),
        ("special_tasks[0].indicators[0].decimal_places", "NOT_A_WHOLE_NUMBER"),
        ("title.zh", "MISSING"),
    }


def test_days_out_of_order_and_gates_left_out_are_refused() -> None:
    document = json.loads(BUILT_IN)
    document["batches"][1]["closes"] = "2015-01-01"
    document["phases"][0]["gates"].pop()
    document["phases"][2]["gates"][0]["opens"] = "2013-08-01"

    assert faults_of(json.dumps(document)) == [
        ("batches[1]", "OUTSIDE_CAMPAIGN"),
        ("phases[0].gates", "GATES_INCOMPLETE"),
        ("phases[2].gates[0].opens", "OUT_OF_ORDER"),
    ]


def test_a_key_written_twice_is_refused() -> None:
    assert faults_of(SECOND.replace('"version": 3', '"version": 3, "version": 4')) == [("$", "REPEATED_KEY")]


@pytest.mark.parametrize("text", ["", "[]", "null", "3", "{", '{"a": NaN}', "[" * 100_000, "9" * 5000, b"\xff\xfe"])
def test_what_is_no_campaign_is_refused(text: bytes | str) -> None:
    assert faults_of(text)


def test_a_document_that_is_too_large_is_not_read() -> None:
    assert faults_of(" " * (1024 * 1024 + 1)) == [("$", "TOO_LARGE")]


def test_invisible_characters_in_a_label_are_refused() -> None:
    for unseen in ("\u0000", "\u202e", "\ud800"):
        document = json.loads(SECOND)
        document["title"]["en"] = f"Clear{unseen}water"

        assert faults_of(json.dumps(document)) == [("title.en", "UNSEEN_CHARACTERS")]


@given(st.sampled_from(SECOND_PATHS), st.floats() | st.just({"no": "such"}) | st.just("\u0007"))
@settings(max_examples=200)
def test_a_spoilt_part_is_always_named_by_its_path(path: tuple[str | int, ...], spoilt: object) -> None:
    faults = faults_of(replaced(json.loads(SECOND), path, spoilt))

    assert any(field.startswith(written(path)) for field, _ in faults)


@given(documents)
def test_any_json_is_taken_or_refused_and_never_crashes(document: object) -> None:
    assert faults_of(json.dumps(document))


@given(st.binary(max_size=100))
def test_random_bytes_are_refused_and_never_crash(content: bytes) -> None:
    assert faults_of(content)
