"""Reads of many orders: the console's list, what waits for staff, and sales."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select

from lms.commerce.shop import models as tables
from lms.commerce.shop.queries.orders import Refund, refund_value
from lms.commerce.shop.rules import DisputeState, OrderMethod, RefundState
from lms.kernel.work import Read
from lms.learning.camps.queries import cohort_source
from lms.people.accounts.queries import person_source

_O = tables.ShopOrder
_R = tables.Refund
PAGE = 50


@dataclass(frozen=True)
class OrderLine:
    """A line of the console's list of orders; disputed while the bank decides."""

    id: int
    code: str
    state: str
    method: str
    net_minor: int
    refunded_minor: int
    is_disputed: bool
    currency: str
    created_at: datetime
    paid_at: datetime | None
    buyer: str
    email: str
    camp: str
    cohort: str
    cohort_code: str


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


def list_orders(
    read: Read, q: str = "", state: str = "", before: int | None = None, limit: int = PAGE
) -> list[OrderLine]:
    """List orders, newest first, paged by id. `q`: an order's code, or a part of the buyer's name or address."""
    person, cohort = person_source(), cohort_source()
    statement = (
        select(
            _O.id,
            _O.code,
            _O.state,
            _O.method,
            _O.net_minor,
            _O.refunded_minor,
            exists().where(tables.Dispute.order_id == _O.id, tables.Dispute.state == DisputeState.OPEN),
            _O.currency,
            _O.created_at,
            _O.paid_at,
            person.c.display_name,
            person.c.email,
            cohort.c.camp_title,
            cohort.c.name,
            cohort.c.code,
        )
        .join(person, person.c.id == _O.buyer_id)
        .join(cohort, cohort.c.id == _O.cohort_id)
    )
    if wanted := q.strip():
        like = "%" + wanted.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        name = func.lower(person.c.display_name).like(like, escape="\\")
        address = func.lower(person.c.email).like(like, escape="\\")
        statement = statement.where(or_(_O.code == wanted.upper(), name, address))
    if state:
        statement = statement.where(_O.state == state)
    if before is not None:
        statement = statement.where(_O.id < before)
    return [OrderLine(*tuple(row)) for row in read.session.execute(statement.order_by(_O.id.desc()).limit(limit))]


def count_orders(read: Read) -> dict[str, int]:
    """Count orders by state."""
    return dict(read.session.execute(select(_O.state, func.count()).group_by(_O.state)).tuples().all())


def _waits_for_people() -> ColumnElement[bool]:
    by_hand = (_R.state == RefundState.REQUESTED) & tables.Payment.agent_id.is_not(None)
    return or_((_R.state == RefundState.FAILED) & _R.ended_at.is_(None), by_hand)


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
