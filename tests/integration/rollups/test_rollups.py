"""Figures on a running service: folded once whatever the road does, seen only within one's scope, and verifiable."""

from __future__ import annotations

import pytest

from plumbline.facts.v1 import facts_pb2
from shared.rpc_client import RemoteRefusal
from tests.integration.rollups.land import CAMPAIGN, Land, eventually, fact, lodging, placed, problem

# The numbers of entities are the tests' own, so that they do not meet.


@pytest.fixture(scope="module")
async def peopled(land: Land) -> Land:
    """The land with its units in place."""
    await land.happen(placed(land.places.values()))
    return land


async def test_before_anything_has_arrived_the_table_says_that_nothing_was_reported(land: Land) -> None:
    table = await land.table()

    assert (table.empty_reason, len(table.rows), table.HasField("total")) == ("nothing_reported", 0, False)
    assert len(table.metrics) > 20
    assert table.catalogue_version == 1


async def test_units_are_counted_where_nobody_has_reported_yet_and_the_table_says_so(peopled: Land) -> None:
    table = await peopled.table("12")
    figures = await peopled.figures("12")

    assert figures == {"units": 8, "participating_units": 4}
    assert table.empty_reason == "nothing_reported"
    assert [row.code for row in table.rows] == ["1201"]


async def test_a_fact_that_comes_twice_counts_once(peopled: Land) -> None:
    before = await peopled.figures("110101001")
    found = problem(peopled.places["110101001"], number=1)

    await peopled.happen(found, found, found)
    after = await peopled.figures("110101001")

    assert after.get("problems_total", 0) - before.get("problems_total", 0) == 1


async def test_of_facts_in_the_wrong_order_the_newest_state_counts(peopled: Land) -> None:
    township = peopled.places["110101002"]
    done = problem(township, number=2, version=3, state="DONE", light="RED")
    begun = problem(township, number=2, version=2, state="IN_PROGRESS")
    listed = problem(township, number=2)

    await peopled.happen(done)
    await peopled.happen(listed, begun)

    assert await peopled.figures("110101002") == {
        "units": 1,
        "problems_total": 1,
        "problems_done": 1,
        "problems_overdue": 1,
    }


async def test_a_change_below_changes_every_level_above(peopled: Land) -> None:
    township = peopled.places["110102001"]
    above = ("0", "11", "1101", "110102", "110102001")
    before = [(await peopled.figures(code)).get("problems_closed", 0) for code in above]

    await peopled.happen(problem(township, number=3))
    await peopled.happen(problem(township, number=3, version=2, state="CLOSED"))
    after = [(await peopled.figures(code)).get("problems_closed", 0) for code in above]

    assert [now - then for now, then in zip(after, before, strict=True)] == [1] * len(above)


async def test_a_unit_that_lodges_twice_has_reported_once_and_lodged_twice(peopled: Land) -> None:
    county = peopled.places["110102"]

    await peopled.happen(lodging(county, number=4), lodging(county, number=5))
    await peopled.happen(lodging(county, number=6, campaign="another-campaign"))
    of_campaign = await peopled.table("110102", campaign=CAMPAIGN)
    over_all = await peopled.table("110102")

    assert of_campaign.total.reported_units == 1
    assert over_all.total.reported_units == 1
    assert (await peopled.figures("110102", campaign=CAMPAIGN))["plan_lodgings"] == 2
    assert (await peopled.figures("110102"))["plan_lodgings"] == 3


async def test_a_fact_of_a_type_that_is_not_counted_is_applied_all_the_same(peopled: Land) -> None:
    async def applied() -> int:
        async with peopled.superuser() as connection:
            return int(await connection.fetchval("select applied from rollups.progress"))

    before = await applied()

    await peopled.happen(fact("audit.something_new", "things/1", facts_pb2.Placement(), "0000000000/"))

    assert await applied() == before + 1


async def test_rows_at_a_level_come_in_code_order_with_their_sums(peopled: Land) -> None:
    table = await peopled.table("0", level="county")

    assert [row.code for row in table.rows] == ["110101", "110102", "120101", "120102"]
    units = [metric.id for metric in table.metrics].index("units")
    assert [row.values[units] for row in table.rows] == [3, 3, 3, 3]
    assert table.total.values[units] == len(peopled.places)
    assert table.facts_pending == 0


async def test_a_level_that_is_not_below_the_unit_makes_an_empty_table_that_says_so(peopled: Land) -> None:
    table = await peopled.table("110101", level="province")

    assert (len(table.rows), table.empty_reason) == (0, "no_such_level")


async def test_a_level_that_does_not_exist_is_refused_with_those_that_do(peopled: Land) -> None:
    with pytest.raises(RemoteRefusal) as refused:
        await peopled.table("0", level="galaxy")

    assert refused.value.remote_reason == "UNKNOWN_LEVEL"
    assert "county" in refused.value.facts["levels"]


async def test_a_province_sees_its_own_rows_and_no_others(peopled: Land) -> None:
    own = await peopled.table(scope="11", level="county")

    assert own.total.code == "11"
    assert [row.code for row in own.rows] == ["110101", "110102"]
    for stranger in ("12", "120101", "0"):
        with pytest.raises(RemoteRefusal) as refused:
            await peopled.table(stranger, scope="11")
        assert refused.value.remote_reason == "UNKNOWN_UNIT"


async def test_a_verification_finds_no_difference_and_tells_its_stages(peopled: Land) -> None:
    stages, result = await peopled.watch_verification(settle_seconds=5)

    assert result.difference_count == 0, result.differences
    assert list(dict.fromkeys(stages)) == [
        "settling",
        "directory",
        "plans",
        "inspections",
        "referrals",
        "comparing",
    ]
    assert result.contributions_compared > len(peopled.places)
    assert result.figures_compared > result.contributions_compared


async def test_a_figure_that_was_tampered_with_is_named(peopled: Land) -> None:
    city = peopled.places["1101"]
    tamper = "update rollups.tallies set s09 = s09 + $2 where unit_id = $1 and campaign = $3"

    async with peopled.superuser() as connection:
        await connection.execute(tamper, city.id, 7, CAMPAIGN)
        try:
            result = await peopled.verify(settle_seconds=30)
            seen_by_another = await peopled.verify(scope="12")
        finally:
            await connection.execute(tamper, city.id, -7, CAMPAIGN)

    (difference,) = result.differences
    assert result.difference_count == 1
    assert (difference.kind, difference.subject) == ("figure", f"{city.id}/problems_total/{CAMPAIGN}")
    assert int(difference.found) == int(difference.expected) + 7
    assert seen_by_another.difference_count == 0


async def test_a_stored_contribution_that_no_service_knows_is_named(peopled: Land) -> None:
    ghost = problem(peopled.places["120102002"], number=7)

    await peopled.publish(ghost)
    await peopled.arrived()
    result = await peopled.verify()
    peopled.believe(ghost)

    by_kind = {difference.kind: difference for difference in result.differences}
    assert by_kind["contribution"].subject == ghost.entity
    assert by_kind["contribution"].expected == "absent"
    assert "problems_total 1" in by_kind["contribution"].found
    assert (await peopled.verify()).difference_count == 0


async def test_a_fact_on_the_road_is_waited_for_and_is_no_difference(peopled: Land) -> None:
    late = problem(peopled.places["120102001"], number=8)
    peopled.believe(late)
    at_once = await peopled.verify(settle_seconds=0)

    await peopled.publish(late)
    settled = await peopled.verify(settle_seconds=20)

    assert at_once.difference_count > 0
    assert settled.difference_count == 0


async def test_a_replay_of_everything_changes_no_figure(peopled: Land) -> None:
    before = await peopled.table("0", level="township")

    await peopled.publish(placed(peopled.places.values()), problem(peopled.places["110101001"], number=1))
    await peopled.arrived()
    after = await peopled.table("0", level="township")

    assert list(after.rows) == list(before.rows)


async def test_a_killed_service_goes_on_where_it_was(peopled: Land) -> None:
    late = problem(peopled.places["120101001"], number=9)
    before = peopled.stack.pid("rollups")

    async def is_down() -> bool:
        return not await peopled.stack.is_serving("rollups")

    async def is_back() -> bool:
        return peopled.stack.pid("rollups") != before and await peopled.stack.is_serving("rollups")

    peopled.stack.kill("rollups")
    await eventually(is_down)
    peopled.believe(late)
    await peopled.publish(late)
    await eventually(is_back)
    await peopled.arrived()

    assert (await peopled.figures("120101001"))["problems_total"] == 1
    assert (await peopled.verify(settle_seconds=10)).difference_count == 0


async def test_only_those_who_may_verify_do(peopled: Land) -> None:
    with pytest.raises(RemoteRefusal) as refused:
        await peopled.verify(role="unit_clerk")

    assert refused.value.remote_reason == "PERMISSION_DENIED"
