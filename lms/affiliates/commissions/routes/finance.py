"""A partner's money as finance sees it, and what is given or taken by hand."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.commissions import queries, service
from lms.affiliates.commissions.forms import AdjustForm
from lms.affiliates.commissions.routes.door import blueprint
from lms.affiliates.partners import queries as partners
from lms.commerce.ledger import queries as ledger
from lms.kernel.money import Money
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.people.accounts.queries import list_people
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
    """Give to or take from a partner; the same form sent twice books once. Never one's own money."""
    partner = partners.get_partner_by_code(begin_read(), code)
    form = AdjustForm()
    if not form.validate_on_submit():
        return _show(code, form, 422)
    currency = str(form.currency.data)
    minor = form.minor(currency)
    if minor is None:
        return _show(code, form, 422)
    new = False
    with refusals_on(form), begin_work() as work:
        amount, reason = Money(minor, currency), form.reason.data or ""
        new = service.adjust(work, current_actor(), partner.id, amount, reason, form.key.data or "")
    if form.errors:
        return _show(code, form, 422)
    said = t("已入账，原因会发给对方。", "Booked. The reason is on its way to them.")
    again = t("这笔已经记过，没有重复记。", "This was booked before and not booked twice.")
    return see_other(url_for(".partner_money", code=partner.code), said if new else again)


def _show(code: str, form: AdjustForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    partner = partners.get_partner_by_code(read, code)
    lines = queries.list_lines(read, partner.id, before=request.args.get("before", type=int), limit=PAGE + 1)
    adjusted = queries.list_adjustments(read, partner.id)
    return render(
        "affiliates/commissions/partner_money.html",
        status=status,
        partner=partner,
        wallets=ledger.wallets_of(read, partner.id),
        lines=lines[:PAGE],
        older=lines[PAGE - 1].id if len(lines) > PAGE else None,
        adjusted=adjusted,
        makers=list_people(read, [one.made_by for one in adjusted if one.made_by is not None]),
        is_own=partner.person_id == current_actor().person_id,
        sees_console=current_actor().has("operator"),
        form=form,
    )
