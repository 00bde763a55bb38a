"""Periods of the board, ranks and names on it: pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class Period(StrEnum):
    """How long a board runs, by the days of the program's zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Position:
    """Where a page of the board ends: the last row's number, when it was reached, and whose it is."""

    joined: int
    reached_at: datetime
    partner_id: int


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


def ranks(joined: Sequence[int], first_rank: int, first_index: int) -> list[int]:
    """Rank rows sorted by number, greatest first: equal numbers share a rank, the next one skips.

    `first_rank` is the rank of the first row and `first_index` how many rows lie before it.
    """
    result: list[int] = []
    for index, number in enumerate(joined):
        if index == 0:
            result.append(first_rank)
        elif number == joined[index - 1]:
            result.append(result[-1])
        else:
            result.append(first_index + index + 1)
    return result


def masked(name: str) -> str:
    """Hide a name but for its first character."""
    return f"{name[:1]}**"


def write_position(position: Position) -> str:
    """Write a position for an address."""
    micro = int(position.reached_at.timestamp() * 1_000_000)
    return f"{position.joined}-{micro}-{position.partner_id}"


def read_position(text: str) -> Position | None:
    """Read a position from an address; None for anything else."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        return None
    seconds, micro = divmod(int(parts[1]), 1_000_000)
    try:
        reached_at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)
    except (ValueError, OverflowError, OSError):
        return None
    return Position(int(parts[0]), reached_at, int(parts[2]))
