"""Periods and measures of the board, ranks and names on it: pure decisions."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum


class Period(StrEnum):
    """How long a board runs, by the days of the program's zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Measure(StrEnum):
    """What a board counts: enrollments through links, sales that stand, or what was earned on them."""

    JOINED = "joined"
    SALES = "sales"
    EARNED = "earned"

    @property
    def is_money(self) -> bool:
        """Say whether it tells what somebody earns: such numbers may be hidden, and stand by currency."""
        return self is not Measure.JOINED


def start_of(period: Period, day: date) -> date:
    """Give the first day of the period a day lies in; weeks begin on Monday."""
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def last_of(period: Period, start: date) -> date:
    """Give the last day of the period that begins on `start`."""
    if period is Period.DAY:
        return start
    if period is Period.WEEK:
        return start + timedelta(days=6)
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def start_before(period: Period, start: date) -> date:
    """Give the first day of the period before."""
    return start_of(period, start - timedelta(days=1))


def ranks(scores: Sequence[int], first_rank: int, first_index: int) -> list[int]:
    """Rank rows sorted by number, greatest first: equal numbers share a rank, the next one skips.

    `first_rank` is the rank of the first row and `first_index` how many rows lie before it.
    """
    result: list[int] = []
    for index, number in enumerate(scores):
        if index == 0:
            result.append(first_rank)
        elif number == scores[index - 1]:
            result.append(result[-1])
        else:
            result.append(first_index + index + 1)
    return result


def is_shown(measure: Measure, *, mine: bool, by_program: bool, by_partner: bool) -> bool:
    """Say whether a number on the board is shown to the reader: one's own always, heads counted always.

    `by_program` and `by_partner` tell who hides amounts.
    """
    return mine or not measure.is_money or not (by_program or by_partner)


def masked(name: str) -> str:
    """Hide a name but for its first character."""
    return f"{name[:1]}**"


def read_position(text: str) -> int | None:
    """Read from an address which row a page of the board comes after; None for anything else.

    A row is named by its id: its number in an address would tell what may be hidden.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
