"""Becoming a partner, the agreement, and the console's list and page of partners."""

import hashlib
import hmac

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.affiliates.partners import queries, service
from lms.affiliates.partners.forms import ApplyForm, EmptyForm, GroupForm, ReasonForm, SignForm
from lms.affiliates.partners.queries import PAGE, Agreed, Partner
from lms.affiliates.partners.rules import PartnerState, may_apply, may_join_at_once
from lms.kernel.parts import current_parts
from lms.kernel.text import current_language, render_markdown, t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts import queries as accounts
from lms.web.guards import current_actor, public, role, signed_in
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

blueprint = Blueprint("partners", __name__)


def _ip_digest() -> str:
    """Give a keyed hash of the caller's address: proof for a dispute, not an address to read."""
    secret = current_parts().settings.derived_secret("agreement-address")
    return hmac.new(secret.encode(), (request.remote_addr or "").encode(), hashlib.sha256).hexdigest()


def _own(read: Read) -> Partner | None:
    person_id = current_actor().person_id
    return queries.find_partner(read, person_id) if person_id is not None else None


def _is_student(read: Read) -> bool:
    person_id = current_actor().person_id
    return person_id is not None and bool(enrollments.list_my_cohorts(read, person_id))


def _html(agreed: Agreed) -> Markup:
    return Markup(render_markdown(agreed.text))


def _show_apply(form: ApplyForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    mine = _own(read)
    if mine is not None and mine.is_approved:
        return redirect("/partner", 303)
    state = mine.state if mine else None
    file = queries.partner_file(read, mine.code) if mine else None
    if file is not None and form.about.data is None:
        form.about.data = file.about
    agreed = queries.agreement_in_force(current_language())
    return render(
        "affiliates/partners/apply.html",
        status=status,
        form=form,
        file=file,
        agreed=agreed,
        agreed_html=_html(agreed),
        may_apply=may_apply(state),
        one_tap=may_join_at_once(state) and _is_student(read),
    )


@blueprint.get("/partner/apply")
@signed_in
def apply() -> ResponseReturnValue:
    """Show the way in: one tap for students, a few words for everybody else, or where it stands."""
    return _show_apply(ApplyForm())


@blueprint.post("/partner/apply")
@signed_in
def send_application() -> ResponseReturnValue:
    """Take an application."""
    form = ApplyForm()
    if not form.validate_on_submit():
        return _show_apply(form, 422)
    with refusals_on(form), begin_work() as work:
        service.apply(work, current_actor(), form.about.data, form.version.data, form.digest.data, _ip_digest())
    if form.errors:
        return _show_apply(form, 422)
    said = t("申请已收到，有结果就通知你。", "We have your application and will let you know.")
    return see_other(url_for("partners.apply"), said)


@blueprint.post("/partner/join")
@signed_in
def join() -> ResponseReturnValue:
    """Sign and start promoting, with one tap."""
    form = SignForm()
    if not form.validate_on_submit():
        return _show_apply(ApplyForm(formdata=None), 422)
    with begin_work() as work:
        service.become_partner(work, current_actor(), form.version.data, form.digest.data, _ip_digest())
    return see_other(
        "/partner", t("你现在是合伙人了，链接马上就好。", "You are a partner now. Your link is on its way.")
    )


@blueprint.get("/partner/agreement")
@public
def agreement() -> ResponseReturnValue:
    """Show the agreement in force, or an earlier version by its number."""
    read = begin_read()
    in_force = queries.agreement_in_force(current_language())
    asked = request.args.get("version", in_force.version)
    shown = queries.get_agreement(read, asked, current_language())
    mine = _own(read)
    signatures = queries.list_signatures(read, mine.id) if mine else []
    return render(
        "affiliates/partners/agreement.html",
        agreed=shown,
        agreed_html=_html(shown),
        in_force=in_force.version,
        signed=next((one for one in signatures if one.version == shown.version), None),
    )


@blueprint.get("/console/partners")
@role("operator")
def console_list() -> ResponseReturnValue:
    """List partners by state, newest first."""
    read = begin_read()
    state = request.args.get("state", "")
    if state and state not in list(PartnerState):
        abort(404)
    partners = queries.list_partners(read, state, request.args.get("after", type=int), PAGE + 1)
    return render(
        "affiliates/partners/console.html",
        partners=partners[:PAGE],
        more=partners[PAGE - 1].id if len(partners) > PAGE else None,
        counts=queries.count_by_state(read),
        state=state,
        people=accounts.list_people(read, [one.person_id for one in partners]),
    )


def _show_one(code: str, form: ReasonForm, act: str = "", status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    file = queries.partner_file(read, code)
    ids = [file.partner.person_id] + ([file.decided_by] if file.decided_by else [])
    return render(
        "affiliates/partners/console_one.html",
        status=status,
        file=file,
        form=form,
        act=act,
        grouping=_grouping(read, file.partner),
        sees_money=current_actor().has("finance"),
        people=accounts.list_people(read, ids),
    )


def _grouping(read: Read, partner: Partner) -> GroupForm:
    groups = queries.list_groups(read)
    form = GroupForm()
    form.group.choices = [("", t("不分组", "No group")), *((one.code, one.name) for one in groups)]
    if request.endpoint != "partners.regroup":
        form.group.data = next((one.code for one in groups if one.id == partner.group_id), "")
    return form


@blueprint.get("/console/partners/<code>")
@role("operator")
def console_one(code: str) -> ResponseReturnValue:
    """Show one partner: application, signature, links and the decision."""
    return _show_one(code, ReasonForm())


@blueprint.post("/console/partners/<code>/approve")
@role("operator")
def approve(code: str) -> ResponseReturnValue:
    """Let an applicant in."""
    return _decide(code, "approve")


@blueprint.post("/console/partners/<code>/resume")
@role("operator")
def resume(code: str) -> ResponseReturnValue:
    """End a suspension."""
    return _decide(code, "resume")


@blueprint.post("/console/partners/<code>/decline")
@role("operator")
def decline(code: str) -> ResponseReturnValue:
    """Refuse an application with a reason."""
    return _decide_with_reason(code, "decline")


@blueprint.post("/console/partners/<code>/suspend")
@role("operator")
def suspend(code: str) -> ResponseReturnValue:
    """Suspend a partner with a reason."""
    return _decide_with_reason(code, "suspend")


@blueprint.post("/console/partners/<code>/lock")
@role("operator")
def lock_money(code: str) -> ResponseReturnValue:
    """Stop a partner's money with a reason."""
    return _move_money(code, "lock")


@blueprint.post("/console/partners/<code>/unlock")
@role("operator")
def unlock_money(code: str) -> ResponseReturnValue:
    """Free a partner's money with a reason."""
    return _move_money(code, "unlock")


@blueprint.post("/console/partners/<code>/group")
@role("operator")
def regroup(code: str) -> ResponseReturnValue:
    """Put a partner into a group or out of it."""
    form = GroupForm()
    if not form.validate_on_submit():
        return _show_one(code, ReasonForm(formdata=None), status=422)
    with refusals_on(form), begin_work() as work:
        partner = service.set_group(work, current_actor(), code, form.group.data or "", form.new_group.data or "")
    if form.errors:
        return _show_one(code, ReasonForm(formdata=None), status=422)
    said = t("已记下，之后付款的订单按新的组计算。", "Done. Orders paid from now on follow the new group.")
    return see_other(_page(partner), said)


def _move_money(code: str, act: str) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        return _show_one(code, form, act, 422)
    verb = service.lock_money if act == "lock" else service.unlock_money
    with refusals_on(form), begin_work() as work:
        partner = verb(work, current_actor(), queries.get_partner_by_code(work, code).id, form.reason.data or "")
    if form.errors:
        return _show_one(code, form, act, 422)
    if act == "lock":
        said = t("收入已冻结，原因会发给对方。", "The money is on hold. The reason is on its way to them.")
    else:
        said = t(
            "收入已解冻，到期的会立即转为可提现。", "The money moves again; what is due becomes available at once."
        )
    return see_other(_page(partner), said)


def _decide(code: str, act: str) -> ResponseReturnValue:
    if not EmptyForm().validate_on_submit():
        return _show_one(code, ReasonForm(formdata=None), status=422)
    verb = service.approve if act == "approve" else service.resume
    with begin_work() as work:
        partner = verb(work, current_actor(), code)
    return see_other(_page(partner), t("{name} 现在可以推广了。", "{name} can promote now.", name=partner.name))


def _decide_with_reason(code: str, act: str) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        return _show_one(code, form, act, 422)
    verb = service.decline if act == "decline" else service.suspend
    with refusals_on(form), begin_work() as work:
        partner = verb(work, current_actor(), code, form.reason.data or "")
    if form.errors:
        return _show_one(code, form, act, 422)
    return see_other(_page(partner), t("已记下，原因会发给对方。", "Done. The reason is on its way to them."))


def _page(partner: Partner) -> str:
    return url_for("partners.console_one", code=partner.code)
