"""Sums of what partners earn, one statement each: for homes, boards and kits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Integer, func, select

from lms.affiliates.commissions.models import Accrual, Commission
from lms.affiliates.commissions.queries.lines import own_coupon
from lms.affiliates.commissions.rules import LineState, day_start, program_day
from lms.affiliates.tracking.queries import link_source
from lms.commerce.shop.queries import order_coupon_source
from lms.kernel.work import Read


@dataclass(frozen=True)
class Earned:
    """What a partner earned in a span in one currency, less what was taken back since; how many sales stand."""

    currency: str
    amount_minor: int
    sales: int


@dataclass(frozen=True)
class RecentSale:
    """An order that a partner earned on: through which link or own coupon, and what is left of the commission."""

    paid_at: datetime
    link_id: int | None
    place: str
    amount_minor: int
    currency: str
    coupon: str


@dataclass(frozen=True)
class Coming:
    """What becomes available at one moment, as far as is known."""

    at: datetime
    currency: str
    amount_minor: int
    lines: int
    estimate: bool


@dataclass(frozen=True)
class PeriodSum:
    """What a partner earned in a period in one currency, less what was taken back since.

    `last_paid_at` is the last sale that stands, for the order among equals.
    """

    partner_id: int
    currency: str
    amount_minor: int
    sales: int
    last_paid_at: datetime


def earned_today(read: Read, partner_id: int, today: date | None = None) -> list[Earned]:
    """Sum up by currency what a partner earned on a day of the program's zone; nothing earned, nothing listed."""
    day = today or program_day(read.now)
    statement = (
        select(Commission.currency, func.sum(Commission.live_minor), func.count())
        .where(
            Commission.partner_id == partner_id,
            Commission.paid_at >= day_start(day),
            Commission.paid_at < day_start(day + timedelta(days=1)),
            Commission.live_minor > 0,
        )
        .group_by(Commission.currency)
        .order_by(Commission.currency)
    )
    return [Earned(currency, int(amount), sales) for currency, amount, sales in read.session.execute(statement)]


def recent_sales(read: Read, partner_id: int, limit: int) -> list[RecentSale]:
    """List the last orders a partner earned on that still stand, newest first; one statement."""
    link, used = link_source(), order_coupon_source()
    place, coupon = func.coalesce(link.c.label, ""), func.max(own_coupon(used))
    statement = (
        select(Commission.paid_at, Accrual.link_id, place, func.sum(Commission.live_minor), Commission.currency, coupon)
        .join(Accrual, Accrual.id == Commission.accrual_id)
        .join(link, link.c.id == Accrual.link_id, isouter=True)
        .join(used, used.c.order_id == Accrual.order_id, isouter=True)
        .where(Commission.partner_id == partner_id, Commission.live_minor > 0)
        .group_by(Accrual.id, Commission.paid_at, Accrual.link_id, link.c.label, Commission.currency)
        .order_by(Commission.paid_at.desc(), Accrual.id.desc())
        .limit(limit)
    )
    rows = read.session.execute(statement)
    return [
        RecentSale(at, link, place, int(amount), currency, code) for at, link, place, amount, currency, code in rows
    ]


def next_release(read: Read, partner_id: int, limit: int = 4) -> list[Coming]:
    """List what becomes available next, by moment and currency; lines locked by a dispute are left out."""
    statement = (
        select(
            Commission.available_at,
            Commission.currency,
            func.sum(Commission.live_minor),
            func.count(),
            func.max(Commission.estimate.cast(Integer)),
        )
        .where(
            Commission.partner_id == partner_id,
            Commission.state == LineState.HELD,
            Commission.locked_minor == 0,
            Commission.live_minor > 0,
        )
        .group_by(Commission.available_at, Commission.currency)
        .order_by(Commission.available_at, Commission.currency)
        .limit(limit)
    )
    return [
        Coming(at, currency, int(amount), lines, bool(estimate))
        for at, currency, amount, lines, estimate in read.session.execute(statement)
    ]


def sums_by_period(read: Read, since: datetime, until: datetime) -> list[PeriodSum]:
    """Sum up by partner and currency what orders paid in [since, until) earned, the most first: for boards."""
    total = func.sum(Commission.live_minor)
    statement = (
        select(Commission.partner_id, Commission.currency, total, func.count(), func.max(Commission.paid_at))
        .where(Commission.paid_at >= since, Commission.paid_at < until, Commission.live_minor > 0)
        .group_by(Commission.partner_id, Commission.currency)
        .order_by(total.desc(), func.max(Commission.paid_at), Commission.partner_id)
    )
    rows = read.session.execute(statement)
    return [PeriodSum(partner, currency, int(amount), sales, last) for partner, currency, amount, sales, last in rows]
