"""Adjusting: finance gives to or takes from a partner by hand."""

from sqlalchemy import select

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.errors import AdjustedDifferently, AdjustedMeanwhile
from lms.affiliates.commissions.models import Adjustment
from lms.affiliates.commissions.queries.adjustments import list_like
from lms.affiliates.commissions.service import telling
from lms.affiliates.commissions.service.purses import hold_purse
from lms.affiliates.partners.service import lock_partner
from lms.commerce.ledger.rules import Account, Entry, credit, debit
from lms.commerce.ledger.service import post
from lms.kernel.db import insert_once
from lms.kernel.errors import Forbidden
from lms.kernel.money import Money
from lms.kernel.work import Actor, Work


def adjust(work: Work, who: Actor, partner_id: int, amount: Money, reason: str, client_key: str) -> bool:
    """Give (above 0) or take (below 0) an amount; tells whether it is new. A key books once per partner.

    What is given pays a debt first; what is taken and not there is owed. Refuses Forbidden (not finance, or
    one's own money), what `rules.check_adjustment` refuses, AdjustedDifferently, NotFound.
    """
    if not who.has("finance"):
        raise Forbidden
    words = rules.check_adjustment(amount, reason)
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


def require_seen(work: Work, partner_id: int, amount: Money, client_key: str, seen: int) -> None:
    """Hold the partner and refuse AdjustedMeanwhile when the same amount was booked after a person looked.

    `seen` is how many like it, booked lately by other forms, the person was shown.
    """
    lock_partner(work, partner_id)
    if len(list_like(work, partner_id, amount, client_key)) > seen:
        raise AdjustedMeanwhile(field="seen")


def _entries(purse: rules.Purse, amount_minor: int) -> list[Entry]:
    moved = rules.adjust_purse(purse, amount_minor).entries
    if amount_minor > 0:
        return [debit(Account.BONUS_EXP, amount_minor), *moved]
    return [*moved, credit(Account.BONUS_EXP, -amount_minor)]


def _require_same(work: Work, partner_id: int, client_key: str, amount: Money) -> None:
    owned = (Adjustment.partner_id == partner_id, Adjustment.client_key == client_key)
    row = work.session.execute(select(Adjustment.amount_minor, Adjustment.currency).where(*owned)).one()
    if Money(*row) != amount:
        raise AdjustedDifferently(field="amount")
