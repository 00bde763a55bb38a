"""Asking for money to go back: what may be asked, by whom, and the wish itself."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.commerce.shop import models as tables
from lms.commerce.shop import rules
from lms.commerce.shop.errors import (
    AmountZero,
    NothingToRefund,
    OverRefund,
    RefundedMeanwhile,
    RefundSettled,
    RefundTooLate,
    UnderDispute,
)
from lms.commerce.shop.queries import Refund
from lms.commerce.shop.queries.disputes import is_disputed
from lms.commerce.shop.queries.orders import pending, refund_value
from lms.commerce.shop.queries.seats import has_had_seat
from lms.commerce.shop.rules import PAID_STATES, RefundCause, RefundState, SeatState
from lms.commerce.shop.service.asking import ask_to_send
from lms.commerce.shop.service.records import books_of, get_locked, paid_payment
from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.money import Money, write_money
from lms.kernel.text import current_language
from lms.kernel.work import Actor, Work

CODE_LENGTH = 10
_STAFF = ("operator", "finance", "system")


@dataclass(frozen=True)
class Seen:
    """What a form for a refund showed: the code that the refund will have, and how much was left, minor units."""

    code: str
    left_minor: int


def ask_refund(
    work: Work, who: Actor, order_code: str, amount_minor: int | None, reason: str, seen: Seen | None = None
) -> Refund:
    """Ask for a refund; None: of all that is left. Buyers get everything while the time for it lasts, or
    while they stand in line for their first seat; operators and finance any amount at any time. A buyer asking
    twice asks once, and so does staff with one form, whose code the refund then has.

    Refuses NothingToRefund, AmountZero, OverRefund, RefundTooLate, RefundSettled, RefundedMeanwhile when the
    form showed another sum left, UnderDispute while the buyer's bank holds the money; NotFound for anybody
    else's order.
    """
    order = get_locked(work, order_code)
    mine = who.person_id is not None and who.person_id == order.buyer_id
    if not (mine or who.has(*_STAFF)):
        raise NotFound
    if seen and (asked := _asked_as(work, order, seen.code)) is not None:
        return asked
    left = books_of(order).left_minor - pending(work, order.id) if order.state in PAID_STATES else 0
    payment = paid_payment(work, order.id)
    if payment is not None:
        require_undisputed(work, payment)
    if seen and seen.left_minor != left:
        raise RefundedMeanwhile
    if left <= 0 or payment is None:
        return _asked_before(work, order, mine)
    had_seat = order.seat != SeatState.IN_LINE or has_had_seat(work, order.id)
    if mine and not who.has(*_STAFF):
        if not rules.may_refund_alone(order.state, order.seat, order.refund_until, work.now, had_seat=had_seat):
            raise RefundTooLate
        amount_minor = None
    amount = left if amount_minor is None else amount_minor
    require_amount(amount, left, order.currency)
    cause = RefundCause.ASKED if had_seat else RefundCause.NO_SEAT
    code = seen.code if seen else ""
    row = request_refund(work, order, payment, amount, cause, reason=reason.strip(), by=who.person_id, code=code)
    if who.has(*_STAFF):
        after = {"amount_minor": amount, "currency": order.currency, "reason": row.reason}
        work.audit("refund.requested", subject=f"order:{order.code}", after=after)
    return refund_value(row)


def require_amount(amount_minor: int, left_minor: int, currency: str) -> None:
    """Refuse AmountZero, and OverRefund for more than is left."""
    if amount_minor <= 0:
        raise AmountZero(field="amount")
    if amount_minor > left_minor:
        raise OverRefund(field="amount", most=write_money(Money(left_minor, currency), current_language()))


def _asked_as(work: Work, order: tables.ShopOrder, code: str) -> Refund | None:
    found = work.session.scalars(select(tables.Refund).where(tables.Refund.code == code)).one_or_none()
    if found is not None and found.order_id != order.id:
        raise RefundSettled
    return refund_value(found) if found else None


def _asked_before(work: Work, order: tables.ShopOrder, mine: bool) -> Refund:
    row = tables.Refund
    last = select(row).where(row.order_id == order.id, row.cause != RefundCause.SURPLUS).order_by(row.id.desc())
    found = work.session.scalars(last.limit(1)).one_or_none()
    if mine and found is not None and found.state != RefundState.FAILED:
        return refund_value(found)
    raise NothingToRefund


def request_refund(
    work: Work,
    order: tables.ShopOrder,
    payment: tables.Payment,
    amount_minor: int,
    cause: RefundCause,
    *,
    reason: str = "",
    by: int | None = None,
    code: str = "",
) -> tables.Refund:
    """Write down a refund of a held order and ask the gateway for it; money an agent took waits for staff."""
    row = work.add(
        tables.Refund(
            code=code or work.new_code(CODE_LENGTH),
            order_id=order.id,
            payment_id=payment.id,
            cause=cause,
            state=RefundState.REQUESTED,
            amount_minor=amount_minor,
            reason=reason,
            requested_by=by,
            created_at=work.now,
        )
    )
    if payment.payment_id is not None:
        ask_to_send(work, row)
    return row


def retry_refund(work: Work, who: Actor, refund_code: str) -> Refund:
    """Ask the gateway anew for a refund that failed before it was sent: a new one takes its place.

    Refuses RefundSettled, OverRefund when less is left by now, and UnderDispute.
    """
    old, order, payment = locked_refund(work, refund_code)
    require_undisputed(work, payment)
    if old.state != RefundState.FAILED or old.ended_at or old.booked_at or payment.payment_id is None:
        raise RefundSettled
    if payment.state == rules.PaymentState.PAID:
        left = books_of(order).left_minor - pending(work, order.id)
        if old.amount_minor > left:
            raise OverRefund(most=write_money(Money(max(0, left), order.currency), current_language()))
    old.ended_at = work.now
    cause = RefundCause(old.cause)
    row = request_refund(work, order, payment, old.amount_minor, cause, reason=old.reason, by=who.person_id)
    work.audit("refund.retried", subject=f"order:{order.code}", after={"amount_minor": row.amount_minor})
    return refund_value(row)


def require_undisputed(work: Work, payment: tables.Payment) -> None:
    """Refuse UnderDispute while the buyer's bank holds a payment of a held order: it may give it back itself."""
    if is_disputed(work, payment.id):
        raise UnderDispute


def locked_refund(work: Work, code: str) -> tuple[tables.Refund, tables.ShopOrder, tables.Payment]:
    """Hold the order of a refund, then read the refund and its payment afresh; NotFound."""
    order_id = work.session.scalar(select(tables.Refund.order_id).where(tables.Refund.code == code))
    order = lock(work, tables.ShopOrder, order_id or 0)
    fresh = select(tables.Refund).where(tables.Refund.code == code).execution_options(populate_existing=True)
    row = work.session.scalars(fresh).one()
    payment = work.session.get_one(tables.Payment, row.payment_id, populate_existing=True)
    return row, order, payment
