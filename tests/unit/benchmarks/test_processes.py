"""Reading what the kernel says of a process."""

from __future__ import annotations

import os

from tests.benchmarks.processes import cpu_s, parse_stat, proportional_bytes, resident_bytes

LINE = (
    "4242 (postgres: a (b) c) S 17 4242 4242 0 -1 4194560 1000 2000 0 0 250 50 700 300 20 0 1 0 99 "
    "200000000 2560 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0"
)


def test_a_name_with_blanks_and_parentheses_shifts_no_field() -> None:
    ticks = os.sysconf("SC_CLK_TCK")

    found = parse_stat(LINE)

    assert found.parent == 17
    assert found.cpu_s == 300 / ticks
    assert found.waited_for_s == 1000 / ticks
    assert found.resident_bytes == 2560 * os.sysconf("SC_PAGE_SIZE")


def test_this_process_has_memory_and_has_taken_time() -> None:
    assert cpu_s(os.getpid()) > 0
    assert resident_bytes(os.getpid()) > 0
    assert proportional_bytes(os.getpid()) > 0
