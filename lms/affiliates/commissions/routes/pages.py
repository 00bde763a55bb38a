"""What a partner earned and why, and the partner's plan."""

from flask import abort, request
from flask.typing import ResponseReturnValue

from lms.affiliates.commissions import queries, rules
from lms.affiliates.commissions.queries import LIST_STATES
from lms.affiliates.commissions.routes.door import blueprint
from lms.affiliates.commissions.routes.sheets import camp_titles, sheet_of
from lms.affiliates.commissions.wording import account_text, step_text
from lms.affiliates.partners import queries as partners
from lms.affiliates.partners.errors import NotAPartner
from lms.affiliates.partners.queries import Partner
from lms.commerce.ledger import queries as ledger
from lms.commerce.shop import queries as shop
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read
from lms.web import dates
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import render

PAGE = 30
_MOST_MONTHS = 24


def _mine(read: Read) -> Partner:
    """Give the partnership of whoever asks; one that is suspended still sees what was earned."""
    person_id = current_actor().person_id
    found = partners.find_partner(read, person_id) if person_id is not None else None
    if found is None or not (found.is_approved or found.state == "suspended"):
        raise NotAPartner
    return found


def _months(read: Read, partner_id: int) -> list[str]:
    span = queries.list_months(read, partner_id)
    if span is None:
        return []
    first, last = (rules.program_day(at) for at in span)
    counted = range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1)
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in counted][:_MOST_MONTHS]


@blueprint.get("/partner/earnings")
@signed_in
def earnings() -> ResponseReturnValue:
    """List what one earned, newest first, by state and month."""
    read = begin_read()
    partner = _mine(read)
    state, month = request.args.get("state", ""), request.args.get("month", "")
    if state and state not in LIST_STATES:
        abort(404)
    before = request.args.get("before", type=int)
    try:
        lines = queries.list_lines(read, partner.id, state, month, before, PAGE + 1)
    except ValueError:
        abort(404)
    return render(
        "affiliates/commissions/earnings.html",
        partner=partner,
        lines=lines[:PAGE],
        more=lines[PAGE - 1].id if len(lines) > PAGE else None,
        state=state,
        month=month,
        months=_months(read, partner.id),
        coming=queries.next_release(read, partner.id),
        wallets=_wallets(read, partner.id),
    )


def _wallets(read: Read, partner_id: int) -> list[tuple[str, ledger.Wallet]]:
    currencies = ledger.wallet_currencies(read, partner_id)
    return [(currency, ledger.wallet(read, partner_id, currency)) for currency in currencies]


@blueprint.get("/partner/earnings/<code>")
@signed_in
def earning(code: str) -> ResponseReturnValue:
    """Explain one line to its partner, and to staff in words that are nobody's own; strangers get 404."""
    read, who = begin_read(), current_actor()
    found = queries.explain(read, who, code)
    partner = partners.find_partner_by_id(read, found.line.partner_id)
    is_mine = partner is not None and partner.person_id == who.person_id
    return render(
        "affiliates/commissions/earning.html",
        found=found,
        line=found.line,
        partner=partner,
        is_mine=is_mine,
        staff_back=None if is_mine else _staff_back(found.line.order_code, partner),
        days=t("、", ", ").join(dates.day(day, weekday=False) for day in found.business_days),
        step_text=step_text,
        account_text=account_text,
    )


def _staff_back(order_code: str, partner: Partner | None) -> tuple[str, str]:
    """Give where staff come from: an operator from the order, finance from the partner's money."""
    if current_actor().has("operator") or partner is None:
        return f"/console/orders/{order_code}", t("订单 {code}", "Order {code}", code=order_code)
    return f"/finance/partners/{partner.code}", t("{name}的收入", "Earnings of {name}", name=partner.name)


@blueprint.get("/partner/plan")
@signed_in
def my_plan() -> ResponseReturnValue:
    """Show by what one is paid: the version in force beside the one to come."""
    read = begin_read()
    partner = _mine(read)
    plans, prices = queries.plans_of(read, partner.group_id), shop.camp_prices(read)
    versions = queries.list_versions(read, [plan.id for plan in plans])
    sheets = [sheet_of(read, plan, versions.get(plan.id, []), prices) for plan in plans]
    return render(
        "affiliates/commissions/my_plan.html",
        sheets=[sheet for sheet in sheets if sheet.columns],
        camps=camp_titles(read),
    )
