"""Finance: the home page, one payout, and decisions about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.forms import ReasonForm
from lms.affiliates.payouts.queries import PayoutFile
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.affiliates.payouts.rules import (
    SENT_BY_ITSELF_WITHIN,
    BankDetails,
    DestinationKind,
    PayoutState,
    is_overdue,
)
from lms.kernel.errors import Conflict
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.web.guards import current_actor, role
from lms.web.htmx import see_other
from lms.web.refusals import refusals_on


@blueprint.get("/finance")
@role("finance")
def finance() -> ResponseReturnValue:
    """Show what was sold today, what waits for finance, and whether the books are equal."""
    return show("finance.html", desk=queries.look_at_desk(begin_read()))


@blueprint.get("/finance/payouts/<code>")
@role("finance")
def finance_payout(code: str) -> ResponseReturnValue:
    """Show one payout, its sends and what can be done."""
    return _show_one(code, ReasonForm(formdata=None))


@blueprint.post("/finance/payouts/<code>/approve")
@role("finance")
def approve(code: str) -> ResponseReturnValue:
    """Let a payout go."""
    with _moved() as moved, begin_work() as work:
        service.approve(work, current_actor(), code)
    return _end(code, moved, t("已通过。", "Approved."))


@blueprint.post("/finance/payouts/<code>/reject")
@role("finance")
def reject(code: str) -> ResponseReturnValue:
    """Refuse a payout with a reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _show_one(code, form, status=422)
    with _moved() as moved, refusals_on(form), begin_work() as work:
        service.reject(work, current_actor(), code, form.reason.data)
    if form.errors:
        return _show_one(code, form, status=422)
    return _end(code, moved, t("已拒绝，钱回到了对方的钱包。", "Rejected. The money is back in the partner's wallet."))


@blueprint.post("/finance/payouts/<code>/submit")
@role("finance")
def submit(code: str) -> ResponseReturnValue:
    """Send an approved payout that has waited."""
    with _moved() as moved, begin_work() as work:
        service.submit(work, current_actor(), code)
    return _end(code, moved, t("正在打款。", "On its way."))


@blueprint.post("/finance/payouts/<code>/retry")
@role("finance")
def retry(code: str) -> ResponseReturnValue:
    """Send a failed payout again."""
    with _moved() as moved, begin_work() as work:
        service.retry(work, current_actor(), code)
    return _end(code, moved, t("会重新打款。", "It will be sent again."))


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
    with _moved() as moved, refusals_on(form), begin_work() as work:
        service.take_back(work, current_actor(), code, form.reason.data)
    if form.errors:
        return _show_one(code, form, status=422)
    return _end(code, moved, t("已记下退回，钱回到了对方的钱包。", "Noted. The money is back in the partner's wallet."))


@blueprint.post("/finance/payouts/<code>/account")
@role("finance")
def show_account(code: str) -> ResponseReturnValue:
    """Show the full bank account once; who looked is kept."""
    with begin_work() as work:
        details = service.show_details(work, current_actor(), code)
    return _show_one(code, ReasonForm(formdata=None), details)


def _show_one(
    code: str, form: ReasonForm, details: BankDetails | None = None, status: int = 200, said: str = ""
) -> ResponseReturnValue:
    read = begin_read()
    file, partner, people = queries.get_payout_file(read, code)
    return show(
        "finance_payout.html",
        status=status,
        said=said,
        file=file,
        partner=partner,
        named=people,
        form=form,
        details=details,
        is_own=partner.person_id == current_actor().person_id,
        is_overdue=is_overdue(file.payout.state, file.destination.kind, file.payout.submitted_at, read.now),
        waits_for=_waits_for(read, file, partner),
        changed_at=_changed_at(read, file),
    )


def _changed_at(read: Read, file: PayoutFile) -> datetime | None:
    """Tell when the account was changed lately, as long as the money may still be stopped."""
    if file.payout.state not in (PayoutState.REQUESTED, PayoutState.APPROVED):
        return None
    return queries.changed_lately(read, [file.destination.id]).get(file.destination.id)


def _waits_for(read: Read, file: PayoutFile, partner: Partner) -> str:
    """Name why an approved transfer has not left by itself: unlocking, readiness, the worker, or somebody's push."""
    one = file.payout
    if one.state is not PayoutState.APPROVED or file.destination.kind is not DestinationKind.CONNECT:
        return ""
    if partner.is_locked:
        return "unlocking"
    if not file.destination.ready:
        return "account"
    return "worker" if one.decided_at and read.now - one.decided_at < SENT_BY_ITSELF_WITHIN else "push"


@contextmanager
def _moved() -> Iterator[list[Conflict]]:
    """Keep why a deed came too late, for the page of the payout to say."""
    found: list[Conflict] = []
    try:
        yield found
    except Conflict as refusal:
        found.append(refusal)


def _end(code: str, moved: list[Conflict], said: str) -> ResponseReturnValue:
    """Send on to the payout; what was asked in a stale tab is answered with how far it is now."""
    if moved:
        return _show_one(code, ReasonForm(formdata=None), status=moved[0].status, said=str(moved[0]))
    return _back(code, said)


def _back(code: str, said: str) -> ResponseReturnValue:
    return see_other(url_for("payouts.finance_payout", code=code), said)
