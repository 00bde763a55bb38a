"""When a line's money can be had, and the program's days and months."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.affiliates.commissions.rules.calendar import Calendar
from lms.affiliates.commissions.rules.terms import PROGRAM_ZONE, Terms

_DECEMBER = 12


@dataclass(frozen=True)
class Availability:
    """When a line is available, and why: `at` is 00:00 of the last of `business_days` in the program's zone.

    `estimate` tells that the calendar does not reach so far yet.
    """

    observed_until: datetime
    counted_from: date
    business_days: tuple[date, ...]
    at: datetime
    estimate: bool


def available_at(paid_at: datetime, refund_until: datetime | None, terms: Terms, calendar: Calendar) -> Availability:
    """Give when what was earned by a payment is available (money.md §1, Settlement).

    Observation ends after so many times 24 hours or at the camp's refund deadline, whichever is later; the
    business days are counted from the local date of that end.
    """
    ends = paid_at + timedelta(days=terms.observation_days)
    if refund_until is not None:
        ends = max(ends, refund_until)
    zone = ZoneInfo(terms.time_zone)
    counted_from = ends.astimezone(zone).date()
    days = calendar.business_days(counted_from, terms.settlement_business_days)
    at = datetime(days[-1].year, days[-1].month, days[-1].day, tzinfo=zone).astimezone(UTC)
    return Availability(ends, counted_from, tuple(days), at, days[-1] > calendar.known_until)


def program_day(at: datetime) -> date:
    """Give the day of the program's zone a moment belongs to."""
    return at.astimezone(ZoneInfo(PROGRAM_ZONE)).date()


def day_start(day: date) -> datetime:
    """Give the first moment (aware, UTC) of a day of the program's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(PROGRAM_ZONE)).astimezone(UTC)


def month_span(month: str) -> tuple[datetime, datetime]:
    """Give the first moment of a month written 2026-11, and that of the next; raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    year, number = (first.year + 1, 1) if first.month == _DECEMBER else (first.year, first.month + 1)
    return day_start(first), day_start(date(year, number, 1))
