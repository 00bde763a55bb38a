"""The console's plans: what they pay, and how the next version is checked and published."""

from datetime import date, datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.commissions import queries, rules, service
from lms.affiliates.commissions.forms import PlanForm, PublishForm
from lms.affiliates.commissions.queries import Foreseen, Plan, Version
from lms.affiliates.commissions.routes.door import blueprint
from lms.affiliates.commissions.routes.sheets import camp_titles, example_of, pays, sheet_of
from lms.affiliates.commissions.rules import Terms, percent_text
from lms.affiliates.partners import queries as partners
from lms.commerce.shop import queries as shop
from lms.kernel.money import Money
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on


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
    sheets = [sheet_of(read, plan, versions.get(plan.id, []), prices) for plan in plans]
    return render("affiliates/commissions/plans.html", status=status, form=form, sheets=sheets, **_names(read))


def _names(read: Read) -> dict[str, Any]:
    return {
        "camps": camp_titles(read),
        "groups": {group.id: group.name for group in partners.list_groups(read)},
        "may_publish": current_actor().has("operator"),
    }


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
    sheet = sheet_of(read, plan, versions, shop.camp_prices(read))
    return render(
        "affiliates/commissions/plan.html",
        status=status,
        plan=plan,
        form=form,
        versions=[(version, _replaced_by(version, versions)) for version in versions],
        sheet=sheet,
        preview=_preview(form, sheet.example),
        example=sheet.example,
        **_names(read),
    )


def _replaced_by(version: Version, versions: list[Version]) -> int | None:
    """Give the number of the version that begins at the same moment and so takes this one's place."""
    later = [one for one in versions if one.number > version.number and one.is_offered]
    return max((one.number for one in later if one.effective_from == version.effective_from), default=None)


@blueprint.get("/console/plans/<code>")
@role("operator", "finance")
def plan(code: str) -> ResponseReturnValue:
    """Show a plan: the version in force beside the one to come, all versions, and the next one's form."""
    return _show_plan(code, PublishForm())


def _preview(form: PublishForm, example: Money) -> int | None:
    """Give what the typed terms pay for the example; None while they cannot be read."""
    if not form.percent.data or not form.cap.data:
        return None
    return pays(Terms(percent_bps=form.percent.data, cap_bps=form.cap.data), example)


@blueprint.get("/console/plans/<code>/preview")
@role("operator", "finance")
def preview(code: str) -> ResponseReturnValue:
    """Show what a share and a cap that are being typed would pay."""
    read = begin_read()
    example = example_of(queries.get_plan(read, code), shop.camp_prices(read))
    form = PublishForm(request.args)
    return render("affiliates/commissions/_preview.html", preview=_preview(form, example), example=example)


@blueprint.post("/console/plans/<code>")
@role("operator")
def publish(code: str) -> ResponseReturnValue:
    """Show what the next version would change, and publish it once that very page was agreed to.

    `seen` is the number of the version that was shown; when another was published meanwhile, it is shown anew.
    """
    form = PublishForm()
    if not form.validate_on_submit():
        return _show_plan(code, form, 422)
    read = begin_read()
    plan = queries.get_plan(read, code)
    coming: Foreseen | None = None
    with refusals_on(form):
        coming = queries.foresee(read, plan, form.terms(), _wanted(form, read.now))
    if coming is None or form.errors:
        return _show_plan(code, form, 422)
    if not coming.is_repeated and form.seen.data != str(coming.number):
        return _ask(read, plan, form, coming)
    return _publish(plan, form)


def _wanted(form: PublishForm, now: datetime) -> datetime | None:
    """Give the moment that was asked for; today means at once."""
    wanted: date | None = form.effective_on.data
    if wanted is None:
        return None
    return now if wanted == rules.program_day(now) else rules.day_start(wanted)


def _publish(plan: Plan, form: PublishForm) -> ResponseReturnValue:
    newest = 0
    with refusals_on(form), begin_work() as work:
        newest = len(queries.list_versions(work, [plan.id]).get(plan.id, []))
        done = service.publish_version(work, current_actor(), plan.code, form.terms(), _wanted(form, work.now))
    if form.errors:
        return _show_plan(plan.code, form, 422)
    address = url_for("commissions.plan", code=plan.code)
    if done.number <= newest:
        said = t(
            "第 {n} 版就是这些条件，没有再发布。", "Version {n} says just this; nothing was published.", n=done.number
        )
        return see_other(address, said, kind="note")
    if not done.is_offered:
        said = t(
            "第 {n} 版已记录。它低于最低比例，不提供给合伙人，也不生效。",
            "Version {n} is on record. Being below the lowest share, it is not offered and does not take effect.",
            n=done.number,
        )
        return see_other(address, said, kind="note")
    return see_other(address, t("第 {n} 版已发布。", "Version {n} is published.", n=done.number))


def _ask(read: Read, plan: Plan, form: PublishForm, coming: Foreseen) -> ResponseReturnValue:
    example = example_of(plan, shop.camp_prices(read))
    before = coming.before
    return render(
        "affiliates/commissions/publish.html",
        plan=plan,
        form=form,
        coming=coming,
        before=before,
        percent_text=percent_text,
        example=example,
        pays_now=pays(before.terms, example) if before else None,
        pays_then=pays(coming.terms, example),
        told=len(queries.people_of(read, plan)) if coming.is_offered else 0,
        at_once=coming.begins <= read.now,
        **_names(read),
    )
