"""A partner's money as finance sees it, and what is given or taken by hand."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.commissions import queries, rules, service
from lms.affiliates.commissions.forms import AdjustForm
from lms.affiliates.commissions.routes.door import blueprint
from lms.affiliates.partners import queries as partners
from lms.affiliates.partners.queries import Partner
from lms.commerce.ledger import queries as ledger
from lms.kernel.errors import Forbidden
from lms.kernel.money import Money
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.people.accounts.queries import get_person, list_people
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

PAGE = 20
_KEY_LENGTH = 20


@blueprint.get("/finance/partners/<code>")
@role("finance")
def partner_money(code: str) -> ResponseReturnValue:
    """Show a partner's wallet, lines and adjustments, and the form to give or take by hand."""
    return _show(code, AdjustForm(formdata=None, key=current_parts().codes.new(_KEY_LENGTH)))


@blueprint.post("/finance/partners/<code>")
@role("finance")
def adjust(code: str) -> ResponseReturnValue:
    """Give to or take from a partner, after a confirming page; a form books once. Never one's own money."""
    partner = partners.get_partner_by_code(begin_read(), code)
    form = AdjustForm()
    amount = _amount(form) if form.validate_on_submit() else None
    if amount is None:
        return _show(code, form, 422)
    with refusals_on(form):
        rules.check_adjustment(amount, form.reason.data or "")
    if form.errors:
        return _show(code, form, 422)
    return _book(partner, form, amount) if form.confirmed.data else _confirm(partner, form, amount)


def _book(partner: Partner, form: AdjustForm, amount: Money) -> ResponseReturnValue:
    key, new = form.key.data or "", False
    with refusals_on(form), begin_work() as work:
        service.require_seen(work, partner.id, amount, key, form.seen_count())
        new = service.adjust(work, current_actor(), partner.id, amount, form.reason.data or "", key)
    if form.seen.errors:
        return _confirm(partner, form, amount, 409)
    if form.errors:
        return _show(partner.code, form, 422)
    said = t("已入账，原因会发给对方。", "Booked. The reason is on its way to them.")
    again = t("这笔已经记过，没有重复记。", "This was booked before and not booked twice.")
    return see_other(url_for(".partner_money", code=partner.code), said if new else again)


def _confirm(partner: Partner, form: AdjustForm, amount: Money, status: int = 200) -> ResponseReturnValue:
    """Show what the adjustment would do, and whether the same was booked lately; nothing is booked yet."""
    if partner.person_id == current_actor().person_id:
        raise Forbidden
    read = begin_read()
    purse = queries.look_at_purse(read, partner, amount.currency)
    return render(
        "affiliates/commissions/adjust_confirm.html",
        status=status,
        partner=partner,
        person=get_person(read, partner.person_id),
        form=form,
        amount=amount,
        before=purse,
        after=rules.adjust_purse(purse, amount.minor).purse,
        like=queries.list_like(read, partner.id, amount, form.key.data or ""),
    )


def _amount(form: AdjustForm) -> Money | None:
    """Read what is to be booked; None with an error at the amount when it cannot be read."""
    minor = form.minor(str(form.currency.data))
    return None if minor is None else Money(minor, str(form.currency.data))


def _show(code: str, form: AdjustForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    partner = partners.get_partner_by_code(read, code)
    lines = queries.list_lines(read, partner.id, before=request.args.get("before", type=int), limit=PAGE + 1)
    adjusted = queries.list_adjustments(read, partner.id)
    return render(
        "affiliates/commissions/partner_money.html",
        status=status,
        partner=partner,
        person=get_person(read, partner.person_id),
        wallets=ledger.wallets_of(read, partner.id),
        lines=lines[:PAGE],
        older=lines[PAGE - 1].id if len(lines) > PAGE else None,
        adjusted=adjusted,
        makers=list_people(read, [one.made_by for one in adjusted if one.made_by is not None]),
        is_own=partner.person_id == current_actor().person_id,
        sees_console=current_actor().has("operator"),
        form=form,
    )
