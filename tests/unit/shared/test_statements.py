"""Statements that travel together: parameters are kept apart, rows are counted, a wrong last one is refused."""

from __future__ import annotations

import pytest

from shared.statements import Write, alone, combine


def test_a_statement_alone_keeps_its_parameters() -> None:
    assert combine((), "with a as (select $1)", "select * from a") == "with a as (select $1) select (select * from a)"


def test_each_keeps_its_own_parameters_and_is_counted() -> None:
    writes = (
        Write("insert into t values ($1, $2) returning 1"),
        Write("update u set x = $2 where y = $1 returning 1"),
    )

    assert combine(writes, "\n  with a as (select $1, $2)", "select 7") == (
        "with written_1 as (insert into t values ($1, $2) returning 1), "
        "written_2 as (update u set x = $4 where y = $3 returning 1), "
        "a as (select $5, $6) select (select 7), (select count(*) from written_1), (select count(*) from written_2)"
    )


def test_a_parameter_above_nine_is_one_number() -> None:
    many = ", ".join(f"${number}" for number in range(1, 13))

    combined = combine((Write(f"insert into t values ({many}) returning 1"),), "with a as (select $11)", "select 1")

    assert "a as (select $23)" in combined


def test_what_goes_with_a_write_reads_its_rows_and_shares_its_parameters() -> None:
    first = Write("insert into t values ($1)", then="delete from v where x = $1")
    second = Write("insert into t values ($1) returning id", then="insert into u select id, $2 from written")

    assert combine((first, second), "with a as (select $1)", "select 7") == (
        "with written_1 as (insert into t values ($1)), followed_1 as (delete from v where x = $1), "
        "written_2 as (insert into t values ($2) returning id), "
        "followed_2 as (insert into u select id, $3 from written_2), "
        "a as (select $4) select (select 7), (select count(*) from written_1), (select count(*) from written_2)"
    )


def test_a_write_alone_takes_along_what_goes_with_it() -> None:
    assert alone(Write("insert into t values ($1) returning 1")) == "insert into t values ($1) returning 1"
    assert alone(Write("insert into t values ($1) returning 1", then="insert into u select $2 from written")) == (
        "with written as (insert into t values ($1) returning 1), "
        "followed as (insert into u select $2 from written) select from written"
    )


def test_what_cannot_be_combined_is_refused() -> None:
    with pytest.raises(ValueError, match="with"):
        combine((), "select 1", "select 1")
