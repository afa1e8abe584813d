"""The catalogue: every figure has a place of its own and a name in both languages."""

from __future__ import annotations

from services.rollups import catalogue
from services.rollups.catalogue import METRICS, SLOTS, Slot
from services.rollups.tables import SLOT_COLUMNS, tallies


def test_every_figure_has_an_id_and_a_slot_of_its_own() -> None:
    ids = [metric.id for metric in METRICS]
    slots = [slot for metric in METRICS for slot in (metric.slot, metric.slot_over_all) if slot is not None]

    assert len(set(ids)) == len(ids)
    assert sorted(slots) == sorted(Slot)


def test_every_slot_is_a_column_of_the_wide_row() -> None:
    assert len(SLOT_COLUMNS) == SLOTS
    assert all(0 <= slot < SLOTS for slot in Slot)
    assert set(SLOT_COLUMNS) <= set(tallies.columns.keys())


def test_the_numbers_of_slots_stay_as_they_were_given() -> None:
    # Rows that were folded under a number would lie under another figure's.
    assert [(slot.name, int(slot)) for slot in list(Slot)[:4]] == [
        ("UNITS", 0),
        ("PARTICIPATING_UNITS", 1),
        ("REPORTED_UNITS", 2),
        ("REPORTED_UNITS_OVER_ALL", 3),
    ]
    assert (Slot.PROBLEMS_TOTAL, Slot.VISITS, Slot.REFERRALS_CONCLUDED) == (9, 17, 24)


def test_every_figure_is_named_in_both_languages() -> None:
    assert all(metric.label_zh and metric.label_en for metric in METRICS)


def test_a_slot_without_a_figure_is_named_by_its_number() -> None:
    assert catalogue.metric_id(int(Slot.VISITS)) == "visits"
    assert catalogue.metric_id(63) == "slot_63"


def test_units_that_reported_have_another_slot_over_all_campaigns() -> None:
    reported = next(metric for metric in METRICS if metric.id == "reported_units")
    visits = next(metric for metric in METRICS if metric.id == "visits")

    assert catalogue.slot_of(reported, over_all_campaigns=True) == Slot.REPORTED_UNITS_OVER_ALL
    assert catalogue.slot_of(reported, over_all_campaigns=False) == Slot.REPORTED_UNITS
    assert catalogue.slot_of(visits, over_all_campaigns=True) == Slot.VISITS
