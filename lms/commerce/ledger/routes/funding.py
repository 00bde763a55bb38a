"""Finance notes what was moved between the house's own bank accounts."""

from flask import Response, url_for

from lms.commerce.ledger import queries
from lms.commerce.ledger.forms import FundingForm
from lms.commerce.ledger.funding import Transfer, check_transfer, count_same, fund, list_funded, move_balances
from lms.commerce.ledger.routes.door import blueprint
from lms.commerce.ledger.rules import Account
from lms.commerce.ledger.wording import ACCOUNTS
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.people.accounts.queries import list_people
from lms.web.amounts import money
from lms.web.dates import now, viewer_zone
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

_SHOWN = (Account.PAYOUT_BANK, Account.BANK)


@blueprint.get("/finance/funding")
@role("finance", "operator")
def funding() -> Response:
    """Show what the payout account holds, what was moved to it, and for finance the form."""
    today = now().astimezone(viewer_zone()).date()
    return _show(FundingForm(_currencies(), formdata=None, day=today))


@blueprint.post("/finance/funding")
@role("finance")
def book_funding() -> Response:
    """Note a transfer after a confirming page; the same transfer books once unless a person says it is another."""
    form = FundingForm(_currencies())
    transfer = form.transfer() if form.validate_on_submit() else None
    if transfer is None:
        return _show(form, 422)
    with refusals_on(form):
        check_transfer(transfer)
    if form.errors:
        return _show(form, 422)
    return _book(form, transfer) if form.confirmed.data else _confirm(form, transfer)


def _book(form: FundingForm, transfer: Transfer) -> Response:
    with begin_work() as work:
        new = fund(work, current_actor(), transfer, form.seen_count())
    again = t("这笔已经记过，没有重复记。", "This was booked before and not booked twice.")
    return see_other(url_for(".funding"), t("已入账。", "Booked.") if new else again)


def _confirm(form: FundingForm, transfer: Transfer) -> Response:
    """Show what the transfer would do to both accounts and whether it is in the books; nothing is booked yet."""
    read = begin_read()
    moves = move_balances(read, transfer)
    return render(
        "commerce/ledger/funding_confirm.html",
        form=form,
        transfer=transfer,
        moves=[
            (str(ACCOUNTS[account]), _words(before, after, transfer.amount.currency))
            for account, (before, after) in moves.items()
        ],
        short=[str(ACCOUNTS[account]) for account, (before, after) in moves.items() if after < min(before, 0)],
        same=count_same(read, transfer),
    )


def _words(before: int, after: int, currency: str) -> str:
    return t(
        "现在 {now}，之后 {then}", "now {now}, then {then}", now=money(before, currency), then=money(after, currency)
    )


def _show(form: FundingForm, status: int = 200) -> Response:
    read = begin_read()
    lines = [line for line in queries.trial_balance(read) if line.account in _SHOWN]
    funded = list_funded(read)
    return render(
        "commerce/ledger/funding.html",
        status=status,
        form=form,
        balances=[(str(ACCOUNTS[line.account]), money(line.balance_minor, line.currency)) for line in lines],
        funded=funded,
        people=list_people(read, [one.by for one in funded if one.by is not None]),
        may_fund=current_actor().has("finance"),
    )


def _currencies() -> list[str]:
    return sorted({"CNY", *(line.currency for line in queries.trial_balance(begin_read()))})
