"""From a price to a paid seat: checkout, the way to the gateway, and back."""

from __future__ import annotations

import structlog
from flask import Response, request, url_for

from lms.commerce.gateway.rules import GatewayRefused, GatewayUnreachable
from lms.commerce.gateway.service import current_gateway
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AlreadyPaid, GatewayDown, NotForSale, PaymentRefused
from lms.commerce.shop.forms import CheckoutForm
from lms.commerce.shop.queries import Order, Quote
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import CAUSE_WORDS, LIVE_PAYMENTS, REFUND_WORDS, OrderState
from lms.kernel.errors import NotFound, Refusal
from lms.kernel.text import current_language
from lms.kernel.work import Actor, Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as enrollments
from lms.web.guards import current_actor, public, signed_in
from lms.web.htmx import render, see_other
from lms.web.visitor import visitor_code

log = structlog.get_logger("shop")


def _cohort_of_camp(read: Read, slug: str, code: str) -> Cohort:
    cohort = camps.get_cohort(read, code)
    if cohort.camp_slug != slug:
        raise NotFound
    return cohort


def _place(cohort: Cohort, coupon: str = "") -> str:
    return url_for(".checkout", slug=cohort.camp_slug, cohort=cohort.code, coupon=coupon or None)


# --- Checkout -------------------------------------------------------------------


@blueprint.get("/c/<slug>/checkout")
@public
def checkout(slug: str) -> Response:
    """Show what a seat costs, with a coupon where one is given; a visitor signs up first and comes back."""
    read = begin_read()
    cohort = _cohort_of_camp(read, slug, request.args.get("cohort", ""))
    coupon = request.args.get("coupon", "")
    who = current_actor()
    if who.person_id is None:
        return see_other(url_for("security.register", next=_place(cohort, coupon)))
    if (already := _already(read, who, cohort)) is not None:
        return see_other(already)
    return _show_checkout(read, who, cohort, CheckoutForm(formdata=None, cohort=cohort.code, coupon=coupon))


@blueprint.post("/c/<slug>/checkout")
@public
def start(slug: str) -> Response:
    """Hold a seat and go to pay for it."""
    form = CheckoutForm()
    cohort = _cohort_of_camp(begin_read(), slug, form.cohort.data or "")
    coupon = form.coupon.data or ""
    who = current_actor()
    if who.person_id is None:
        return see_other(url_for("security.register", next=_place(cohort, coupon)))
    if not form.validate_on_submit():
        return _show_checkout(begin_read(), who, cohort, form, 422)
    visitor = visitor_code()
    try:
        with begin_work() as work:
            order = service.start_order(work, who, cohort.code, visitor, coupon, current_language())
    except Refusal as refusal:
        if refusal.field != "coupon":
            raise
        form.coupon.errors = [str(refusal)]
        return _show_checkout(begin_read(), who, cohort, form, 422)
    if order.state != OrderState.OPEN:
        return see_other(url_for(".order", code=order.code))
    return _go_and_pay(who, order.code)


def _already(read: Read, who: Actor, cohort: Cohort) -> str | None:
    """Find where somebody belongs who has begun, or has a seat already."""
    if who.person_id is None:
        return None
    order = queries.find_open_order(read, cohort.id, who.person_id)
    if order is not None:
        return url_for(".order", code=order.code)
    place = enrollments.find_enrollment(read, cohort.id, who.person_id)
    if place is not None and place.state != "waitlisted":
        return url_for("enrollments.welcome", code=cohort.code)
    return None


def _show_checkout(read: Read, who: Actor, cohort: Cohort, form: CheckoutForm, status: int = 200) -> Response:
    try:
        quote = _quote(read, who, cohort, form)
    except NotForSale:
        return see_other(url_for("enrollments.confirm_join", slug=cohort.camp_slug, cohort=cohort.code))
    return render(
        "commerce/shop/checkout.html",
        part="commerce/shop/_checkout.html",
        status=status,
        cohort=cohort,
        form=form,
        quote=quote,
        seats=enrollments.count_seats(read, cohort.id),
        hold=enrollments.find_hold(read, cohort.id, who.person_id or 0),
    )


def _quote(read: Read, who: Actor, cohort: Cohort, form: CheckoutForm) -> Quote:
    """Quote with the coupon typed; without it when it cannot be used, with the reason at its field."""
    try:
        return queries.quote(read, cohort, form.coupon.data or "", who.person_id)
    except NotForSale:
        raise
    except Refusal as refusal:
        form.coupon.errors = [str(refusal)]
        return queries.quote(read, cohort, "", who.person_id)


# --- To the gateway and back ----------------------------------------------------


@blueprint.post("/orders/<code>/pay")
@signed_in
def pay(code: str) -> Response:
    """Go to the gateway's page, again if need be."""
    try:
        return _go_and_pay(current_actor(), code)
    except AlreadyPaid:
        return see_other(url_for(".order", code=code))


def _go_and_pay(who: Actor, code: str) -> Response:
    """Prepare in one work, ask the gateway outside of any, keep its answer in another."""
    with begin_work() as work:
        start = service.begin_payment(work, who, code)
    if start.request is None:
        return see_other(start.url or url_for(".order", code=code))
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
        url = service.note_checkout(work, code, start.attempt, opened)
    return see_other(url or url_for(".order", code=code))


@blueprint.get("/orders/<code>/return")
@signed_in
def back(code: str) -> Response:
    """Receive the buyer from the gateway; the page asks at once how the payment went."""
    return show_order(begin_read(), queries.get_my_order(begin_read(), current_actor(), code), returned=True)


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
    return show_order(read, queries.get_my_order(read, who, code), returned=True)


def _checkout_of(read: Read, order: Order) -> str | None:
    """Find the newest checkout that may still be paid; None when there is nothing to ask about."""
    live = [one for one in queries.list_payments(read, order.id) if one.state in LIVE_PAYMENTS and one.checkout_id]
    return live[-1].checkout_id if live else None


def show_order(read: Read, order: Order, *, returned: bool = False, status: int = 200) -> Response:
    """Show an order to its buyer; `returned` while the answer about a payment is awaited."""
    cohort = camps.get_cohort_by_id(read, order.cohort_id)
    payments = queries.list_payments(read, order.id)
    return render(
        "commerce/shop/order.html",
        part="commerce/shop/_order.html",
        quiet=True,
        status=status,
        order=order,
        cohort=cohort,
        payment=payments[-1] if payments else None,
        refunds=queries.list_refunds(read, order.id),
        awaiting=returned and order.state == OrderState.OPEN,
        may_refund=queries.may_refund_alone(read, order),
        causes=CAUSE_WORDS,
        refund_words=REFUND_WORDS,
    )
