"""Finance notes what was moved between the house's own bank accounts."""

from flask import Response, url_for

from lms.commerce.ledger import queries
from lms.commerce.ledger.forms import FundingForm
from lms.commerce.ledger.funding import Direction, Transfer, fund, list_funded
from lms.commerce.ledger.routes.door import blueprint
from lms.commerce.ledger.rules import Account
from lms.commerce.ledger.wording import ACCOUNTS
from lms.kernel.money import Money
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.people.accounts.queries import list_people
from lms.web.amounts import money
from lms.web.dates import now, viewer_zone
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

_KEY_LENGTH = 20
_SHOWN = (Account.PAYOUT_BANK, Account.BANK)


@blueprint.get("/finance/funding")
@role("finance", "operator")
def funding() -> Response:
    """Show what the payout account holds, what was moved to it, and for finance the form."""
    today = now().astimezone(viewer_zone()).date()
    return _show(FundingForm(_currencies(), formdata=None, key=current_parts().codes.new(_KEY_LENGTH), day=today))


@blueprint.post("/finance/funding")
@role("finance")
def book_funding() -> Response:
    """Note a transfer; the same form sent twice books once."""
    form = FundingForm(_currencies())
    minor = form.amount.read(str(form.currency.data)) if form.validate_on_submit() else None
    if minor is None:
        return _show(form, 422)
    amount = Money(minor, str(form.currency.data))
    transfer = Transfer(amount, Direction(form.direction.data), form.day.data, str(form.reference.data))
    new = False
    with refusals_on(form), begin_work() as work:
        new = fund(work, current_actor(), transfer, str(form.key.data))
    if form.errors:
        return _show(form, 422)
    again = t("这笔已经记过，没有重复记。", "This was booked before and not booked twice.")
    return see_other(url_for(".funding"), t("已入账。", "Booked.") if new else again)


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
