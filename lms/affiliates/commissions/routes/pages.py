"""What a partner earned and why, the partner's plan, and the console's plans."""

from datetime import date
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.commissions import queries, rules, service
from lms.affiliates.commissions.forms import PlanForm, PublishForm
from lms.affiliates.commissions.queries import LIST_STATES, Plan, Version
from lms.affiliates.commissions.routes.door import blueprint
from lms.affiliates.commissions.rules import Terms
from lms.affiliates.commissions.wording import account_text, step_text
from lms.affiliates.partners import queries as partners
from lms.affiliates.partners.errors import NotAPartner
from lms.affiliates.partners.queries import Partner
from lms.commerce.ledger import queries as ledger
from lms.commerce.shop import queries as shop
from lms.kernel.money import Money
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.web import dates
from lms.web.guards import current_actor, role, signed_in
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

PAGE = 30
EXAMPLE = Money(39_900, "CNY")
"""The sale that a share is explained with as long as nothing was ever priced."""

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
    """Explain one line; strangers get 404."""
    read = begin_read()
    found = queries.explain(read, current_actor(), code)
    return render(
        "affiliates/commissions/earning.html",
        found=found,
        line=found.line,
        days=t("、", ", ").join(dates.day(day, weekday=False) for day in found.business_days),
        step_text=step_text,
        account_text=account_text,
    )


@blueprint.get("/partner/plan")
@signed_in
def my_plan() -> ResponseReturnValue:
    """Show by what one is paid: the version in force beside the one to come."""
    read = begin_read()
    partner = _mine(read)
    plans, prices = queries.plans_of(read, partner.group_id), shop.camp_prices(read)
    return render(
        "affiliates/commissions/my_plan.html",
        sheets=[_sheet(read, plan, versions, prices) for plan, versions in _with_versions(read, plans)],
        camps=_camp_titles(read),
    )


def _with_versions(read: Read, plans: list[Plan]) -> list[tuple[Plan, list[Version]]]:
    versions = queries.list_versions(read, [plan.id for plan in plans])
    return [(plan, versions[plan.id]) for plan in plans if plan.id in versions]


def _sheet(read: Read, plan: Plan, versions: list[Version], prices: dict[int, Money]) -> dict[str, Any]:
    current = queries.in_force(versions, read.now)
    coming = queries.still_to_come(versions, read.now)
    shown = [version for version in (current, coming[0] if coming else None) if version]
    example = _example(plan, prices)
    columns = [(version, _pays(version.terms, example)) for version in shown]
    return {"plan": plan, "current": current, "columns": columns, "example": example}


def _example(plan: Plan, prices: dict[int, Money]) -> Money:
    """Choose the sale that a plan is explained with: a seat of its camp, else the newest seat there is."""
    newest = next(reversed(prices.values()), EXAMPLE)
    return prices.get(plan.camp_id, newest) if plan.camp_id is not None else newest


def _pays(terms: Terms, example: Money) -> int:
    """Give what terms pay for the example."""
    return rules.capped(rules.pay(example.minor, terms), example.minor, terms)


def _camp_titles(read: Read) -> dict[int, str]:
    return {camp.id: camp.title for camp in camps.list_camps(read)}


# --- Console ----------------------------------------------------------------


def _plan_form(read: Read) -> PlanForm:
    form = PlanForm()
    form.camp.choices = [("", t("所有训练营", "All camps")), *((c.slug, c.title) for c in camps.list_camps(read))]
    form.group.choices = [
        ("", t("所有合伙人", "All partners")),
        *((g.code, g.name) for g in partners.list_groups(read)),
    ]
    return form


def _show_plans(read: Read, form: PlanForm, status: int = 200) -> ResponseReturnValue:
    plans = queries.list_plans(read)
    versions, prices = queries.list_versions(read, [plan.id for plan in plans]), shop.camp_prices(read)
    sheets = [_sheet(read, plan, versions.get(plan.id, []), prices) for plan in plans]
    return render("affiliates/commissions/plans.html", status=status, form=form, sheets=sheets, **_names(read))


def _names(read: Read) -> dict[str, Any]:
    return {"camps": _camp_titles(read), "groups": {group.id: group.name for group in partners.list_groups(read)}}


@blueprint.get("/console/plans")
@role("operator", "finance")
def plans() -> ResponseReturnValue:
    """List the plans with what they pay now."""
    read = begin_read()
    return _show_plans(read, _plan_form(read))


@blueprint.post("/console/plans")
@role("operator")
def new_plan() -> ResponseReturnValue:
    """Make a plan; its first version is published on its page."""
    read = begin_read()
    form = _plan_form(read)
    if not form.validate_on_submit():
        return _show_plans(read, form, 422)
    camp_ids = {camp.slug: camp.id for camp in camps.list_camps(read)}
    group_ids = {group.code: group.id for group in partners.list_groups(read)}
    code = ""
    with refusals_on(form), begin_work() as work:
        camp_id, group_id = camp_ids.get(form.camp.data), group_ids.get(form.group.data)
        code = service.make_plan(work, current_actor(), form.name.data, camp_id, group_id)
    if form.errors:
        return _show_plans(begin_read(), form, 422)
    return see_other(url_for("commissions.plan", code=code))


def _show_plan(code: str, form: PublishForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    plan = queries.get_plan(read, code)
    versions = queries.list_versions(read, [plan.id]).get(plan.id, [])
    if not form.is_submitted():
        form.fill(versions[0] if versions else None)
    sheet = _sheet(read, plan, versions, shop.camp_prices(read))
    return render(
        "affiliates/commissions/plan.html",
        status=status,
        plan=plan,
        form=form,
        versions=[(version, _pays(version.terms, sheet["example"])) for version in versions],
        sheet=sheet,
        preview=_preview(form, sheet["example"]),
        example=sheet["example"],
        **_names(read),
    )


@blueprint.get("/console/plans/<code>")
@role("operator", "finance")
def plan(code: str) -> ResponseReturnValue:
    """Show a plan: the version in force beside the one to come, all versions, and the next one's form."""
    return _show_plan(code, PublishForm())


def _preview(form: PublishForm, example: Money) -> int | None:
    """Give what the typed terms pay for the example; None while they cannot be read."""
    if not form.percent.data or not form.cap.data:
        return None
    terms = Terms(percent_bps=form.percent.data, cap_bps=form.cap.data)
    return _pays(terms, example)


@blueprint.get("/console/plans/<code>/preview")
@role("operator", "finance")
def preview(code: str) -> ResponseReturnValue:
    """Show what a share and a cap that are being typed would pay."""
    read = begin_read()
    example = _example(queries.get_plan(read, code), shop.camp_prices(read))
    form = PublishForm(request.args)
    return render("affiliates/commissions/_preview.html", preview=_preview(form, example), example=example)


@blueprint.post("/console/plans/<code>")
@role("operator")
def publish(code: str) -> ResponseReturnValue:
    """Publish the next version."""
    form = PublishForm()
    if not form.validate_on_submit():
        return _show_plan(code, form, 422)
    wanted: date | None = form.effective_on.data
    with refusals_on(form), begin_work() as work:
        begins = rules.day_start(wanted) if wanted else None
        if wanted and wanted == rules.program_day(work.now):
            begins = work.now
        done = service.publish_version(work, current_actor(), code, form.terms(), begins)
    if form.errors:
        return _show_plan(code, form, 422)
    said = t("第 {number} 版已发布。", "Version {number} is published.", number=done.number)
    if done.below_floor:
        warned = t(
            "它低于方案的最低比例，不会提供给合伙人。",
            "It is below the plan's lowest share and not offered to partners.",
        )
        return see_other(url_for("commissions.plan", code=code), f"{said} {warned}", kind="note")
    return see_other(url_for("commissions.plan", code=code), said)
