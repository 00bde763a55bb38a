"""Business days of a country: public holidays and the make-up workdays that are published for one year at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

CALENDARS = frozenset({"CN"})
_YEARS = range(2024, 2036)
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Days on which a country works. After `known_until` make-up workdays are not published: days are estimates."""

    name: str
    known_until: date
    closed: frozenset[date]
    opened: frozenset[date]

    def is_business_day(self, day: date) -> bool:
        """Say whether offices and banks work on a day."""
        return day in self.opened or (day.weekday() < _SATURDAY and day not in self.closed)

    def business_days(self, after: date, count: int) -> list[date]:
        """List the first `count` business days after a day."""
        found: list[date] = []
        day = after
        while len(found) < count:
            day += timedelta(days=1)
            if self.is_business_day(day):
                found.append(day)
        return found


@cache
def read_calendar(name: str) -> Calendar:
    """Give a country's calendar as data. Raises LookupError for one we do not keep.

    Holidays by law are known for years to come; the make-up workdays tell which years are settled.
    """
    if name not in CALENDARS:
        raise LookupError(name)
    days = country_holidays(name, years=_YEARS)
    settled = max(day.year for day in days.weekend_workdays)
    return Calendar(name, date(settled, 12, 31), frozenset(days), frozenset(days.weekend_workdays))
