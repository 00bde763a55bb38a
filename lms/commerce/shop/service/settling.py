"""Money that came: order, seat and journal in one commit. Never refuses; what is not needed goes back."""

from dataclasses import dataclass
from enum import StrEnum

from lms.commerce.gateway import service as gateway
from lms.commerce.gateway.events import PaymentConfirmed
from lms.commerce.gateway.rules import Checkout, CheckoutState
from lms.commerce.ledger.rules import Account, Entry, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.commerce.shop.errors import AlreadyPaid, CannotSeat
from lms.commerce.shop.events import OrderPaid
from lms.commerce.shop.queries import Order
from lms.commerce.shop.queries.orders import order_value
from lms.commerce.shop.rules import (
    CONFIRMING,
    LIVE_PAYMENTS,
    SOLD_STATES,
    UNPAID_STATES,
    OrderMethod,
    OrderState,
    PaymentState,
    RefundCause,
    SeatState,
)
from lms.commerce.shop.service.asking import close_live_payments
from lms.commerce.shop.service.collecting import require_agent, require_same_agent
from lms.commerce.shop.service.records import (
    close_order,
    find_locked,
    get_locked,
    hold_coupon,
    paid_payment,
    payments_of,
    use_coupon_again,
)
from lms.commerce.shop.service.requesting import request_refund
from lms.commerce.shop.service.telling import tell_surplus, tell_unknown_payment
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM, Actor, Work
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.rules import Outcome

_SEATS = {Outcome.SEATED: SeatState.GIVEN, Outcome.IN_LINE: SeatState.IN_LINE}


class SettleOutcome(StrEnum):
    """What a confirmed payment did."""

    PAID = "paid"
    REPEATED = "repeated"
    SURPLUS = "surplus"
    UNKNOWN = "unknown"


class SurplusWhy(StrEnum):
    """Why a payment was not needed."""

    PAID_TWICE = "paid_twice"
    HAS_SEAT = "has_seat"
    NO_ENTRY = "no_entry"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True)
class Settled:
    """What became of a confirmed payment, and of which order."""

    outcome: SettleOutcome
    order_id: int | None = None


def settle(work: Work, confirmed: PaymentConfirmed) -> Settled:
    """Settle a confirmed payment, in any state of its order; a repetition changes nothing.

    A second payment, one of somebody who has a seat, or one nobody may enter with, goes back and the buyer
    is told; without a free seat the buyer stands in line. For an order nobody knows, finance is told.
    """
    order = find_locked(work, confirmed.reference)
    if order is None:
        tell_unknown_payment(work, confirmed)
        return Settled(SettleOutcome.UNKNOWN)
    hold_coupon(work, order)
    payments = payments_of(work, order.id)
    payment = _payment_for(work, order, payments, confirmed)
    if payment.state in (PaymentState.PAID, PaymentState.SURPLUS):
        return Settled(SettleOutcome.REPEATED, order.id)
    why = _admit(work, order, confirmed)
    payment.checkout_id, payment.payment_id = confirmed.checkout_id, confirmed.payment_id
    payment.amount_minor, payment.currency = confirmed.amount_minor, confirmed.currency
    payment.paid_at, payment.state = work.now, PaymentState.PAID if why is None else PaymentState.SURPLUS
    gateway.note_settled(work, "payment", confirmed.checkout_id, order.code, confirmed.amount_minor, confirmed.currency)
    if any(one.state in LIVE_PAYMENTS for one in payments if one.id != payment.id):
        close_live_payments(work, order, but=payment.id)
    if why is None:
        return Settled(SettleOutcome.PAID, order.id)
    _give_back(work, order, payment, why)
    return Settled(SettleOutcome.SURPLUS, order.id)


def _payment_for(
    work: Work, order: tables.ShopOrder, payments: list[tables.Payment], confirmed: PaymentConfirmed
) -> tables.Payment:
    """Find the attempt a payment belongs to; one whose answer was lost has no checkout yet."""
    known = (confirmed.checkout_id, confirmed.payment_id)
    for payment in payments:
        if payment.checkout_id == known[0] or payment.payment_id == known[1]:
            return payment
    for payment in reversed(payments):
        if payment.checkout_id is None and payment.agent_id is None and payment.state in LIVE_PAYMENTS:
            return payment
    attempt = payments[-1].attempt + 1 if payments else 1
    return work.add(
        tables.Payment(
            order_id=order.id,
            attempt=attempt,
            checkout_id=confirmed.checkout_id,
            state=PaymentState.OPEN,
            amount_minor=confirmed.amount_minor,
            currency=confirmed.currency,
            created_at=work.now,
        )
    )


def _admit(work: Work, order: tables.ShopOrder, confirmed: PaymentConfirmed) -> SurplusWhy | None:
    """Give the seat for a payment and settle its order; or say why the payment is not needed."""
    if order.state not in UNPAID_STATES:
        return SurplusWhy.PAID_TWICE
    if (confirmed.amount_minor, confirmed.currency) != (order.net_minor, order.currency):
        return SurplusWhy.OTHER_AMOUNT
    done = enrollments.activate(work, SYSTEM, order.cohort_id, order.buyer_id, order.referral)
    if done.outcome not in _SEATS:
        return SurplusWhy.HAS_SEAT if done.outcome is Outcome.ALREADY else SurplusWhy.NO_ENTRY
    _mark_paid(work, order, OrderMethod.ONLINE, _SEATS[done.outcome])
    _book_paid(work, order, debit(Account.PSP_CLEARING, order.net_minor))
    return None


def _mark_paid(work: Work, order: tables.ShopOrder, method: OrderMethod, seat: SeatState) -> None:
    late = order.state != OrderState.OPEN
    order.state, order.method, order.seat = OrderState.PAID, method, seat
    order.paid_at, order.ended_at = work.now, None
    work.tell(
        OrderPaid(
            happened_at=work.now,
            order_id=order.id,
            order_code=order.code,
            camp_id=order.camp_id,
            cohort_id=order.cohort_id,
            buyer_id=order.buyer_id,
            net_minor=order.net_minor,
            currency=order.currency,
            paid_at=work.now,
            refund_until=order.refund_until,
            referral=order.referral,
        )
    )
    work.session.flush()
    if late:
        # The coupon was given back when the order ended.
        use_coupon_again(work, order, 1)


def _book_paid(work: Work, order: tables.ShopOrder, money: Entry) -> None:
    entries = [money, credit(Account.DEFERRED_TUITION, order.net_minor)]
    post(work, f"order:{order.id}", "paid", order.currency, entries)


def _give_back(work: Work, order: tables.ShopOrder, payment: tables.Payment, why: SurplusWhy) -> None:
    work.session.flush()
    if order.state == OrderState.OPEN and why is not SurplusWhy.OTHER_AMOUNT:
        close_order(work, order, OrderState.CANCELED)
    amount = payment.amount_minor
    entries = [debit(Account.PSP_CLEARING, amount), credit(Account.DEFERRED_TUITION, amount)]
    post(work, f"order:{order.id}", f"surplus:{payment.id}", payment.currency, entries)
    cause = RefundCause.NO_SEAT if why is SurplusWhy.NO_ENTRY else RefundCause.SURPLUS
    request_refund(work, order, payment, amount, cause)
    tell_surplus(work, order, payment, why.value)


def settle_free(work: Work, order: tables.ShopOrder) -> None:
    """Settle a held order with nothing to pay. Refuses CannotSeat."""
    done = enrollments.activate(work, SYSTEM, order.cohort_id, order.buyer_id, order.referral)
    if done.outcome not in _SEATS:
        raise CannotSeat
    _mark_paid(work, order, OrderMethod.FREE, _SEATS[done.outcome])


def settle_offline(work: Work, who: Actor, order_code: str, agent_id: int) -> Order:
    """Settle an order with money that an agent (a person's id) has collected. Twice is once.

    Also for an order that has ended. Refuses NotAnAgent, AgentIsBuyer, CannotSeat, AlreadyCollected by somebody
    else, and AlreadyPaid when it was paid another way.
    """
    order = get_locked(work, order_code)
    if order.state in SOLD_STATES:
        if order.method == OrderMethod.OFFLINE:
            require_same_agent(work, paid_payment(work, order.id), agent_id)
            return order_value(order)
        raise AlreadyPaid
    require_agent(work, order.buyer_id, agent_id)
    before = order.state
    hold_coupon(work, order)
    done = enrollments.activate(work, who, order.cohort_id, order.buyer_id, order.referral)
    if done.outcome not in _SEATS:
        raise CannotSeat
    payments = payments_of(work, order.id)
    paid = tables.Payment(
        order_id=order.id,
        attempt=payments[-1].attempt + 1 if payments else 1,
        state=PaymentState.PAID,
        amount_minor=order.net_minor,
        currency=order.currency,
        created_at=work.now,
        paid_at=work.now,
        agent_id=agent_id,
    )
    close_live_payments(work, order)
    work.add(paid)
    _mark_paid(work, order, OrderMethod.OFFLINE, _SEATS[done.outcome])
    _book_paid(work, order, debit(Account.AGENT_RECEIVABLE, order.net_minor, agent_id))
    work.audit(
        "order.paid_offline",
        subject=f"order:{order.code}",
        before={"state": before},
        after={"state": order.state, "amount_minor": order.net_minor, "agent_id": agent_id},
    )
    return order_value(order)


def hear_checkout(work: Work, checkout: Checkout) -> Settled | None:
    """Take in what an enquiry found out about a checkout; None when nothing is settled by it."""
    if checkout.state is CheckoutState.PAID and checkout.payment_id is not None:
        return settle(
            work,
            PaymentConfirmed(
                happened_at=work.now,
                reference=checkout.reference,
                checkout_id=checkout.id,
                payment_id=checkout.payment_id,
                amount_minor=checkout.amount_minor,
                currency=checkout.currency,
            ),
        )
    if checkout.state is CheckoutState.CONFIRMING:
        _end_attempt(work, checkout.reference, checkout.id, PaymentState.CONFIRMING)
    elif checkout.state is CheckoutState.EXPIRED:
        _end_attempt(work, checkout.reference, checkout.id, PaymentState.EXPIRED)
    return None


def take_answer(work: Work, order_id: int, checkout: Checkout) -> Order:
    """Take in what the gateway answered about an order's checkout, and give the order as it is then.

    NotFound when the answer is about another order.
    """
    order = work.session.get_one(tables.ShopOrder, order_id)
    if checkout.reference != order.code:
        raise NotFound
    hear_checkout(work, checkout)
    return order_value(order)


def note_failed(work: Work, reference: str, checkout_id: str) -> Order | None:
    """Keep that a payment did not come; give the order when it waits to be paid, else None."""
    return _end_attempt(work, reference, checkout_id, PaymentState.FAILED)


def note_expired(work: Work, reference: str, checkout_id: str) -> None:
    """Keep that a checkout ended unpaid; the order keeps its hold, so that another attempt may follow."""
    _end_attempt(work, reference, checkout_id, PaymentState.EXPIRED)


def _end_attempt(work: Work, reference: str, checkout_id: str, state: PaymentState) -> Order | None:
    order = find_locked(work, reference)
    if order is None:
        return None
    payment = next((one for one in payments_of(work, order.id) if one.checkout_id == checkout_id), None)
    # Nothing overrides what is known of the money; one that is on its way may still fail.
    if payment is None or payment.state not in LIVE_PAYMENTS or payment.state == state:
        return None
    payment.state = state
    if state is PaymentState.CONFIRMING:
        order.hold_until = max(order.hold_until, work.now + CONFIRMING)
    work.session.flush()
    return order_value(order) if order.state == OrderState.OPEN else None
