"""From an order to a paid seat: the way to the gateway, and back."""

from __future__ import annotations

import structlog
from flask import Response, url_for

from lms.commerce.gateway.rules import GatewayRefused, GatewayUnreachable
from lms.commerce.gateway.service import current_gateway
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AlreadyPaid, GatewayDown, PaymentRefused, TooManyAttempts
from lms.commerce.shop.queries import Order
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import CAUSE_WORDS, LIVE_PAYMENTS, REFUND_WORDS, OrderState
from lms.kernel.text import t
from lms.kernel.work import Actor, Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import zone_of
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.rules import PAYING_COHORTS
from lms.web.guards import current_actor, public, signed_in
from lms.web.htmx import is_part, render, see_other
from lms.web.refusals import answer

log = structlog.get_logger("shop")


@blueprint.post("/orders/<code>/pay")
@signed_in
def pay(code: str) -> Response:
    """Go to the gateway's page, again if need be."""
    try:
        return go_and_pay(current_actor(), code)
    except AlreadyPaid:
        return see_other(url_for(".order", code=code))


def go_and_pay(who: Actor, code: str) -> Response:
    """Open the gateway's page for an order; where that fails, the way back is the order, whose seat is held."""
    try:
        return see_other(_open(who, code) or url_for(".order", code=code))
    except (GatewayDown, PaymentRefused, TooManyAttempts) as refusal:
        label = t("回到订单再试", "Back to the order to try again")
        return answer(refusal.status, refusal.message(), onward=(url_for(".order", code=code), label))


def _open(who: Actor, code: str) -> str | None:
    """Prepare in one work, ask the gateway outside of any, keep its answer in another."""
    with begin_work() as work:
        start = service.begin_payment(work, who, code)
    if start.request is None:
        return start.url
    try:
        opened = current_gateway().open_checkout(start.key, start.request)
    except GatewayUnreachable:
        raise GatewayDown from None
    except GatewayRefused as refused:
        log.error("checkout.refused", order=code, code=refused.code)
        with begin_work() as work:
            service.note_refused(work, code, start.attempt)
        raise PaymentRefused from None
    with begin_work() as work:
        return service.note_checkout(work, code, start.attempt, opened)


@blueprint.get("/orders/<code>/return")
@public
def back(code: str) -> Response:
    """Receive the buyer from the gateway; the page asks at once how the payment went.

    Whoever is signed out by now learns that nothing is lost, and nothing of any order.
    """
    who = current_actor()
    if not who.is_signed_in:
        return render("commerce/shop/returned.html", code=code)
    read = begin_read()
    return show_order(read, queries.get_my_order(read, who, code), returned=True)


@blueprint.get("/orders/<code>/check")
@signed_in
def checked(code: str) -> Response:
    """Lead whoever opens or reloads the address of the enquiry to the order."""
    return see_other(url_for(".order", code=code))


@blueprint.post("/orders/<code>/check")
@signed_in
def check(code: str) -> Response:
    """Ask the gateway how the payment went, and settle the order when it is paid."""
    who = current_actor()
    order = queries.get_my_order(begin_read(), who, code)
    asked = _checkout_of(begin_read(), order)
    if asked is not None:
        try:
            found = current_gateway().get_checkout(asked)
        except (GatewayUnreachable, GatewayRefused) as failed:
            # The notice still comes, and the page asks again.
            log.warning("checkout.unanswered", order=code, error=str(failed))
        else:
            with begin_work() as work:
                service.take_answer(work, order.id, found)
    read = begin_read()
    return _answer(read, queries.get_my_order(read, who, code))


def _answer(read: Read, order: Order) -> Response:
    """Show the page that asks by itself its part; lead whoever pressed the button to a page that can be reloaded."""
    if is_part():
        return show_order(read, order, returned=True)
    if order.state != OrderState.OPEN:
        return see_other(url_for(".order", code=order.code))
    said = t("刚刚问过，还没有收到付款确认。", "We have just asked: the payment is not confirmed yet.")
    return see_other(url_for(".back", code=order.code), said, kind="note")


def _checkout_of(read: Read, order: Order) -> str | None:
    """Find the newest checkout that may still be paid; None when there is nothing to ask about."""
    live = [one for one in queries.list_payments(read, order.id) if one.state in LIVE_PAYMENTS and one.checkout_id]
    return live[-1].checkout_id if live else None


def show_order(read: Read, order: Order, *, returned: bool = False, status: int = 200) -> Response:
    """Show an order to its buyer; `returned` while the answer about a payment is awaited."""
    cohort = camps.get_cohort_by_id(read, order.cohort_id)
    payments = queries.list_payments(read, order.id)
    # The order hears of a seat that is given up a moment later than the enrollment.
    enrollment = enrollments.find_enrollment(read, order.cohort_id, order.buyer_id)
    has_seat = order.seat != "given" or enrollment is not None
    left = queries.refundable(read, order)
    left_it = order.seat == "none" and left > 0
    return render(
        "commerce/shop/order.html",
        part="commerce/shop/_order.html",
        quiet=True,
        status=status,
        order=order,
        cohort=cohort,
        payment=payments[-1] if payments else None,
        standing=queries.standings(read, [order.id])[order.id],
        refunds=[one for one in queries.list_refunds(read, order.id) if not one.is_closed],
        awaiting=returned and order.state == OrderState.OPEN,
        may_refund=has_seat and queries.may_refund_alone(read, order),
        has_seat=has_seat,
        started=cohort.starts_on <= read.now.astimezone(zone_of(cohort.time_zone)).date(),
        left=left,
        left_it=left_it,
        may_return=left_it and enrollments.may_come_back(read, cohort, order.buyer_id),
        may_wait=cohort.state in PAYING_COHORTS,
        waits_again=queries.waits_again(read, order),
        place=enrollments.waiting_position(read, enrollment) if enrollment else 0,
        causes=CAUSE_WORDS,
        refund_words=REFUND_WORDS,
    )
