"""Refunds in the console: asked, asked back, done; sent again, paid by hand, or let go."""

from __future__ import annotations

from flask import Response, url_for

from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import RefundedMeanwhile
from lms.commerce.shop.forms import DismissForm, HandRefundForm, RefundForm
from lms.commerce.shop.queries import Order, Refund
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.routes.selling import show_console_order
from lms.commerce.shop.rules import OrderMethod, RefundSource, RefundState
from lms.commerce.shop.service import Seen
from lms.commerce.shop.service.requesting import require_amount
from lms.kernel.errors import NotFound, Refusal
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.people.accounts.queries import get_person
from lms.web.fields import written
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.ports import ports
from lms.web.refusals import refusals_on


@blueprint.post("/console/orders/<code>/refund")
@role("operator", "finance")
def refund_order(code: str) -> Response:
    """Give back a part or all of what was paid, once it was asked back what that means."""
    read, form = begin_read(), RefundForm()
    order = queries.get_order(read, code)
    left = queries.refundable(read, order)
    seen = form.left_minor()
    form.validate_on_submit()
    # A form that was sent before is answered as it was then, whatever is left by now.
    amount = _amount(order, form, left if not form.sure.data or seen is None else seen)
    if amount is None:
        return show_console_order(begin_read(), order, refund=form, status=422)
    if not form.sure.data or seen is None:
        return _ask(read, order, form, amount, left) if left else _turn_down(code, amount)
    try:
        with begin_work() as work:
            asked = Seen(form.code.data or work.new_code(10), seen)
            service.ask_refund(work, current_actor(), code, amount, form.reason.data or "", asked)
    except RefundedMeanwhile as refusal:
        return _ask_again(code, form, amount, refusal)
    except Refusal as refusal:
        return _show(code, refusal)
    said = t("退款已提交。", "The refund is on its way.")
    if order.method == OrderMethod.OFFLINE:
        said = t("已记下。退给买家之后，在这一页确认。", "Noted. Pay it back, then confirm it on this page.")
    return see_other(url_for(".console_order", code=code), said)


def _amount(order: Order, form: RefundForm, left: int) -> int | None:
    """Read how much is to go back; what is wrong becomes the form's errors and None."""
    amount = left if form.whole.data else form.amount.read(order.currency)
    if amount is None and not form.amount.errors:
        form.amount.errors = [t("填要退多少，或选全部退款。", "Say how much, or refund all.")]
    elif amount is not None and left:
        with refusals_on(form):
            require_amount(amount, left, order.currency)
    return None if form.errors else amount


def _turn_down(code: str, amount: int) -> Response:
    """Let the service say why nothing can be refunded; it asks for nothing where nothing is left."""
    try:
        with begin_work() as work:
            service.ask_refund(work, current_actor(), code, amount, "")
    except Refusal as refusal:
        return _show(code, refusal)
    raise NotFound


def _ask(read: Read, order: Order, form: RefundForm, amount: int, left: int, said: str = "") -> Response:
    return render(
        "commerce/shop/console_refund.html",
        status=409 if said else 200,
        order=order,
        cohort=camps.get_cohort_by_id(read, order.cohort_id),
        buyer=get_person(read, order.buyer_id),
        form=form,
        amount=amount,
        typed=written(amount, order.currency),
        left=left,
        commission=ports.what_refund_leaves(read, order.id, left - amount),
        said=said,
    )


def _ask_again(code: str, form: RefundForm, amount: int, refusal: Refusal) -> Response:
    read = begin_read()
    order = queries.get_order(read, code)
    left = queries.refundable(read, order)
    if not left:
        return _show(code, refusal)
    return _ask(read, order, form, min(amount, left), left, str(refusal))


def _show(code: str, refusal: Refusal) -> Response:
    read = begin_read()
    return show_console_order(read, queries.get_order(read, code), said=refusal)


# --- Refunds that wait for a person -----------------------------------------------


@blueprint.post("/console/refunds/<code>/confirm")
@role("operator", "finance")
def confirm_by_hand(code: str) -> Response:
    """Confirm that a refund was paid out by hand, once it was asked back from where and to whom."""
    form = HandRefundForm()
    if not form.validate_on_submit():
        raise NotFound
    source = RefundSource(form.source.data)
    waiting = queries.get_refund(begin_read(), code)
    if not form.sure.data and waiting.state != RefundState.SUCCEEDED:
        return _ask_by_hand(begin_read(), waiting, source)
    try:
        with begin_work() as work:
            done = service.confirm_refund(work, current_actor(), code, source)
    except Refusal as refusal:
        return _show(_order_of(code), refusal)
    return _back(done, t("已记下这笔退款。", "The refund is booked."))


def _ask_by_hand(read: Read, refund: Refund, source: RefundSource) -> Response:
    order = queries.get_order_by_id(read, refund.order_id)
    payments = {one.id: one for one in queries.list_payments(read, order.id)}
    agent_id = payments[refund.payment_id].agent_id
    return render(
        "commerce/shop/console_by_hand.html",
        order=order,
        cohort=camps.get_cohort_by_id(read, order.cohort_id),
        buyer=get_person(read, order.buyer_id),
        refund=refund,
        currency=payments[refund.payment_id].currency,
        source=source.value,
        agent=get_person(read, agent_id) if agent_id and source is RefundSource.AGENT else None,
    )


@blueprint.post("/console/refunds/<code>/retry")
@role("operator", "finance")
def retry_refund(code: str) -> Response:
    """Ask the gateway anew for a refund that failed."""
    try:
        with begin_work() as work:
            done = service.retry_refund(work, current_actor(), code)
    except Refusal as refusal:
        return _show(_order_of(code), refusal)
    return _back(done, t("已重新提交。", "Sent again."))


@blueprint.post("/console/refunds/<code>/dismiss")
@role("operator", "finance")
def dismiss_refund(code: str) -> Response:
    """Let go of a refund that failed, with a reason."""
    form = DismissForm()
    if not form.validate_on_submit():
        order = queries.get_order(begin_read(), _order_of(code))
        return show_console_order(begin_read(), order, dismiss=(code, form), status=422)
    try:
        with begin_work() as work:
            done = service.dismiss_refund(work, current_actor(), code, form.reason.data or "")
    except Refusal as refusal:
        return _show(_order_of(code), refusal)
    return _back(done, t("这笔不再退了。", "Nothing more is refunded here."))


def _order_of(refund_code: str) -> str:
    """Give the code of the order a refund belongs to; NotFound."""
    read = begin_read()
    return queries.get_order_by_id(read, queries.get_refund(read, refund_code).order_id).code


def _back(refund: Refund, said: str) -> Response:
    return see_other(url_for(".console_order", code=_order_of(refund.code)), said)
