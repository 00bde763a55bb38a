"""Money that agents collected and bring to the bank."""

from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.kernel.db import insert_new
from lms.kernel.errors import Invalid
from lms.kernel.money import Money
from lms.kernel.work import Actor, Work


def hand_in(work: Work, who: Actor, agent_id: int, amount: Money, key: str) -> bool:
    """Book what an agent brought to the bank; `key` comes with the form, so that twice is once.

    Tells whether it is new. Refuses Invalid for nothing, BalanceTooLow for more than was collected.
    """
    if amount.minor <= 0:
        raise Invalid(field="amount")
    id_ = insert_new(
        work,
        tables.HandIn,
        ["key"],
        key=key,
        agent_id=agent_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        confirmed_by=who.person_id,
        at=work.now,
    )
    if id_ is None:
        return False
    entries = [debit(Account.BANK, amount.minor), credit(Account.AGENT_RECEIVABLE, amount.minor, agent_id)]
    post(work, f"agent:{agent_id}", f"handed_in:{id_}", amount.currency, entries)
    work.audit(
        "collected.handed_in",
        subject=f"person:{agent_id}",
        after={"amount_minor": amount.minor, "currency": amount.currency},
    )
    return True
