"""Money that goes back: moved by what the gateway says or by hand, booked once, the seat going with it."""

from dataclasses import replace

from sqlalchemy import or_, select

from lms.commerce.gateway import service as gateway
from lms.commerce.gateway.events import RefundMoved
from lms.commerce.ledger.rules import Account, Entry, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.commerce.shop.errors import OverRefund, RefundSettled
from lms.commerce.shop.events import OrderRefunded
from lms.commerce.shop.queries import Refund
from lms.commerce.shop.queries.orders import pending, refund_value
from lms.commerce.shop.rules import (
    DISPUTE_LOST,
    OrderState,
    PaymentState,
    RefundCause,
    RefundSource,
    RefundState,
    SeatState,
    later,
    refund_split,
    state_after,
)
from lms.commerce.shop.service.closing import close_covered
from lms.commerce.shop.service.collecting import require_held
from lms.commerce.shop.service.parking import park
from lms.commerce.shop.service.records import books_of
from lms.commerce.shop.service.requesting import locked_refund, require_undisputed
from lms.commerce.shop.service.telling import tell_refund_failed, tell_refunded
from lms.kernel.db import lock
from lms.kernel.money import Money, write_money
from lms.kernel.text import current_language
from lms.kernel.work import Actor, Work
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.rules import WithdrawCause

_STATES = {
    "pending": RefundState.SUBMITTED,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
}
_OVER = "over"


def move_refund(work: Work, moved: RefundMoved) -> None:
    """Take in what is told of a refund, ours or made elsewhere; any order, any repetition.

    Of a payment that is not known yet it is kept until it is.
    """
    code = _code_of(work, moved) or _made_elsewhere(work, moved)
    if code is None:
        park(work, "refund", moved.refund_id, moved.state, moved.payment_id, moved)
        return
    row, order, payment = locked_refund(work, code)
    to = _STATES[moved.state]
    if row.source is not None or not later(_known(row), to):
        return
    row.provider_id = moved.refund_id
    if to is RefundState.FAILED:
        _fail(work, row, order, payment, moved.state)
    elif to is RefundState.SUCCEEDED and row.booked_at is None:
        _succeed(work, row, order, payment)
    else:
        row.state = to
    work.session.flush()


def _known(row: tables.Refund) -> str:
    """Give what the gateway last said: one closed for a lost dispute may have been on its way all the same."""
    closed = row.failure == DISPUTE_LOST and row.booked_at is None
    return RefundState.REQUESTED if closed else row.state


def _code_of(work: Work, moved: RefundMoved) -> str | None:
    row = tables.Refund
    ours = or_(row.provider_id == moved.refund_id, row.code == moved.reference)
    return work.session.scalar(select(row.code).where(ours).limit(1))


def _made_elsewhere(work: Work, moved: RefundMoved) -> str | None:
    """Write down a refund that was made in the gateway's own pages; None while its payment is unknown."""
    paid = select(tables.Payment).where(tables.Payment.payment_id == moved.payment_id)
    payment = work.session.scalars(paid).one_or_none()
    if payment is None or payment.state not in (PaymentState.PAID, PaymentState.SURPLUS):
        return None
    lock(work, tables.ShopOrder, payment.order_id)
    if known := _code_of(work, moved):
        return known
    row = work.add(
        tables.Refund(
            code=work.new_code(10),
            order_id=payment.order_id,
            payment_id=payment.id,
            cause=RefundCause.ELSEWHERE,
            state=RefundState.REQUESTED,
            amount_minor=moved.amount_minor,
            provider_id=moved.refund_id,
            created_at=work.now,
        )
    )
    return row.code


def note_refused(work: Work, refund_id: int, why: str) -> None:
    """Keep that the gateway refused a refund: nothing was sent, staff is told."""
    code = work.session.scalar(select(tables.Refund.code).where(tables.Refund.id == refund_id))
    row, order, payment = locked_refund(work, code or "")
    if row.state in (RefundState.REQUESTED, RefundState.SUBMITTED):
        _fail(work, row, order, payment, why)
        work.session.flush()


def confirm_refund(work: Work, who: Actor, refund_code: str, source: RefundSource) -> Refund:
    """Confirm that a refund was paid out by hand, of the bank or by the agent who had collected.

    For offline orders, and for refunds that the gateway could not send. Refuses RefundSettled, OverRefund,
    AgentHoldsLess, and UnderDispute while the buyer's bank may give the money back itself.
    """
    row, order, payment = locked_refund(work, refund_code)
    require_undisputed(work, payment)
    by_hand = row.state == RefundState.REQUESTED and payment.payment_id is None
    if not by_hand and (row.state != RefundState.FAILED or row.ended_at is not None):
        raise RefundSettled
    paid_from = _source(work, source, payment, row.amount_minor)
    before, row.source = row.state, source.value
    if row.booked_at is None:
        if row.state == RefundState.FAILED:
            _require_left(work, row, order, payment)
        _book(work, row, order, payment, paid_from)
    else:
        # It had gone out and come back, and has been owed to the buyer since.
        entries = [debit(Account.DEFERRED_TUITION, row.amount_minor), paid_from]
        post(work, f"order:{order.id}", f"refund:{row.id}:by_hand", payment.currency, entries)
    row.state, row.ended_at = RefundState.SUCCEEDED, work.now
    work.session.flush()
    work.audit(
        "refund.confirmed",
        subject=f"order:{order.code}",
        before={"state": before},
        after={"state": row.state, "amount_minor": row.amount_minor, "source": source.value},
    )
    return refund_value(row)


def _source(work: Work, source: RefundSource, payment: tables.Payment, amount_minor: int) -> Entry:
    if source is RefundSource.BANK:
        return credit(Account.BANK, amount_minor)
    if payment.agent_id is None:
        raise RefundSettled
    require_held(work, payment.agent_id, Money(amount_minor, payment.currency))
    return credit(Account.AGENT_RECEIVABLE, amount_minor, payment.agent_id)


def _succeed(work: Work, row: tables.Refund, order: tables.ShopOrder, payment: tables.Payment) -> None:
    if payment.state == PaymentState.PAID and row.amount_minor > books_of(order).net_minor - order.refunded_minor:
        # More than was paid cannot have gone back: nothing is posted, staff looks.
        _fail(work, row, order, payment, _OVER)
        return
    _book(work, row, order, payment, credit(Account.PSP_CLEARING, row.amount_minor))
    if row.provider_id is not None:
        gateway.note_settled(work, "refund", row.provider_id, row.code, row.amount_minor, payment.currency)
    row.state, row.ended_at = RefundState.SUCCEEDED, work.now


def _fail(work: Work, row: tables.Refund, order: tables.ShopOrder, payment: tables.Payment, why: str) -> None:
    if row.booked_at is not None:
        # Sent and come back: the books owe it to the buyer again, and staff sends it another way.
        amount = row.amount_minor
        entries = [debit(Account.PSP_CLEARING, amount), credit(Account.DEFERRED_TUITION, amount)]
        post(work, f"order:{order.id}", f"refund:{row.id}:failed", payment.currency, entries)
        if row.provider_id is not None:
            gateway.forget_settled(work, "refund", row.provider_id)
    row.state, row.failure, row.ended_at = RefundState.FAILED, why[:120], None
    work.session.flush()
    close_covered(work, order, payment)
    if row.ended_at is None:
        tell_refund_failed(work, order, row, payment.currency)


def _require_left(work: Work, row: tables.Refund, order: tables.ShopOrder, payment: tables.Payment) -> None:
    left = books_of(order).left_minor - pending(work, order.id)
    if payment.state == PaymentState.PAID and row.amount_minor > left:
        raise OverRefund(most=write_money(Money(max(0, left), order.currency), current_language()))


def _book(work: Work, row: tables.Refund, order: tables.ShopOrder, payment: tables.Payment, paid_from: Entry) -> None:
    """Post a refund once and let order and seat follow; a surplus payment's touches neither."""
    row.booked_at = work.now
    if payment.state == PaymentState.SURPLUS:
        entries = [debit(Account.DEFERRED_TUITION, row.amount_minor), paid_from]
        post(work, f"order:{order.id}", f"refund:{row.id}", payment.currency, entries)
        tell_refunded(work, order, row, payment.currency, whole=False)
        return
    books = books_of(order)
    split = refund_split(row.amount_minor, books)
    entries = [debit(Account.DEFERRED_TUITION, split.deferred_minor), debit(Account.REFUNDS, split.refunds_minor)]
    post(work, f"order:{order.id}", f"refund:{row.id}", order.currency, [*entries, paid_from])
    order.refunded_minor += row.amount_minor
    order.deferred_refunded_minor += split.deferred_minor
    order.state = state_after(replace(books, refunded_minor=order.refunded_minor))
    work.session.flush()
    work.tell(
        OrderRefunded(
            happened_at=work.now,
            order_id=order.id,
            refund_id=row.id,
            amount_minor=row.amount_minor,
            refunded_minor=order.refunded_minor,
        )
    )
    tell_refunded(work, order, row, order.currency, whole=order.state == OrderState.REFUNDED)
    if order.state == OrderState.REFUNDED:
        take_seat_back(work, order, WithdrawCause.REFUNDED)


def take_seat_back(work: Work, order: tables.ShopOrder, cause: WithdrawCause) -> None:
    """Withdraw the buyer with the money: the seat goes to the next in line in the same commit."""
    if order.seat in (SeatState.GIVEN, SeatState.IN_LINE):
        order.seat = SeatState.NONE
        work.session.flush()
        enrollments.withdraw_paid(work, order.cohort_id, order.buyer_id, cause)
