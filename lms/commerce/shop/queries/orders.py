"""Reads of orders, of what was paid for them and what went back."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Subquery, func, select

from lms.commerce.shop import models as tables
from lms.commerce.shop import rules
from lms.commerce.shop.queries.disputes import standings
from lms.commerce.shop.queries.seats import has_had_seat
from lms.commerce.shop.rules import PENDING_REFUNDS, OrderState, PaymentState, RefundState, Standing
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Read
from lms.web.ports import Paid

_O = tables.ShopOrder


@dataclass(frozen=True, kw_only=True)
class Order:
    """One person buying one seat. Amounts in minor units of `currency`."""

    id: int
    code: str
    cohort_id: int
    camp_id: int
    buyer_id: int
    state: str
    method: str
    list_minor: int
    discount_minor: int
    net_minor: int
    currency: str
    coupon_id: int | None
    referral: dict[str, Any] | None
    language: str
    seat: str
    hold_until: datetime
    refund_until: datetime | None
    created_at: datetime
    paid_at: datetime | None
    ended_at: datetime | None
    refunded_minor: int
    earned_minor: int
    deferred_refunded_minor: int
    disputed_minor: int


@dataclass(frozen=True)
class Payment:
    """One attempt to pay. `url` is where an open one is paid."""

    id: int
    attempt: int
    checkout_id: str | None
    payment_id: str | None
    state: str
    amount_minor: int
    currency: str
    url: str | None
    expires_at: datetime | None
    created_at: datetime
    paid_at: datetime | None
    agent_id: int | None


@dataclass(frozen=True)
class Refund:
    """Money of an order that goes or went back."""

    id: int
    code: str
    order_id: int
    payment_id: int
    cause: str
    state: str
    amount_minor: int
    reason: str
    failure: str
    requested_by: int | None
    created_at: datetime
    booked_at: datetime | None
    ended_at: datetime | None

    @property
    def is_closed(self) -> bool:
        """Tell whether it failed and nobody is to do anything about it: sent anew, dismissed, or taken by the bank."""
        return self.state == RefundState.FAILED and self.ended_at is not None


@dataclass(frozen=True)
class Dispute:
    """A payment that the buyer's bank took back, for now or for good."""

    id: int
    provider_id: str
    payment_id: int
    amount_minor: int
    state: str
    opened_at: datetime
    closed_at: datetime | None


_ORDER = tuple(Order.__dataclass_fields__)
_PAYMENT = tuple(Payment.__dataclass_fields__)
_REFUND = tuple(Refund.__dataclass_fields__)
_DISPUTE = tuple(Dispute.__dataclass_fields__)


def order_value(row: tables.ShopOrder) -> Order:
    """Give an order's row as others may see it."""
    return Order(**{name: getattr(row, name) for name in _ORDER})


def refund_value(row: tables.Refund) -> Refund:
    """Give a refund's row as others may see it."""
    return Refund(*(getattr(row, name) for name in _REFUND))


def _fresh(read: Read, statement: Any) -> list[Any]:
    return list(read.session.scalars(statement.execution_options(populate_existing=True)))


def get_order(read: Read, code: str) -> Order:
    """Get an order by its public code; NotFound."""
    return _one(read, _O.code == code)


def get_order_by_id(read: Read, order_id: int) -> Order:
    """Get an order by its id; NotFound."""
    return _one(read, _O.id == order_id)


def _one(read: Read, where: Any) -> Order:
    found = _fresh(read, select(_O).where(where))
    if not found:
        raise NotFound
    return order_value(found[0])


def get_my_order(read: Read, who: Actor, code: str) -> Order:
    """Get one's own order; NotFound for anybody else's."""
    found = get_order(read, code)
    if who.person_id is None or found.buyer_id != who.person_id:
        raise NotFound
    return found


def list_my_orders(read: Read, person_id: int) -> list[Order]:
    """List a person's orders, newest first."""
    rows = _fresh(read, select(_O).where(_O.buyer_id == person_id).order_by(_O.id.desc()).limit(200))
    return [order_value(row) for row in rows]


def find_open_order(read: Read, cohort_id: int, person_id: int) -> Order | None:
    """Find the order a person has begun and not paid."""
    mine = (_O.cohort_id == cohort_id, _O.buyer_id == person_id, _O.state == OrderState.OPEN)
    found = _fresh(read, select(_O).where(*mine))
    return order_value(found[0]) if found else None


def list_payments(read: Read, order_id: int) -> list[Payment]:
    """List the attempts to pay an order, first one first."""
    row = tables.Payment
    found = _fresh(read, select(row).where(row.order_id == order_id).order_by(row.attempt))
    return [Payment(*(getattr(one, name) for name in _PAYMENT)) for one in found]


def checkout_to_ask(read: Read, order: Order) -> str | None:
    """Give the id of the checkout that may still bring an open order's money, the newest one; None for none."""
    if order.state != OrderState.OPEN:
        return None
    row = tables.Payment
    live = (row.order_id == order.id, row.state.in_(rules.LIVE_PAYMENTS), row.checkout_id.is_not(None))
    return read.session.scalar(select(row.checkout_id).where(*live).order_by(row.attempt.desc()).limit(1))


def find_coupon_of(read: Read, order: Order) -> str | None:
    """Give the code of the coupon an order used; None for none."""
    if order.coupon_id is None:
        return None
    return read.session.scalar(select(tables.Coupon.code).where(tables.Coupon.id == order.coupon_id))


def list_refunds(read: Read, order_id: int) -> list[Refund]:
    """List the refunds of an order, oldest first."""
    row = tables.Refund
    return [refund_value(one) for one in _fresh(read, select(row).where(row.order_id == order_id).order_by(row.id))]


def get_refund(read: Read, code: str) -> Refund:
    """Get a refund by its public code; NotFound."""
    found = _fresh(read, select(tables.Refund).where(tables.Refund.code == code))
    if not found:
        raise NotFound
    return refund_value(found[0])


def list_disputes(read: Read, order_id: int) -> list[Dispute]:
    """List the disputes of an order, oldest first."""
    row = tables.Dispute
    found = _fresh(read, select(row).where(row.order_id == order_id).order_by(row.id))
    return [Dispute(*(getattr(one, name) for name in _DISPUTE)) for one in found]


def refundable(read: Read, order: Order) -> int:
    """Give what may be refunded of an order now: paid, not refunded, not lost, not on its way back.

    Nothing while the buyer's bank decides about the payment.
    """
    if order.state not in rules.PAID_STATES or standings(read, [order.id]).get(order.id) == Standing.DISPUTED:
        return 0
    return max(0, order.net_minor - order.refunded_minor - order.disputed_minor - pending(read, order.id))


def pending(read: Read, order_id: int) -> int:
    """Sum up the refunds of an order's own payment that are asked for and not booked yet."""
    row, payment = tables.Refund, tables.Payment
    waiting = (
        select(func.coalesce(func.sum(row.amount_minor), 0))
        .join(payment, payment.id == row.payment_id)
        .where(row.order_id == order_id, row.state.in_(PENDING_REFUNDS), row.booked_at.is_(None))
        .where(payment.state == PaymentState.PAID)
    )
    return int(read.session.scalar(waiting) or 0)


def may_refund_alone(read: Read, order: Order) -> bool:
    """Say whether the buyer may have everything back in one tap now."""
    had_seat = waits_again(read, order)
    alone = rules.may_refund_alone(order.state, order.seat, order.refund_until, read.now, had_seat=had_seat)
    return alone and refundable(read, order) > 0


def waits_again(read: Read, order: Order) -> bool:
    """Say whether the buyer stands in line for a seat that was theirs once and that they left."""
    return order.seat == rules.SeatState.IN_LINE and has_had_seat(read, order.id)


def find_seatless(read: Read, cohort_id: int, person_id: int) -> Order | None:
    """Find a paid order whose seat was given up and whose money stayed: it brings the buyer back without paying."""
    mine = (_O.cohort_id == cohort_id, _O.buyer_id == person_id, _O.state.in_(rules.PAID_STATES))
    found = _fresh(read, select(_O).where(*mine, _O.seat == rules.SeatState.NONE).order_by(_O.id.desc()).limit(1))
    order = order_value(found[0]) if found else None
    return order if order and refundable(read, order) > 0 else None


def what_leaving_means(read: Read, person_id: int, cohort_id: int) -> Paid | None:
    """Say what was paid for a seat and whether it comes back when the seat is given up now; None: nothing was."""
    mine = (_O.cohort_id == cohort_id, _O.buyer_id == person_id, _O.state.in_(rules.PAID_STATES))
    seated = (rules.SeatState.GIVEN, rules.SeatState.IN_LINE)
    found = _fresh(read, select(_O).where(*mine, _O.seat.in_(seated)).order_by(_O.id.desc()).limit(1))
    if not found:
        return None
    order = order_value(found[0])
    kept = order.net_minor - order.refunded_minor
    back = may_refund_alone(read, order)
    disputed = standings(read, [order.id]).get(order.id) == Standing.DISPUTED
    url = f"/orders/{order.code}"
    return Paid(kept, order.currency, order.refund_until, back, disputed, url) if kept > 0 else None


@cache
def order_source() -> Subquery:
    """Offer orders for joins: id, code, cohort_id, camp_id, buyer_id, state, net_minor, refunded_minor,
    currency, paid_at, referral.
    """
    return select(
        _O.id,
        _O.code,
        _O.cohort_id,
        _O.camp_id,
        _O.buyer_id,
        _O.state,
        _O.net_minor,
        _O.refunded_minor,
        _O.currency,
        _O.paid_at,
        _O.referral,
    ).subquery("order_source")


def order_coupon_source() -> Subquery:
    """Offer order_id and code of the coupon an order was made with, for joins; orders without one are left out."""
    order, coupon = tables.ShopOrder, tables.Coupon
    statement = select(order.id.label("order_id"), coupon.code).join(coupon, coupon.id == order.coupon_id)
    return statement.subquery("order_coupon_source")
