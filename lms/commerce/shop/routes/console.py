"""What operators and finance do with prices and collected money."""

from __future__ import annotations

from flask import Response, url_for

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.errors import BalanceTooLow
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import HandInTooMuch
from lms.commerce.shop.forms import HandInForm, OfferForm
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import CURRENCIES
from lms.kernel.money import Money, write_money
from lms.kernel.parts import current_parts
from lms.kernel.text import current_language, t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import get_person, list_people
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
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
        amount = form.amount.read(str(form.currency.data))
        agent = (form.agent.data or "").strip()
        if not form.errors and amount is not None and agent.isascii() and agent.isdecimal() and len(agent) < 18:
            person = get_person(begin_read(), int(agent))
            with refusals_on(form):
                _book_hand_in(person.id, Money(amount, str(form.currency.data)), str(form.key.data))
            if not form.errors:
                return see_other(url_for(".collected"), t("已入账。", "Booked."))
    return _show_collected(begin_read(), form, 422)


def _book_hand_in(agent_id: int, amount: Money, key: str) -> None:
    """Book what an agent brought; more than there is becomes a refusal of the field, with what is held."""
    try:
        with begin_work() as work:
            service.hand_in(work, current_actor(), agent_id, amount, key)
    except BalanceTooLow:
        held = books.owned(begin_read(), Account.AGENT_RECEIVABLE, amount.currency).get(agent_id, 0)
        most = write_money(Money(held, amount.currency), current_language())
        raise HandInTooMuch(field="amount", held=most) from None


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
