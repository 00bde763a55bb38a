"""A buyer's orders: where they stand, receipts, giving up, refunds."""

from __future__ import annotations

from flask import Response, url_for

from lms.commerce.shop import queries, service
from lms.commerce.shop.drawing import make_receipt
from lms.commerce.shop.errors import RefundTooLate, UnderDispute
from lms.commerce.shop.forms import OwnRefundForm
from lms.commerce.shop.queries import Order
from lms.commerce.shop.routes.buying import show_order
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import STANDING_WORDS, OrderState, SeatState, Standing
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import render, see_other

STATE_KINDS: dict[str, str] = {
    OrderState.OPEN: "amber",
    OrderState.PAID: "ok",
    OrderState.PARTLY_REFUNDED: "sky",
    OrderState.REFUNDED: "plain",
    OrderState.EXPIRED: "plain",
    OrderState.CANCELED: "plain",
    Standing.DISPUTED: "rose",
    Standing.LOST: "plain",
}


@blueprint.get("/orders")
@signed_in
def my_orders() -> Response:
    """List the buyer's own orders, newest first."""
    read = begin_read()
    orders = queries.list_my_orders(read, current_actor().person_id or 0)
    cohorts = camps.list_cohorts_of(read, {order.cohort_id for order in orders})
    return render(
        "commerce/shop/orders.html",
        orders=[(order, cohorts[order.cohort_id]) for order in orders],
        standings=queries.standings(read, [order.id for order in orders]),
        words=STANDING_WORDS,
        kinds=STATE_KINDS,
    )


@blueprint.get("/orders/<code>")
@signed_in
def order(code: str) -> Response:
    """Show one order to its buyer."""
    read = begin_read()
    return show_order(read, queries.get_my_order(read, current_actor(), code))


@blueprint.post("/orders/<code>/cancel")
@signed_in
def cancel(code: str) -> Response:
    """Give up an order that is not paid; the seat goes on."""
    with begin_work() as work:
        service.cancel_order(work, current_actor(), code)
    return see_other(url_for(".order", code=code), t("座位已放出，没有扣款。", "Given up; nothing was charged."))


@blueprint.post("/orders/<code>/seat")
@signed_in
def take_seat_again(code: str) -> Response:
    """Come back to a seat that was given up; the money for it never left."""
    with begin_work() as work:
        order = service.take_seat_again(work, current_actor(), code)
    back = t("欢迎回来，座位给你了。", "Welcome back: the seat is yours.")
    line = t("现在没有空座，你排在候补里。", "No seat is free now; you stand in line.")
    return see_other(url_for(".order", code=code), back if order.seat == SeatState.GIVEN else line)


@blueprint.get("/orders/<code>/receipt.pdf")
@signed_in
def receipt(code: str) -> Response:
    """Give the receipt as PDF."""
    read = begin_read()
    found = queries.get_my_order(read, current_actor(), code)
    if found.paid_at is None or not found.net_minor:
        raise NotFound
    response = Response(make_receipt(read, current_parts(), found), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="receipt-{found.code}.pdf"'
    return response


@blueprint.get("/orders/<code>/refund")
@signed_in
def confirm_refund(code: str) -> Response:
    """Say what a refund means before it happens."""
    read = begin_read()
    found = queries.get_my_order(read, current_actor(), code)
    if not queries.refundable(read, found):
        return see_other(url_for(".order", code=code))
    if not queries.may_refund_alone(read, found):
        raise RefundTooLate
    return _ask(read, found, OwnRefundForm(formdata=None))


@blueprint.post("/orders/<code>/refund")
@signed_in
def refund(code: str) -> Response:
    """Take all the money back and give the seat up."""
    form, who = OwnRefundForm(), current_actor()
    found = queries.get_my_order(begin_read(), who, code)
    if not form.validate_on_submit():
        return _ask(begin_read(), found, form, 422)
    try:
        with begin_work() as work:
            service.ask_refund(work, who, code, None, form.reason.data or "")
    except UnderDispute:
        return see_other(url_for(".order", code=code))
    return see_other(url_for(".order", code=code), t("退款申请已提交。", "Your refund is asked for."))


def _ask(read: Read, found: Order, form: OwnRefundForm, status: int = 200) -> Response:
    return render(
        "commerce/shop/refund.html",
        status=status,
        order=found,
        cohort=camps.get_cohort_by_id(read, found.cohort_id),
        amount=queries.refundable(read, found),
        form=form,
    )
