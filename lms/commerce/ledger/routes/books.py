"""The books as finance reads them: the trial balance and the lines of an account."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta

from flask import Response, request

from lms.commerce.ledger import queries
from lms.commerce.ledger.queries import TrialLine
from lms.commerce.ledger.routes.door import blueprint
from lms.commerce.ledger.rules import OWNED, Account
from lms.commerce.ledger.wording import ACCOUNTS, SIDES, TRIAL_HEADS, step_text, thing_text
from lms.kernel.errors import NotFound
from lms.kernel.money import Money, as_decimal
from lms.kernel.work import Read, begin_read
from lms.people.accounts.queries import list_people
from lms.web.dates import now, viewer_zone
from lms.web.guards import current_actor, role
from lms.web.htmx import render
from lms.web.ports import ports


@blueprint.get("/finance/trial-balance")
@role("finance", "operator")
def trial_balance() -> Response:
    """Show every account's sums at the end of a day; `format=csv` gives the file."""
    day = _day(request.args.get("day", ""))
    lines = queries.trial_balance(begin_read(), _end_of(day))
    if request.args.get("format") == "csv":
        return _csv(lines, day)
    currencies = sorted({line.currency for line in lines})
    return render(
        "commerce/ledger/trial_balance.html",
        day=day,
        books=[(currency, [line for line in lines if line.currency == currency]) for currency in currencies],
        names=ACCOUNTS,
        sides=SIDES,
    )


@blueprint.get("/finance/accounts/<account>")
@role("finance", "operator")
def account_lines(account: str) -> Response:
    """Show the house's lines of one account, newest first; accounts with owners are shown one owner at a time."""
    if account not in list(Account):
        raise NotFound
    which, currency = Account(account), request.args.get("currency", "CNY")
    owner = request.args.get("owner", 0, int)
    before = request.args.get("before", None, int)
    read = begin_read()
    if which in OWNED and not owner:
        owners = queries.owned(read, which, currency)
        people = _names(read, which, list(owners))
        return render(
            "commerce/ledger/owners.html",
            account=which, currency=currency, owners=owners, whose=people, names=ACCOUNTS,
            pages=_partner_pages(read, which, list(owners)),
        )  # fmt: skip
    lines = queries.list_account(read, which, currency, owner, before)
    older = lines[-1].journal_id if len(lines) == queries.PAGE else None
    return render(
        "commerce/ledger/account.html",
        account=which, currency=currency, owner=owner, lines=lines, older=older, names=ACCOUNTS,
        thing_text=thing_text, step_text=step_text,
        whose=_names(read, which, [owner]).get(owner, "") if owner else "",
        leads=ports.where_sources_lead(read, current_actor(), sorted({line.source for line in lines})),
        page=_partner_pages(read, which, [owner]).get(owner, "") if owner else "",
    )  # fmt: skip


def _names(read: Read, account: Account, ids: list[int]) -> dict[int, str]:
    if account is Account.AGENT_RECEIVABLE:
        return {id_: person.display_name for id_, person in list_people(read, ids).items()}
    return ports.partner_names(read, ids)


def _partner_pages(read: Read, account: Account, ids: list[int]) -> dict[int, str]:
    """Give where finance sees the partners who own accounts; nothing for others, nor for agents."""
    if account is Account.AGENT_RECEIVABLE or not current_actor().has("finance"):
        return {}
    return {id_: f"/finance/partners/{code}" for id_, code in ports.partner_codes(read, ids).items()}


def _day(typed: str) -> date:
    """Read the day asked for; anything else, and days to come, mean today."""
    here = now().astimezone(viewer_zone()).date()
    try:
        return min(date.fromisoformat(typed), here)
    except ValueError:
        return here


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), viewer_zone())


def _csv(lines: list[TrialLine], day: date) -> Response:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([str(head) for head in TRIAL_HEADS])
    for line in lines:
        amounts = (line.debit_minor, line.credit_minor, line.balance_minor)
        table.writerow(
            [
                line.account,
                str(ACCOUNTS[line.account]),
                line.currency,
                *(as_decimal(Money(minor, line.currency)) for minor in amounts),
            ]
        )
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="trial-balance-{day.isoformat()}.csv"'
    return response
