"""Periods, ranks, names and positions."""

from datetime import date

import pytest

from lms.affiliates.contests import rules
from lms.affiliates.contests.rules import Measure, Period


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
    ("scores", "first_rank", "first_index", "expected"),
    [
        ([], 1, 0, []),
        ([21, 17, 12, 12, 8], 1, 0, [1, 2, 3, 3, 5]),
        ([5, 5, 5], 1, 0, [1, 1, 1]),
        ([12, 8, 8], 3, 3, [3, 5, 5]),
    ],
)
def test_equal_numbers_share_a_rank(scores: list[int], first_rank: int, first_index: int, expected: list[int]) -> None:
    assert rules.ranks(scores, first_rank, first_index) == expected


def test_a_hidden_name_shows_its_first_character() -> None:
    assert rules.masked("沈一诺") == "沈**"
    assert rules.masked("𠮷田") == "𠮷**"


def test_a_row_is_named_by_its_id_alone() -> None:
    assert rules.read_position("42") == 42


@pytest.mark.parametrize("text", ["", "1-2", "a", "-1", "²", "1.5", " 1", "9" * 19])
def test_other_texts_are_no_position(text: str) -> None:
    assert rules.read_position(text) is None


@pytest.mark.parametrize(
    ("measure", "mine", "by_program", "by_partner", "shown"),
    [
        (Measure.JOINED, False, True, True, True),
        (Measure.SALES, False, False, False, True),
        (Measure.SALES, False, True, False, False),
        (Measure.EARNED, False, False, True, False),
        (Measure.EARNED, True, True, True, True),
    ],
)
def test_who_sees_a_number(measure: Measure, mine: bool, by_program: bool, by_partner: bool, shown: bool) -> None:
    assert rules.is_shown(measure, mine=mine, by_program=by_program, by_partner=by_partner) is shown
