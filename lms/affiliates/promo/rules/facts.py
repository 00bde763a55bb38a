"""What posters are made of: the facts of a camp and its next cohort, and how days are written on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lms.kernel.text import Language, Text

_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class Finished:
    """A cohort that is over, in numbers: everybody who began, and who completed."""

    name: str
    ended_on: date
    joined: int
    completed: int
    percent: int
    days: int


@dataclass(frozen=True)
class Day:
    """A day of the camp by number and title, day 0 left out."""

    number: int
    title: str


@dataclass(frozen=True)
class Week:
    """A stretch of the camp, from one day number to another."""

    title: str
    first: int
    last: int


@dataclass(frozen=True)
class Host:
    """Who runs the camp, in their own words."""

    name: str
    role: str
    quote: str


@dataclass(frozen=True)
class EarlyPrice:
    """A price that ends at a moment, in the cohort's zone; amounts in minor units."""

    now_minor: int
    was_minor: int
    currency: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What there is to tell about a camp and its next cohort. `now` is in the cohort's zone."""

    title: str
    language: Language
    promise: str
    summary: str
    minutes_per_day: int
    host: Host | None
    weeks: Sequence[Week]
    days: Sequence[Day]
    cohort_name: str
    starts_on: date
    seats: int
    seats_left: int
    finished: Finished | None
    now: datetime
    early: EarlyPrice | None = None


@dataclass(frozen=True)
class Maker:
    """Whose poster it is: the name and the short address to be typed on it, and the address in its QR code.

    `code` stands for a name that no font can write.
    """

    name: str
    code: str
    url: str
    address: str


def lines_of(text: str) -> list[str]:
    """Split a text into its lines, blank ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def starts_text(day: date, say: Language) -> str:
    """Say in a language when a camp starts."""
    return Text("{day} 开营", "Starts {day}").in_(say, day=day_text(day, say))


def day_text(day: date, say: Language, short: bool = False) -> str:
    """Write a day in a language, without the year; `short` shortens English months."""
    month = month_name(day.month)
    return Text("{m} 月 {d} 日", "{d} {month}").in_(say, m=day.month, d=day.day, month=month[:3] if short else month)


def month_name(month: int) -> str:
    """Give the English name of a month."""
    return _MONTHS[month - 1]
