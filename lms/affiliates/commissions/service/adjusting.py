"""Adjusting: finance gives to or takes from a partner by hand."""

from sqlalchemy import select

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.errors import AdjustedDifferently, AdjustmentInvalid
from lms.affiliates.commissions.models import Adjustment
from lms.affiliates.commissions.service import telling
from lms.affiliates.commissions.service.purses import hold_purse
from lms.commerce.ledger.rules import Account, Entry, credit, debit
from lms.commerce.ledger.service import post
from lms.kernel.db import insert_once
from lms.kernel.errors import Forbidden
from lms.kernel.money import Money
from lms.kernel.work import Actor, Work


def adjust(work: Work, who: Actor, partner_id: int, amount: Money, reason: str, client_key: str) -> bool:
    """Give (above 0) or take (below 0) an amount; tells whether it is new. A key books once per partner.

    What is given pays a debt first; what is taken and not there is owed. Refuses Forbidden (not finance, or
    one's own money), AdjustmentInvalid, AdjustedDifferently, NotFound.
    """
    words = reason.strip()
    if not who.has("finance"):
        raise Forbidden
    if amount.minor == 0 or not words or len(words) > rules.MOST_REASON:
        raise AdjustmentInvalid(field="reason" if amount.minor else "amount")
    held = hold_purse(work, partner_id, amount.currency)
    if held.partner.person_id == who.person_id:
        raise Forbidden
    values = {"currency": amount.currency, "amount_minor": amount.minor}
    owned = {"partner_id": partner_id, "client_key": client_key}
    made = {"reason": words, "made_by": who.person_id, "made_at": work.now}
    if not insert_once(work, Adjustment, list(owned), **owned, **values, **made):
        _require_same(work, partner_id, client_key, amount)
        return False
    post(work, f"partner:{partner_id}", f"adjusted:{client_key}", amount.currency, _entries(held.purse, amount.minor))
    after = {**values, "reason": words}
    work.audit("partner.adjusted", subject=f"partner:{held.partner.code}", after=after)
    telling.adjusted(work, held.partner, amount, words, client_key)
    return True


def _entries(purse: rules.Purse, amount_minor: int) -> list[Entry]:
    if amount_minor > 0:
        return [debit(Account.BONUS_EXP, amount_minor), *rules.credit_purse(purse, amount_minor).entries]
    return [*rules.charge(purse, -amount_minor).entries, credit(Account.BONUS_EXP, -amount_minor)]


def _require_same(work: Work, partner_id: int, client_key: str, amount: Money) -> None:
    owned = (Adjustment.partner_id == partner_id, Adjustment.client_key == client_key)
    row = work.session.execute(select(Adjustment.amount_minor, Adjustment.currency).where(*owned)).one()
    if Money(*row) != amount:
        raise AdjustedDifferently(field="amount")
