"""Money that agents collected and bring to the bank."""

from sqlalchemy import select

from lms.commerce.ledger.queries import owned
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.commerce.shop.errors import (
    AgentHoldsLess,
    AgentIsBuyer,
    AlreadyCollected,
    AmountZero,
    HandedInMeanwhile,
    NotAnAgent,
)
from lms.kernel.db import insert_new
from lms.kernel.money import Money, write_money
from lms.kernel.text import current_language
from lms.kernel.work import Actor, Read, Work
from lms.people.accounts.queries import get_person, roles_of

_AGENTS = frozenset({"partner", "tutor", "operator", "finance"})


def require_agent(read: Read, buyer_id: int, agent_id: int) -> None:
    """Refuse NotAnAgent for anybody but approved partners and staff, and AgentIsBuyer."""
    if agent_id == buyer_id:
        raise AgentIsBuyer(field="agent")
    if not roles_of(read, agent_id) & _AGENTS:
        raise NotAnAgent(field="agent")


def require_same_agent(read: Read, paid: tables.Payment | None, agent_id: int) -> None:
    """Refuse AlreadyCollected when somebody else has collected the money of an order."""
    if paid is not None and paid.agent_id not in (None, agent_id):
        raise AlreadyCollected(who=get_person(read, paid.agent_id or 0).display_name)


def require_held(read: Read, agent_id: int, amount: Money) -> None:
    """Refuse AgentHoldsLess when an agent has less of the collected money left than an amount."""
    held = owned(read, Account.AGENT_RECEIVABLE, amount.currency).get(agent_id, 0)
    if held < amount.minor:
        words = write_money(Money(held, amount.currency), current_language())
        raise AgentHoldsLess(who=get_person(read, agent_id).display_name, held=words)


def hand_in(work: Work, who: Actor, agent_id: int, amount: Money, key: str) -> bool:
    """Book what an agent brought to the bank; `key` names it (`hand_in_key`), so that twice is once.

    Tells whether it is new. Refuses AmountZero, HandedInMeanwhile when the key is another amount's, and
    BalanceTooLow for more than was collected.
    """
    if amount.minor <= 0:
        raise AmountZero(field="amount")
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
        _require_same(work, key, amount)
        return False
    entries = [debit(Account.BANK, amount.minor), credit(Account.AGENT_RECEIVABLE, amount.minor, agent_id)]
    post(work, f"agent:{agent_id}", f"handed_in:{id_}", amount.currency, entries)
    work.audit(
        "collected.handed_in",
        subject=f"person:{agent_id}",
        after={"amount_minor": amount.minor, "currency": amount.currency},
    )
    return True


def hand_in_key(agent_id: int, currency: str, seen: int) -> str:
    """Name what an agent hands in after the `seen` before it: of two pages that know the same, one books."""
    return f"{agent_id}:{currency}:{seen}"


def _require_same(work: Work, key: str, amount: Money) -> None:
    row = tables.HandIn
    booked = work.session.execute(select(row.amount_minor, row.currency).where(row.key == key)).one()
    if Money(*booked) != amount:
        raise HandedInMeanwhile
