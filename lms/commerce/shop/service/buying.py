"""Beginning to buy: an order with its seat held, and the way to the gateway and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from lms.commerce.gateway.rules import Checkout, CheckoutRequest, CheckoutState
from lms.commerce.shop import models as tables
from lms.commerce.shop import queries
from lms.commerce.shop.errors import (
    AlreadyIn,
    AlreadyPaid,
    CouponUsedUp,
    OrderOver,
    SoldOut,
    TooManyAttempts,
)
from lms.commerce.shop.models import OPEN_ORDER
from lms.commerce.shop.queries import Coupon, Order, Quote
from lms.commerce.shop.queries.orders import find_seatless, order_value
from lms.commerce.shop.rules import (
    HOLD,
    LIVE_PAYMENTS,
    MOST_ATTEMPTS,
    PAID_STATES,
    SESSION,
    SOLD_STATES,
    OrderMethod,
    OrderState,
    PaymentState,
    SeatState,
)
from lms.commerce.shop.service.asking import ask_to_close, close_live_payments
from lms.commerce.shop.service.records import close_order, get_locked, payments_of
from lms.commerce.shop.service.settling import settle_free
from lms.kernel.db import insert_new, lock
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.parts import current_parts
from lms.kernel.text import as_language
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as places
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.rules import EnrollmentState
from lms.people.accounts.queries import get_person
from lms.web.ports import ports

_O = tables.ShopOrder


@dataclass(frozen=True)
class PaymentStart:
    """What to do next to pay: go to `url`, or open a checkout at the gateway with this key and request."""

    attempt: int
    key: str
    url: str | None
    request: CheckoutRequest | None


def start_order(
    work: Work, who: Actor, cohort_code: str, visitor: str | None, coupon_code: str, language: str
) -> Order:
    """Begin to buy a seat, which is held from now on; with nothing left to pay, the seat is given at once.

    An open order is given again, unless another coupon is used, which makes it anew. Refuses NotForSale,
    AlreadyIn, AlreadyPaid (the seat was given up, the money kept), SoldOut, what `queries.quote` refuses of
    a coupon, and what joining refuses.
    """
    if who.person_id is None:
        raise Forbidden
    cohort = camps.get_cohort(work, cohort_code)
    before = _open_order(work, cohort.id, who.person_id)
    if before is not None and not queries.is_other_coupon(work, before.coupon_id, coupon_code):
        return order_value(before)
    quoted = queries.quote(work, cohort, coupon_code, who.person_id, count_uses=False)
    _require_no_seat(work, cohort.id, who.person_id)
    if before is not None:
        close_order(work, before, OrderState.CANCELED, keep_seat=True)
        close_live_payments(work, before)
    owner = quoted.coupon.terms.owner_id if quoted.coupon else None
    referral = ports.resolve_referral(work, visitor, who.person_id, owner)
    order_id = _new_order(work, cohort, who.person_id, quoted, referral, as_language(language))
    if order_id is None:
        # Another tab was faster.
        return _require_open(work, cohort.id, who.person_id)
    _use(work, quoted.coupon)
    order = lock(work, _O, order_id)
    if not enrollments.hold_seat(work, cohort.id, who.person_id, order.hold_until):
        raise SoldOut
    if order.net_minor == 0:
        settle_free(work, order)
    return order_value(order)


def _open_order(work: Work, cohort_id: int, buyer_id: int) -> tables.ShopOrder | None:
    mine = (_O.cohort_id == cohort_id, _O.buyer_id == buyer_id, _O.state == OrderState.OPEN)
    found = select(_O).where(*mine).with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(found).one_or_none()


def _require_open(work: Work, cohort_id: int, buyer_id: int) -> Order:
    found = _open_order(work, cohort_id, buyer_id)
    if found is None:
        raise OrderOver
    return order_value(found)


def _require_no_seat(work: Work, cohort_id: int, buyer_id: int) -> None:
    place = places.find_enrollment(work, cohort_id, buyer_id)
    if place is None:
        if find_seatless(work, cohort_id, buyer_id) is not None:
            raise AlreadyPaid
        return
    paid = select(_O.id).where(_O.cohort_id == cohort_id, _O.buyer_id == buyer_id, _O.state.in_(PAID_STATES))
    in_line = paid.where(_O.seat == SeatState.IN_LINE)
    if place.state != EnrollmentState.WAITLISTED or work.session.scalar(in_line.limit(1)) is not None:
        raise AlreadyIn


def _new_order(
    work: Work, cohort: Cohort, buyer_id: int, quoted: Quote, referral: dict[str, Any] | None, language: str
) -> int | None:
    return insert_new(
        work,
        _O,
        ["cohort_id", "buyer_id"],
        only_where=OPEN_ORDER,
        code=work.new_code(10),
        cohort_id=cohort.id,
        camp_id=cohort.camp_id,
        buyer_id=buyer_id,
        state=OrderState.OPEN,
        method=OrderMethod.ONLINE,
        list_minor=quoted.list_minor,
        discount_minor=quoted.discount_minor,
        net_minor=quoted.net_minor,
        currency=quoted.currency,
        coupon_id=quoted.coupon.id if quoted.coupon else None,
        referral=referral,
        language=language,
        seat=SeatState.HELD,
        hold_until=work.now + HOLD,
        refund_until=quoted.refund_until,
        created_at=work.now,
    )


def _use(work: Work, coupon: Coupon | None) -> None:
    if coupon is None:
        return
    row = tables.Coupon
    free = (row.uses_most.is_(None)) | (row.uses < row.uses_most)
    used = (
        update(row)
        .where(row.id == coupon.id, free, row.archived_at.is_(None))
        .values(uses=row.uses + 1)
        .returning(row.uses)
        .execution_options(synchronize_session=False)
    )
    if work.session.scalar(used) is None:
        raise CouponUsedUp(field="coupon")


# --- Paying -----------------------------------------------------------------


def begin_payment(work: Work, who: Actor, order_code: str) -> PaymentStart:
    """Prepare one attempt to pay, to be made at the gateway outside the work; the seat is held longer.

    While a checkout is open it is used again, and an attempt whose answer was lost is repeated with its key.
    Refuses AlreadyPaid, OrderOver, TooManyAttempts; NotFound for anybody else's order.
    """
    order = get_locked(work, order_code)
    if order.buyer_id != who.person_id:
        raise NotFound
    if order.state != OrderState.OPEN:
        raise AlreadyPaid if order.state in SOLD_STATES else OrderOver
    payments = payments_of(work, order.id)
    last = payments[-1] if payments else None
    if last is not None and _is_usable(last, work.now):
        return PaymentStart(last.attempt, "", last.url, None)
    if last is None or last.checkout_id is not None or last.state not in LIVE_PAYMENTS:
        last = _next_attempt(work, order, last.attempt + 1 if last else 1)
    order.hold_until = max(order.hold_until, work.now + HOLD)
    work.session.flush()
    return PaymentStart(last.attempt, f"order:{order.code}:{last.attempt}", None, _request(work, order, last))


def _is_usable(payment: tables.Payment, now: datetime) -> bool:
    if payment.state not in LIVE_PAYMENTS or payment.url is None:
        return False
    return payment.expires_at is not None and payment.expires_at > now


def _next_attempt(work: Work, order: tables.ShopOrder, attempt: int) -> tables.Payment:
    if attempt > MOST_ATTEMPTS:
        raise TooManyAttempts
    return work.add(
        tables.Payment(
            order_id=order.id,
            attempt=attempt,
            state=PaymentState.OPEN,
            amount_minor=order.net_minor,
            currency=order.currency,
            expires_at=work.now + SESSION,
            created_at=work.now,
        )
    )


def _request(work: Work, order: tables.ShopOrder, payment: tables.Payment) -> CheckoutRequest:
    cohort = camps.get_cohort_by_id(work, order.cohort_id)
    here = f"{current_parts().settings.public_url}/orders/{order.code}"
    return CheckoutRequest(
        reference=order.code,
        attempt=payment.attempt,
        title=f"{cohort.camp_title} · {cohort.name}",
        amount_minor=order.net_minor,
        currency=order.currency,
        language=as_language(order.language),
        email=get_person(work, order.buyer_id).email,
        expires_at=payment.expires_at or work.now + SESSION,
        success_url=f"{here}/return",
        cancel_url=here,
    )


def note_checkout(work: Work, order_code: str, attempt: int, checkout: Checkout) -> str | None:
    """Keep what the gateway opened for an attempt and give where to pay; None when there is nothing to pay now."""
    order = get_locked(work, order_code)
    payment = next((one for one in payments_of(work, order.id) if one.attempt == attempt), None)
    if payment is None:
        raise NotFound
    if payment.state in (PaymentState.PAID, PaymentState.SURPLUS):
        return None
    payment.checkout_id, payment.url, payment.expires_at = checkout.id, checkout.url, checkout.expires_at
    work.session.flush()
    if order.state != OrderState.OPEN or payment.state not in LIVE_PAYMENTS:
        ask_to_close(work, payment)
        return None
    return checkout.url if checkout.state is CheckoutState.OPEN else None


def note_refused(work: Work, order_code: str, attempt: int) -> None:
    """Keep that the gateway did not open a checkout for an attempt; the next one has a key of its own."""
    order = get_locked(work, order_code)
    for payment in payments_of(work, order.id):
        if payment.attempt == attempt and payment.checkout_id is None and payment.state == PaymentState.OPEN:
            payment.state = PaymentState.FAILED
    work.session.flush()


def cancel_order(work: Work, who: Actor, order_code: str) -> Order:
    """Give up an open order: the seat goes on at once. Over already: the same answer.

    Refuses AlreadyPaid; NotFound for anybody else's order, unless staff acts. Money that comes all the same
    settles the order or goes back.
    """
    order = get_locked(work, order_code)
    if order.buyer_id != who.person_id and not who.has("operator", "finance", "system"):
        raise NotFound
    if order.state in SOLD_STATES:
        raise AlreadyPaid
    if order.state == OrderState.OPEN:
        close_order(work, order, OrderState.CANCELED)
        close_live_payments(work, order)
        if who.is_staff:
            work.audit("order.canceled", subject=f"order:{order.code}")
    return order_value(order)
