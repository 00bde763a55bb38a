"""Periods, ranks, names and positions."""

from datetime import UTC, date, datetime

import pytest

from lms.affiliates.contests import rules
from lms.affiliates.contests.rules import Period, Position


@pytest.mark.parametrize(
    ("period", "day", "first", "last", "before"),
    [
        (Period.DAY, date(2026, 11, 21), date(2026, 11, 21), date(2026, 11, 21), date(2026, 11, 20)),
        (Period.WEEK, date(2026, 11, 21), date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9)),
        (Period.WEEK, date(2026, 11, 16), date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9)),
        (Period.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3), date(2026, 12, 21)),
        (Period.MONTH, date(2026, 11, 21), date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 1)),
        (Period.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29), date(2028, 1, 1)),
        (Period.MONTH, date(2027, 1, 31), date(2027, 1, 1), date(2027, 1, 31), date(2026, 12, 1)),
    ],
)
def test_periods(period: Period, day: date, first: date, last: date, before: date) -> None:
    assert rules.start_of(period, day) == first
    assert rules.last_of(period, first) == last
    assert rules.start_before(period, first) == before


@pytest.mark.parametrize(
    ("joined", "first_rank", "first_index", "expected"),
    [
        ([], 1, 0, []),
        ([21, 17, 12, 12, 8], 1, 0, [1, 2, 3, 3, 5]),
        ([5, 5, 5], 1, 0, [1, 1, 1]),
        ([12, 8, 8], 3, 3, [3, 5, 5]),
    ],
)
def test_equal_numbers_share_a_rank(joined: list[int], first_rank: int, first_index: int, expected: list[int]) -> None:
    assert rules.ranks(joined, first_rank, first_index) == expected


def test_a_hidden_name_shows_its_first_character() -> None:
    assert rules.masked("沈一诺") == "沈**"
    assert rules.masked("𠮷田") == "𠮷**"


def test_a_position_reads_back() -> None:
    position = Position(7, datetime(2026, 11, 21, 10, 48, 1, 123_457, tzinfo=UTC), 42)
    assert rules.read_position(rules.write_position(position)) == position


@pytest.mark.parametrize("text", ["", "1", "1-2", "a-b-c", "1-2-3-4", "-1-2-3", "²-2-3", f"1-{'9' * 18}-3", "9" * 99])
def test_other_texts_are_no_position(text: str) -> None:
    assert rules.read_position(text) is None
