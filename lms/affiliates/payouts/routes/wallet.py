"""A partner's wallet, requests, and one payout with its story."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.partners.queries import require_partner
from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.errors import PayoutMoved
from lms.affiliates.payouts.forms import RequestForm
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.affiliates.payouts.rules import may_move
from lms.affiliates.payouts.rules.moves import PayoutState
from lms.kernel.money import Money, as_decimal
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.web.guards import current_actor, role
from lms.web.htmx import see_other
from lms.web.refusals import answer, refusals_on

_KEY_LENGTH = 20


@blueprint.get("/partner/wallet")
@role("partner")
def wallet() -> ResponseReturnValue:
    """Show what a partner has, what is on its way, and the form to ask for a payout."""
    return _show_wallet(None)


@blueprint.get("/partner/wallet/payouts")
@role("partner")
def payout_requests() -> ResponseReturnValue:
    """Lead whoever opens or reloads the address of the request to the wallet."""
    return see_other(url_for("payouts.wallet"))


@blueprint.post("/partner/wallet/payouts")
@role("partner")
def request_payout() -> ResponseReturnValue:
    """Ask for a payout; the same form sent twice asks once."""
    form = RequestForm()
    if not form.validate_on_submit():
        return _show_wallet(form, 422)
    code = ""
    with refusals_on(form), begin_work() as work:
        asked = service.request(work, current_actor(), form.amount_minor, form.currency.data, form.client_key.data)
        code = asked.code
    if form.errors:
        return _show_wallet(form, 422)
    said = t("已收到，财务会尽快审批。", "We have it. Finance will look at it soon.")
    return see_other(url_for("payouts.payout", code=code), said)


@blueprint.get("/partner/payouts/<code>")
@role("partner")
def payout(code: str) -> ResponseReturnValue:
    """Show one of the partner's own payouts and where it is."""
    read = begin_read()
    partner = require_partner(read, current_actor())
    file = queries.get_my_payout(read, partner.id, code)
    return show("payout.html", file=file, may_cancel=may_move(file.payout.state, PayoutState.CANCELED))


@blueprint.post("/partner/payouts/<code>/cancel")
@role("partner")
def cancel(code: str) -> ResponseReturnValue:
    """Take a request back before it is sent."""
    url = url_for("payouts.payout", code=code)
    try:
        with begin_work() as work:
            service.cancel(work, current_actor(), code)
    except PayoutMoved as refusal:
        return answer(refusal.status, refusal.message(), onward=(url, t("看这笔提现", "See this payout")))
    return see_other(url, t("已取消，钱回到了钱包。", "Canceled. The money is back."))


def _show_wallet(form: RequestForm | None, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    partner = require_partner(read, current_actor())
    currency = form.currency.data if form is not None else request.args.get("currency", "")
    page = queries.look_at_wallet(
        read, partner, service.minimum_minor(), currency or "", request.args.get("before", type=int)
    )
    if form is None:
        form = RequestForm(formdata=None, client_key=current_parts().codes.new(_KEY_LENGTH), currency=page.currency)
        if page.may_ask:
            form.amount.data = as_decimal(Money(page.balance.available, page.currency))
    return show("wallet.html", status=status, page=page, form=form)
