"""What operators and finance do with prices and collected money."""

from __future__ import annotations

from flask import Response, url_for

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.errors import BalanceTooLow
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AmountZero, HandedInMeanwhile, HandInTooMuch
from lms.commerce.shop.forms import HandInForm, OfferForm
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import CURRENCIES, Terms
from lms.commerce.shop.service.collecting import hand_in_key
from lms.commerce.shop.service.offers import offer_faults
from lms.kernel.errors import Refusal
from lms.kernel.money import Money
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person, get_person, list_people
from lms.web.amounts import money
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
        if terms is not None:
            _mark_faults(cohort, form, terms)
        if not form.errors:
            with refusals_on(form), begin_work() as work:
                service.set_offer(work, current_actor(), code, terms)
            if not form.errors:
                return see_other(url_for(".offer", code=code), t("已保存，对新订单生效。", "Saved for new orders."))
    return _show_offer(cohort, form, 422)


def _mark_faults(cohort: Cohort, form: OfferForm, terms: Terms) -> None:
    """Tell everything that is wrong at once, at its field; a field that could not be read has its error already."""
    for fault in offer_faults(begin_read(), cohort, terms):
        field = form[fault.field or ""]
        if not field.errors:
            field.errors = [str(fault)]


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
    """Note that collected money came to the bank, after a confirming page that says what it leaves."""
    form = HandInForm()
    amount = form.amount.read(str(form.currency.data)) if form.validate_on_submit() else None
    agent_id = form.agent_id()
    if amount is None or agent_id is None:
        return _show_collected(begin_read(), form, 422)
    agent, brought = get_person(begin_read(), agent_id), Money(amount, str(form.currency.data))
    if not form.confirmed.data:
        return _confirm_hand_in(agent, form, brought)
    try:
        with begin_work() as work:
            key = hand_in_key(agent.id, brought.currency, form.seen_count())
            new = service.hand_in(work, current_actor(), agent.id, brought, key)
    except (BalanceTooLow, AmountZero, HandedInMeanwhile) as refusal:
        return _confirm_hand_in(agent, form, brought, refusal)
    return see_other(url_for(".collected"), _booked(agent, brought) if new else _known())


def _booked(agent: Person, brought: Money) -> str:
    sum_ = money(brought.minor, brought.currency)
    return t("已入账：{who}交回 {sum}。", "Booked: {sum} handed in by {who}.", who=agent.display_name, sum=sum_)


def _known() -> str:
    return t("这笔已经记过，没有重复记。", "This was booked before and not booked twice.")


def _confirm_hand_in(agent: Person, form: HandInForm, brought: Money, said: Refusal | None = None) -> Response:
    """Show what is left with the agent after it, and whether the same came in lately; nothing is booked yet."""
    read = begin_read()
    held = books.owned(read, Account.AGENT_RECEIVABLE, brought.currency).get(agent.id, 0)
    with refusals_on(form):
        _require_held(brought, held)
    if form.errors:
        return _show_collected(read, form, 422)
    return render(
        "commerce/shop/collected_confirm.html",
        status=409 if said else 200,
        said=str(said) if said else "",
        agent=agent,
        form=form,
        brought=brought,
        held=held,
        seen=queries.count_hand_ins(read, agent.id, brought.currency),
        like=queries.list_like_hand_ins(read, agent.id, brought),
    )


def _require_held(brought: Money, held: int) -> None:
    """Refuse AmountZero, and HandInTooMuch for more than the agent holds, minor units."""
    if brought.minor <= 0:
        raise AmountZero(field="amount")
    if brought.minor > held:
        raise HandInTooMuch(field="amount", held=money(held, brought.currency))


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
        may_book=current_actor().has("finance"),
    )
