"""Where a partner's money goes."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.partners.queries import require_partner
from lms.affiliates.payouts import onboarding, queries, rules, service
from lms.affiliates.payouts.forms import AccountForm, BankForm
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.commerce.gateway import queries as gateway
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.web.again import SHOWN, TAKEN, has_proved, prove_first, prove_url
from lms.web.guards import current_actor, role
from lms.web.htmx import see_other
from lms.web.refusals import refusals_on


@blueprint.get("/partner/wallet/destination")
@role("partner")
def destination() -> ResponseReturnValue:
    """Show where money goes and how to change it."""
    return _show_destination(BankForm(formdata=None), AccountForm(formdata=None))


@blueprint.post("/partner/wallet/destination/bank")
@role("partner")
def set_bank() -> ResponseReturnValue:
    """Have money paid to a bank account from now on; only soon after the password was given."""
    if not has_proved(TAKEN):
        return _prove_first()
    form = BankForm()
    if not form.validate_on_submit():
        return _show_destination(form, AccountForm(formdata=None), 422)
    with refusals_on(form), begin_work() as work:
        details = rules.check_bank_details(form.holder.data, form.bank.data, form.number.data)
        service.set_bank(work, current_actor(), details)
    if form.errors:
        return _show_destination(form, AccountForm(formdata=None), 422)
    return see_other(url_for("payouts.wallet"), t("收款账户已更新。", "Your account is saved."))


@blueprint.post("/partner/wallet/destination/account")
@role("partner")
def open_account() -> ResponseReturnValue:
    """Open an account at the gateway and go there to say who one is; only soon after the password was given."""
    if not has_proved(TAKEN):
        return _prove_first()
    form = AccountForm()
    if not form.validate_on_submit():
        return _show_destination(BankForm(formdata=None), form, 422)
    onboarding.open_account(current_actor(), form.country.data)
    return see_other(url_for("payouts.onboard"))


@blueprint.get("/partner/wallet/destination/onboarding")
@role("partner")
def onboard() -> ResponseReturnValue:
    """Go on to the gateway's own page, with a fresh address each time: bank details are changed there too."""
    if not has_proved(TAKEN):
        return _prove_first()
    return redirect(onboarding.onboarding_url(current_actor()), 303)


@blueprint.get("/partner/wallet/destination/return")
@role("partner")
def come_back() -> ResponseReturnValue:
    """Come back from the gateway: ask it how far the account is; nothing is taken from the address."""
    onboarding.refresh_account(current_actor())
    return see_other(url_for("payouts.destination"))


def _prove_first() -> ResponseReturnValue:
    return prove_first(url_for("payouts.destination"))


def _show_destination(bank: BankForm, account: AccountForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    partner = require_partner(read, current_actor())
    return show(
        "destination.html",
        status=status,
        now_at=queries.payable_destination(read, partner.id),
        connect=queries.connect_destination(read, partner.id),
        offers_account=gateway.takes_payments(),
        prove_url="" if has_proved(SHOWN) or bank.errors or account.errors else prove_url(request.path),
        bank=bank,
        account=account,
    )
