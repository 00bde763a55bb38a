"""The console's orders: the list with its sums and its file, one order with its money, money taken in by hand."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from lms.commerce.gateway import queries as gateway
from lms.commerce.gateway.rules import DISPUTE_REASONS
from lms.commerce.ledger import queries as books
from lms.commerce.shop import queries, service
from lms.commerce.shop.forms import DismissForm, HandRefundForm, OfflineForm, RefundForm
from lms.commerce.shop.queries import Order
from lms.commerce.shop.queries.console import PAGE
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.routes.listing import order_file, wanted_orders
from lms.commerce.shop.routes.orders import STATE_KINDS
from lms.commerce.shop.rules import (
    CAUSE_WORDS,
    CLOSED_REFUND,
    METHOD_WORDS,
    REFUND_WORDS,
    SOLD_STATES,
    STANDING_WORDS,
    failure_text,
)
from lms.commerce.shop.service.collecting import require_agent
from lms.commerce.shop.service.requesting import CODE_LENGTH
from lms.commerce.shop.wording import account_text, step_text
from lms.kernel.errors import Refusal
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.people.accounts.queries import Person, find_person_by_email, get_person, get_person_by_code, list_people
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.ports import ports
from lms.web.refusals import refusals_on

_WORDS: dict[str, Any] = {
    "words": STANDING_WORDS,
    "kinds": STATE_KINDS,
    "methods": METHOD_WORDS,
    "causes": CAUSE_WORDS,
    "refund_words": REFUND_WORDS,
    "closed_word": CLOSED_REFUND,
    "failure_text": failure_text,
    "reasons": DISPUTE_REASONS,
    "account_text": account_text,
    "step_text": step_text,
}


@blueprint.get("/console/orders")
@role("operator", "finance")
def orders() -> Response:
    """List orders, newest first or by amount: by state, camp, days and a word, with what they come to."""
    read = begin_read()
    wanted = wanted_orders(request.args)
    found = queries.list_orders(read, wanted, request.args.get("before", None, int))
    return render(
        "commerce/shop/console_orders.html",
        orders=found,
        wanted=wanted,
        asked={name: request.args.get(name, "") for name in ("q", "state", "camp", "from", "to", "sort")},
        camps=camps.list_camps(read),
        counts=queries.count_orders(read),
        sums=queries.sum_up_orders(read, wanted),
        partners=ports.partner_names(read, [one.partner_id for one in found if one.partner_id is not None]),
        due=queries.list_due_refunds(read),
        older=found[-1].id if len(found) == PAGE else None,
        **_WORDS,
    )


@blueprint.get("/console/orders.csv")
@role("operator", "finance")
def orders_file() -> Response:
    """Give the orders of the list as a file, all pages of it."""
    return order_file(wanted_orders(request.args))


@blueprint.get("/console/orders/<code>")
@role("operator", "finance")
def console_order(code: str) -> Response:
    """Show an order with everything that happened to its money."""
    read = begin_read()
    return show_console_order(read, queries.get_order(read, code))


def show_console_order(
    read: Read,
    order: Order,
    *,
    refund: RefundForm | None = None,
    offline: OfflineForm | None = None,
    dismiss: tuple[str, DismissForm] | None = None,
    said: Refusal | None = None,
    status: int = 200,
) -> Response:
    """Show an order to staff; `said` is why what was just asked was not done."""
    left, payments = queries.refundable(read, order), queries.list_payments(read, order.id)
    disputes = queries.list_disputes(read, order.id)
    return render(
        "commerce/shop/console_order.html",
        status=said.status if said else status,
        said=str(said) if said else "",
        order=order,
        standing=queries.standings(read, [order.id])[order.id],
        cohort=camps.get_cohort_by_id(read, order.cohort_id),
        buyer=get_person(read, order.buyer_id),
        coupon=queries.find_coupon_of(read, order),
        payments=payments,
        agents=list_people(read, {one.agent_id for one in payments if one.agent_id is not None}),
        refunds=queries.list_refunds(read, order.id),
        disputes=[(one, gateway.find_dispute(read, one.provider_id)) for one in disputes],
        undecided={one.payment_id for one in disputes if one.state == "open"},
        lines=books.list_lines(read, [f"order:{order.id}"]),
        left=left,
        earned=ports.what_was_earned(read, order.id),
        refund_form=refund or RefundForm(formdata=None, code=current_parts().codes.new(CODE_LENGTH), left=str(left)),
        offline_form=offline or OfflineForm(formdata=None),
        hand_form=HandRefundForm(formdata=None),
        dismiss_forms=dict([dismiss]) if dismiss else {},
        dismiss_form=DismissForm(formdata=None),
        **_WORDS,
        may_see_people=current_actor().has("operator"),
    )


# --- Money taken in by hand -----------------------------------------------------


@blueprint.post("/console/orders/<code>/offline")
@role("operator", "finance")
def settle_offline(code: str) -> Response:
    """Confirm that an agent has collected the money of an order, once it was asked back who collected what."""
    order, form = queries.get_order(begin_read(), code), OfflineForm()
    agent = _agent(begin_read(), order, form)
    if agent is None:
        return show_console_order(begin_read(), order, offline=form, status=422)
    if not form.sure.data and order.state not in SOLD_STATES:
        # A page of its own, which going back shows again; the answer to a POST would be the browser's error.
        return see_other(url_for(".ask_offline", code=code, person_code=agent.code))
    try:
        with begin_work() as work:
            service.settle_offline(work, current_actor(), code, agent.id)
    except Refusal as refusal:
        read = begin_read()
        return show_console_order(read, queries.get_order(read, code), said=refusal)
    return see_other(url_for(".console_order", code=code), t("已确认收款。", "The payment is confirmed."))


@blueprint.get("/console/orders/<code>/offline/<person_code>")
@role("operator", "finance")
def ask_offline(code: str, person_code: str) -> Response:
    """Ask whether somebody has collected the money of an order."""
    read = begin_read()
    order, agent = queries.get_order(read, code), get_person_by_code(read, person_code)
    if order.state in SOLD_STATES:
        return see_other(url_for(".console_order", code=code))
    form = OfflineForm(formdata=None, agent=agent.email)
    with refusals_on(form):
        require_agent(read, order.buyer_id, agent.id)
    if form.errors:
        return show_console_order(read, order, offline=form, status=422)
    return _ask_offline(read, order, agent, form)


def _agent(read: Read, order: Order, form: OfflineForm) -> Person | None:
    """Find who collected the money; anybody who may not becomes the field's error."""
    if not form.validate_on_submit():
        return None
    found = find_person_by_email(read, form.agent.data or "")
    if found is None:
        form.agent.errors = [t("没有人用这个邮箱注册。", "Nobody has signed up with this address.")]
        return None
    with refusals_on(form):
        require_agent(read, order.buyer_id, found.id)
    return None if form.errors else found


def _ask_offline(read: Read, order: Order, agent: Person, form: OfflineForm) -> Response:
    return render(
        "commerce/shop/console_offline.html",
        order=order,
        cohort=camps.get_cohort_by_id(read, order.cohort_id),
        buyer=get_person(read, order.buyer_id),
        agent=agent,
        form=form,
    )
