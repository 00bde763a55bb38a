"""Reads of many orders: the console's list with its sums, what waits for staff, and sales."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from lms.commerce.shop import models as tables
from lms.commerce.shop.queries.disputes import standing
from lms.commerce.shop.queries.orders import Refund, refund_value
from lms.commerce.shop.rules import DisputeState, OrderMethod, RefundState
from lms.kernel.money import Money
from lms.kernel.work import Read
from lms.learning.camps.queries import cohort_source
from lms.people.accounts.queries import person_source

_O = tables.ShopOrder
_R = tables.Refund
_LATELY = timedelta(days=1)
PAGE = 50


@dataclass(frozen=True)
class OrderLine:
    """A line of the console's list of orders. `standing` is the state, or what the buyer's bank makes of it.

    `back_minor` went back by refund or lost dispute; `partner_id` is whose sale it is.
    """

    id: int
    code: str
    standing: str
    method: str
    list_minor: int
    discount_minor: int
    net_minor: int
    back_minor: int
    currency: str
    created_at: datetime
    paid_at: datetime | None
    buyer: str
    email: str
    camp: str
    cohort: str
    coupon: str | None
    partner_id: int | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which orders, and in which order. `q`: an order's code, or a part of the buyer's name or address.

    `since` up to and without `until` is when they were made; `by` is created or amount, `upward` the smallest first.
    """

    q: str = ""
    standing: str = ""
    camp_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    by: str = "created"
    upward: bool = False


@dataclass(frozen=True)
class Sum:
    """What a set of orders comes to in one currency: how many, how many paid, what was paid, what of it went back."""

    currency: str
    orders: int
    paid_orders: int
    paid_minor: int
    back_minor: int


@dataclass(frozen=True)
class Due:
    """A refund that waits for a person: offline money, or one that the gateway could not send."""

    refund: Refund
    order_code: str
    currency: str
    method: str
    buyer: str


@dataclass(frozen=True)
class HandIn:
    """Collected money that an agent brought to the bank."""

    agent_id: int
    currency: str
    amount_minor: int
    confirmed_by: int | None
    at: datetime


@dataclass(frozen=True)
class Sales:
    """What was sold in a period, in one currency: orders paid in it, and what has gone back of those since."""

    currency: str
    orders: int
    net_minor: int
    refunded_minor: int


def _filtered(statement: Any, wanted: Wanted) -> Any:
    person = person_source()
    statement = statement.join(person, person.c.id == _O.buyer_id)
    if typed := wanted.q.strip():
        like = "%" + typed.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        name = func.lower(person.c.display_name).like(like, escape="\\")
        address = func.lower(person.c.email).like(like, escape="\\")
        statement = statement.where(or_(_O.code == typed.upper(), name, address))
    if wanted.standing:
        statement = statement.where(standing() == wanted.standing)
    if wanted.camp_id is not None:
        statement = statement.where(_O.camp_id == wanted.camp_id)
    if wanted.since is not None:
        statement = statement.where(_O.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(_O.created_at < wanted.until)
    return statement


def _after(before: int, wanted: Wanted) -> ColumnElement[bool]:
    """Say which orders come after one in the list's order; its id breaks ties."""
    beyond = _O.id > before if wanted.upward else _O.id < before
    if wanted.by != "amount":
        return beyond
    last = select(_O.net_minor).where(_O.id == before).scalar_subquery()
    further = _O.net_minor > last if wanted.upward else _O.net_minor < last
    return or_(further, (_O.net_minor == last) & beyond)


def list_orders(
    read: Read, wanted: Wanted | None = None, before: int | None = None, limit: int = PAGE
) -> list[OrderLine]:
    """List orders, paged by the id of the last one seen; without a wish the newest first."""
    wanted = wanted or Wanted()
    person, cohort, coupon = person_source(), cohort_source(), tables.Coupon
    statement = _filtered(
        select(
            _O.id,
            _O.code,
            standing(),
            _O.method,
            _O.list_minor,
            _O.discount_minor,
            _O.net_minor,
            _O.refunded_minor + _O.disputed_minor,
            _O.currency,
            _O.created_at,
            _O.paid_at,
            person.c.display_name,
            person.c.email,
            cohort.c.camp_title,
            cohort.c.name,
            coupon.code,
            _O.referral["partner_id"].as_integer(),
        ).select_from(_O),
        wanted,
    )
    statement = statement.join(cohort, cohort.c.id == _O.cohort_id).outerjoin(coupon, coupon.id == _O.coupon_id)
    if before is not None:
        statement = statement.where(_after(before, wanted))
    keys = (_O.net_minor, _O.id) if wanted.by == "amount" else (_O.id,)
    order = (key.asc() if wanted.upward else key.desc() for key in keys)
    return [OrderLine(*tuple(row)) for row in read.session.execute(statement.order_by(*order).limit(limit))]


def sum_up_orders(read: Read, wanted: Wanted) -> list[Sum]:
    """Sum up the orders of a wish by currency; what was never paid counts as an order only."""
    paid = func.sum(case((_O.paid_at.is_not(None), _O.net_minor), else_=0))
    back = func.sum(_O.refunded_minor + _O.disputed_minor)
    statement = _filtered(select(_O.currency, func.count(), func.count(_O.paid_at), paid, back).select_from(_O), wanted)
    rows = read.session.execute(statement.group_by(_O.currency).order_by(_O.currency))
    return [Sum(currency, *(int(figure) for figure in figures)) for currency, *figures in rows]


def count_orders(read: Read) -> dict[str, int]:
    """Count orders by where they stand."""
    stands = standing().label("standing")
    return dict(read.session.execute(select(stands, func.count()).group_by(stands)).tuples().all())


def _waits_for_people() -> ColumnElement[bool]:
    by_hand = (_R.state == RefundState.REQUESTED) & tables.Payment.agent_id.is_not(None)
    dispute = tables.Dispute
    bank_decides = exists().where(dispute.payment_id == _R.payment_id, dispute.state == DisputeState.OPEN)
    return or_((_R.state == RefundState.FAILED) & _R.ended_at.is_(None) & ~bank_decides, by_hand)


def list_due_refunds(read: Read, limit: int = PAGE) -> list[Due]:
    """List the refunds that wait for a person, oldest first."""
    person = person_source()
    rows = read.session.execute(
        select(_R, _O.code, tables.Payment.currency, _O.method, person.c.display_name)
        .join(_O, _O.id == _R.order_id)
        .join(tables.Payment, tables.Payment.id == _R.payment_id)
        .join(person, person.c.id == _O.buyer_id)
        .where(_waits_for_people())
        .order_by(_R.id)
        .limit(limit)
    )
    return [Due(refund_value(row), code, currency, method, buyer) for row, code, currency, method, buyer in rows]


def count_due(read: Read) -> int:
    """Count the refunds that wait for a person."""
    joined = select(func.count(_R.id)).join(tables.Payment, tables.Payment.id == _R.payment_id)
    return read.session.scalar(joined.where(_waits_for_people())) or 0


def sales(read: Read, since: datetime, until: datetime) -> list[Sales]:
    """Sum up the orders paid from `since` up to and without `until`, by currency; free ones are left out."""
    rows = read.session.execute(
        select(_O.currency, func.count(), func.sum(_O.net_minor), func.sum(_O.refunded_minor + _O.disputed_minor))
        .where(_O.paid_at >= since, _O.paid_at < until, _O.method != OrderMethod.FREE)
        .group_by(_O.currency)
        .order_by(_O.currency)
    )
    return [Sales(currency, count, int(net), int(back)) for currency, count, net, back in rows]


def list_hand_ins(read: Read, agent_id: int | None = None, limit: int = PAGE) -> list[HandIn]:
    """List what agents handed in, newest first."""
    row = tables.HandIn
    statement = select(row.agent_id, row.currency, row.amount_minor, row.confirmed_by, row.at)
    if agent_id is not None:
        statement = statement.where(row.agent_id == agent_id)
    return [HandIn(*found) for found in read.session.execute(statement.order_by(row.id.desc()).limit(limit))]


def count_hand_ins(read: Read, agent_id: int, currency: str) -> int:
    """Count what an agent has handed in so far in one currency."""
    row = tables.HandIn
    counted = select(func.count()).select_from(row).where(row.agent_id == agent_id, row.currency == currency)
    return read.session.scalar(counted) or 0


def list_like_hand_ins(read: Read, agent_id: int, brought: Money) -> list[datetime]:
    """List when an agent handed in the very same amount within the last day, newest first; one statement."""
    row = tables.HandIn
    statement = select(row.at).where(
        row.agent_id == agent_id,
        row.currency == brought.currency,
        row.amount_minor == brought.minor,
        row.at > read.now - _LATELY,
    )
    return list(read.session.scalars(statement.order_by(row.id.desc())))
