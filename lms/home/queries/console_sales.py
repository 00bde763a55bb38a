"""Reads of sales for the console home: today by currency, and the last two weeks day by day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select

from lms.affiliates.tracking.rules import day_start, program_day
from lms.commerce.shop import queries as shop
from lms.commerce.shop.queries import Sales, order_source
from lms.kernel.db import Instant
from lms.kernel.work import Read

CURRENCY = "CNY"
TREND_DAYS = 14
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SalesToday:
    """Today's sales in one currency: orders, what they brought, what of it went back, and last week's by now."""

    currency: str
    count: int
    net_minor: int
    back_minor: int
    before_minor: int

    @property
    def more_permille(self) -> int | None:
        """Compare with the same hours a week ago, in thousandths; None when nothing was sold then."""
        if not self.before_minor:
            return None
        return (self.net_minor - self.before_minor) * 1000 // self.before_minor


@dataclass(frozen=True)
class SalesDay:
    """What the orders paid on a day brought, minor units."""

    day: date
    net_minor: int


@dataclass(frozen=True)
class Trend:
    """Sales of the last days in one currency, today last, and of as many days before them."""

    currency: str
    now: list[SalesDay]
    before: list[SalesDay]

    @property
    def now_minor(self) -> int:
        """Sum up the last days."""
        return sum(one.net_minor for one in self.now)

    @property
    def before_minor(self) -> int:
        """Sum up the days before them."""
        return sum(one.net_minor for one in self.before)


def sales_today(read: Read) -> list[SalesToday]:
    """Sum up today's sales by currency, the program's own first, and what the same hours a week ago brought.

    Currencies that nothing was sold in today are left out: nothing is compared with something. Two statements.
    """
    begins = day_start(program_day(read.now))
    today = {one.currency: one for one in shop.sales(read, begins, read.now + timedelta(seconds=1))}
    then = {one.currency: one.net_minor for one in shop.sales(read, begins - _WEEK, read.now - _WEEK)}
    return [
        SalesToday(currency, *_of_day(today[currency]), then.get(currency, 0))
        for currency in sorted(today, key=lambda one: (one != CURRENCY, one))
    ]


def _of_day(sold: Sales) -> tuple[int, int, int]:
    return sold.orders, sold.net_minor, sold.refunded_minor


def sales_trend(read: Read) -> Trend | None:
    """Sum up the last days' sales by the program's day, in its own currency if it sold in it; one statement.

    None when nothing was sold in all that time.
    """
    today = program_day(read.now)
    days = [today - timedelta(days=back) for back in reversed(range(2 * TREND_DAYS))]
    limits = {f"d{at}": day_start(day) for at, day in enumerate([*days, today + timedelta(days=1)])}
    found = {row[0]: row[1:] for row in read.session.execute(_trend_statement(), limits)}
    if not found:
        return None
    currency = CURRENCY if CURRENCY in found else min(found)
    sums = [SalesDay(day, int(net)) for day, net in zip(days, found[currency], strict=True)]
    return Trend(currency, sums[TREND_DAYS:], sums[:TREND_DAYS])


@cache  # putting it together takes longer than running it
def _trend_statement() -> Select[Any]:
    order = order_source()
    limits: list[Any] = [bindparam(f"d{at}", type_=Instant()) for at in range(2 * TREND_DAYS + 1)]
    paid, net = order.c.paid_at, order.c.net_minor
    sums = [
        func.sum(case((and_(paid >= limits[at], paid < limits[at + 1]), net), else_=0)).label(f"s{at}")
        for at in range(2 * TREND_DAYS)
    ]
    within = (paid >= limits[0], paid < limits[-1], net > 0)
    return select(order.c.currency, *sums).where(*within).group_by(order.c.currency)
