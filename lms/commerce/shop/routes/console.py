"""What operators and finance do with prices, orders, refunds and collected money."""

from __future__ import annotations

from flask import Response, request, url_for

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import queries, service
from lms.commerce.shop.forms import HandInForm, HandRefundForm, OfferForm, OfflineForm, RefundForm
from lms.commerce.shop.queries import Order
from lms.commerce.shop.queries.console import PAGE
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.routes.orders import STATE_KINDS
from lms.commerce.shop.rules import CAUSE_WORDS, CURRENCIES, METHOD_WORDS, REFUND_WORDS, STATE_WORDS, OrderState
from lms.commerce.shop.rules import RefundSource as Source
from lms.commerce.shop.service.requesting import CODE_LENGTH
from lms.kernel.errors import NotFound
from lms.kernel.money import Money
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import find_person_by_email, get_person, list_people
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.ports import ports
from lms.web.refusals import refusals_on

# --- Prices ---------------------------------------------------------------------


@blueprint.get("/console/cohorts/<code>/offer")
@role("operator")
def offer(code: str) -> Response:
    """Show what a seat of a cohort costs."""
    read = begin_read()
    cohort = camps.get_cohort(read, code)
    found = queries.find_offer(read, cohort.id)
    return _show_offer(cohort, OfferForm.of(found, cohort.time_zone))


@blueprint.post("/console/cohorts/<code>/offer")
@role("operator")
def set_offer(code: str) -> Response:
    """Set what a seat costs from now on, or make it free."""
    cohort = camps.get_cohort(begin_read(), code)
    form = OfferForm()
    if form.validate_on_submit():
        terms = form.terms(cohort.time_zone)
        if not form.errors:
            with refusals_on(form), begin_work() as work:
                service.set_offer(work, current_actor(), code, terms)
            if not form.errors:
                return see_other(url_for(".offer", code=code), t("已保存，对新订单生效。", "Saved for new orders."))
    return _show_offer(cohort, form, 422)


def _show_offer(cohort: Cohort, form: OfferForm, status: int = 200) -> Response:
    takes = current_parts().settings.takes_payments
    return render("commerce/shop/offer.html", status=status, cohort=cohort, form=form, takes_payments=takes)


# --- Orders ---------------------------------------------------------------------


@blueprint.get("/console/orders")
@role("operator", "finance")
def orders() -> Response:
    """List orders, newest first, by state and by a word."""
    q, state = request.args.get("q", "").strip(), request.args.get("state", "")
    state = state if state in list(OrderState) else ""
    read = begin_read()
    found = queries.list_orders(read, q, state, request.args.get("before", None, int))
    counts = queries.count_orders(read)
    return render(
        "commerce/shop/console_orders.html",
        orders=found,
        q=q,
        state=state,
        counts=counts,
        due=queries.list_due_refunds(read),
        older=found[-1].id if len(found) == PAGE else None,
        words=STATE_WORDS,
        kinds=STATE_KINDS,
        causes=CAUSE_WORDS,
    )


@blueprint.get("/console/orders/<code>")
@role("operator", "finance")
def console_order(code: str) -> Response:
    """Show an order with everything that happened to its money."""
    read = begin_read()
    return _show_order(read, queries.get_order(read, code))


def _show_order(
    read: Read, order: Order, *, refund: RefundForm | None = None, offline: OfflineForm | None = None, status: int = 200
) -> Response:
    me = get_person(read, current_actor().person_id or 0)
    return render(
        "commerce/shop/console_order.html",
        status=status,
        order=order,
        cohort=camps.get_cohort_by_id(read, order.cohort_id),
        buyer=get_person(read, order.buyer_id),
        payments=queries.list_payments(read, order.id),
        refunds=queries.list_refunds(read, order.id),
        disputes=queries.list_disputes(read, order.id),
        lines=books.list_lines(read, [f"order:{order.id}"]),
        left=queries.refundable(read, order),
        earned=ports.what_was_earned(read, order.id),
        refund_form=refund or RefundForm(formdata=None, code=current_parts().codes.new(CODE_LENGTH)),
        offline_form=offline or OfflineForm(formdata=None, agent=me.email),
        hand_form=HandRefundForm(formdata=None),
        words=STATE_WORDS,
        kinds=STATE_KINDS,
        methods=METHOD_WORDS,
        causes=CAUSE_WORDS,
        refund_words=REFUND_WORDS,
    )


@blueprint.post("/console/orders/<code>/refund")
@role("operator", "finance")
def refund_order(code: str) -> Response:
    """Give back a part or all of what was paid."""
    order, form = queries.get_order(begin_read(), code), RefundForm()
    if form.validate_on_submit():
        amount = form.amount.read(order.currency)
        if not form.errors and amount is not None:
            with refusals_on(form), begin_work() as work:
                service.ask_refund(work, current_actor(), code, amount, form.reason.data or "", form.code.data or "")
            if not form.errors:
                return see_other(url_for(".console_order", code=code), t("退款已提交。", "The refund is on its way."))
    return _show_order(begin_read(), order, refund=form, status=422)


@blueprint.post("/console/orders/<code>/offline")
@role("operator", "finance")
def settle_offline(code: str) -> Response:
    """Confirm that an agent has collected the money of an order."""
    order, form = queries.get_order(begin_read(), code), OfflineForm()
    if form.validate_on_submit():
        agent = find_person_by_email(begin_read(), form.agent.data or "")
        if agent is not None:
            with begin_work() as work:
                service.settle_offline(work, current_actor(), code, agent.id)
            return see_other(url_for(".console_order", code=code), t("已确认收款。", "The payment is confirmed."))
        form.agent.errors = [t("没有人用这个邮箱注册。", "Nobody has signed up with this address.")]
    return _show_order(begin_read(), order, offline=form, status=422)


@blueprint.post("/console/refunds/<code>/confirm")
@role("operator", "finance")
def confirm_by_hand(code: str) -> Response:
    """Confirm that a refund was paid out by hand."""
    form = HandRefundForm()
    if not form.validate_on_submit():
        raise NotFound
    with begin_work() as work:
        refund = service.confirm_refund(work, current_actor(), code, Source(form.source.data))
        order = queries.get_order_by_id(work, refund.order_id)
    return see_other(url_for(".console_order", code=order.code), t("已记下这笔退款。", "The refund is booked."))


@blueprint.post("/console/refunds/<code>/retry")
@role("operator", "finance")
def retry_refund(code: str) -> Response:
    """Ask the gateway anew for a refund that failed."""
    with begin_work() as work:
        refund = service.retry_refund(work, current_actor(), code)
        order = queries.get_order_by_id(work, refund.order_id)
    return see_other(url_for(".console_order", code=order.code), t("已重新提交。", "Sent again."))


# --- Collected money --------------------------------------------------------------


@blueprint.get("/finance/collected")
@role("finance", "operator")
def collected() -> Response:
    """List what agents hold, and what they brought in."""
    return _show_collected(begin_read())


@blueprint.post("/finance/collected")
@role("finance")
def hand_in() -> Response:
    """Confirm that collected money came to the bank."""
    form = HandInForm()
    if form.validate_on_submit():
        currency = str(form.currency.data)
        amount = form.amount.read(currency)
        agent = (form.agent.data or "").strip()
        if not form.errors and amount is not None and agent.isascii() and agent.isdecimal() and len(agent) < 18:
            person = get_person(begin_read(), int(agent))
            with refusals_on(form), begin_work() as work:
                service.hand_in(work, current_actor(), person.id, Money(amount, currency), str(form.key.data))
            if not form.errors:
                return see_other(url_for(".collected"), t("已入账。", "Booked."))
    return _show_collected(begin_read(), form, 422)


def _show_collected(read: Read, form: HandInForm | None = None, status: int = 200) -> Response:
    held = {one: found for one in CURRENCIES if (found := books.owned(read, Account.AGENT_RECEIVABLE, one))}
    brought = queries.list_hand_ins(read)
    ids = {agent for found in held.values() for agent in found} | {one.agent_id for one in brought}
    return render(
        "commerce/shop/collected.html",
        status=status,
        held=held,
        brought=brought,
        agents=list_people(read, ids),
        form=form,
        key=current_parts().codes.new(16),
        may_book=current_actor().has("finance"),
    )
