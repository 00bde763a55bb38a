"""Finance: the home page, payouts by state, and decisions about them."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.forms import ReasonForm
from lms.affiliates.payouts.queries.finance import PAGE
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.affiliates.payouts.rules import BankDetails, PayoutState
from lms.kernel.text import t, tn
from lms.kernel.work import begin_read, begin_work
from lms.web.guards import current_actor, role
from lms.web.htmx import see_other
from lms.web.refusals import refusals_on


@blueprint.get("/finance")
@role("finance")
def finance() -> ResponseReturnValue:
    """Show what was sold today, what waits for finance, and whether the books are equal."""
    return show("finance.html", desk=queries.look_at_desk(begin_read()))


@blueprint.get("/finance/payouts")
@role("finance")
def payouts() -> ResponseReturnValue:
    """List payouts by state, newest first."""
    state = request.args.get("state", "")
    if state and state not in list(PayoutState):
        abort(404)
    read = begin_read()
    lines = queries.list_payouts(read, state, request.args.get("before", type=int), PAGE + 1)
    return show(
        "payouts.html",
        lines=lines[:PAGE],
        older=lines[PAGE - 1].payout.id if len(lines) > PAGE else None,
        state=state,
        counts=queries.count_by_state(read),
        my_id=current_actor().person_id,
    )


@blueprint.post("/finance/payouts/approve")
@role("finance")
def approve_many() -> ResponseReturnValue:
    """Approve all that were chosen."""
    with begin_work() as work:
        done = service.approve_many(work, current_actor(), request.form.getlist("code"))
    said = tn(done.count, "通过了 {n} 笔", "{n} payout approved", "{n} payouts approved")
    if done.skipped:
        left = t("，{codes} 没有动", ", left as they were: {codes}", codes=", ".join(done.skipped[:10]))
        return see_other(url_for("payouts.payouts", state="requested"), said + left, kind="note")
    return see_other(url_for("payouts.payouts", state="approved"), said)


@blueprint.get("/finance/payouts/<code>")
@role("finance")
def finance_payout(code: str) -> ResponseReturnValue:
    """Show one payout, its sends and what can be done."""
    return _show_one(code, ReasonForm(formdata=None))


@blueprint.post("/finance/payouts/<code>/approve")
@role("finance")
def approve(code: str) -> ResponseReturnValue:
    """Let a payout go."""
    with begin_work() as work:
        service.approve(work, current_actor(), code)
    return _back(code, t("已通过。", "Approved."))


@blueprint.post("/finance/payouts/<code>/reject")
@role("finance")
def reject(code: str) -> ResponseReturnValue:
    """Refuse a payout with a reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _show_one(code, form, status=422)
    with refusals_on(form), begin_work() as work:
        service.reject(work, current_actor(), code, form.reason.data)
    return _back(code, t("已拒绝，钱回到了对方的钱包。", "Rejected. The money is back in the partner's wallet."))


@blueprint.post("/finance/payouts/<code>/submit")
@role("finance")
def submit(code: str) -> ResponseReturnValue:
    """Send an approved payout that has waited."""
    with begin_work() as work:
        service.submit(work, current_actor(), code)
    return _back(code, t("正在打款。", "On its way."))


@blueprint.post("/finance/payouts/<code>/retry")
@role("finance")
def retry(code: str) -> ResponseReturnValue:
    """Send a failed payout again."""
    with begin_work() as work:
        service.retry(work, current_actor(), code)
    return _back(code, t("会重新打款。", "It will be sent again."))


@blueprint.post("/finance/payouts/<code>/ask")
@role("finance")
def ask(code: str) -> ResponseReturnValue:
    """Ask the gateway once more how the last send ended."""
    with begin_work() as work:
        asked = service.ask_again(work, current_actor(), code)
    return _back(code, t("正在查。", "Asking now.") if asked else t("结果已经知道了。", "We know how it ended."))


@blueprint.post("/finance/payouts/<code>/return")
@role("finance")
def take_back(code: str) -> ResponseReturnValue:
    """Note that a bank sent a payment back."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _show_one(code, form, status=422)
    with refusals_on(form), begin_work() as work:
        service.take_back(work, current_actor(), code, form.reason.data)
    return _back(code, t("已记下退回，钱回到了对方的钱包。", "Noted. The money is back in the partner's wallet."))


@blueprint.post("/finance/payouts/<code>/account")
@role("finance")
def show_account(code: str) -> ResponseReturnValue:
    """Show the full bank account once; who looked is kept."""
    with begin_work() as work:
        details = service.show_details(work, current_actor(), code)
    return _show_one(code, ReasonForm(formdata=None), details)


def _show_one(
    code: str, form: ReasonForm, details: BankDetails | None = None, status: int = 200
) -> ResponseReturnValue:
    file, partner, people = queries.get_payout_file(begin_read(), code)
    return show(
        "finance_payout.html",
        status=status,
        file=file,
        partner=partner,
        named=people,
        form=form,
        details=details,
        is_own=partner.person_id == current_actor().person_id,
    )


def _back(code: str, said: str) -> ResponseReturnValue:
    return see_other(url_for("payouts.finance_payout", code=code), said)
