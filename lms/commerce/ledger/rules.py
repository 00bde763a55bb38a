"""The chart of accounts and what makes a journal right (money.md §3). Signs: debit is positive, credit negative."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    """Every account there is, per currency. Which ones belong to a partner or an agent, `OWNED` says."""

    PSP_CLEARING = "psp_clearing"
    BANK = "bank"
    PAYOUT_BANK = "payout_bank"
    AGENT_RECEIVABLE = "agent_receivable"
    PARTNER_DEBT = "partner_debt"
    DISPUTE_RECEIVABLE = "dispute_receivable"
    DEFERRED_TUITION = "deferred_tuition"
    HELD = "held"
    AVAILABLE = "available"
    LOCKED = "locked"
    RESERVED = "reserved"
    IN_TRANSIT = "in_transit"
    TAX_PAYABLE = "tax_payable"
    TUITION = "tuition"
    REFUNDS = "refunds"
    COMMISSION_EXP = "commission_exp"
    UPLIFT_EXP = "uplift_exp"
    TEAM_EXP = "team_exp"
    BONUS_EXP = "bonus_exp"
    FORFEIT_INCOME = "forfeit_income"
    PSP_FEE = "psp_fee"
    PAYOUT_FEE = "payout_fee"
    DISPUTE_LOSS = "dispute_loss"
    BAD_DEBT = "bad_debt"
    FX_DIFF = "fx_diff"


class Side(StrEnum):
    """What an account is, which says the sign its balance has by nature."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


WALLET = (Account.HELD, Account.AVAILABLE, Account.LOCKED, Account.RESERVED, Account.IN_TRANSIT, Account.PARTNER_DEBT)
"""The accounts that are kept for each partner; the owner is the partner's id."""

OWNED = frozenset({*WALLET, Account.AGENT_RECEIVABLE})
"""Accounts with an owner: a partner, or for agent_receivable the person who collects."""

_ASSETS = frozenset(
    {
        Account.PSP_CLEARING,
        Account.BANK,
        Account.PAYOUT_BANK,
        Account.AGENT_RECEIVABLE,
        Account.PARTNER_DEBT,
        Account.DISPUTE_RECEIVABLE,
    }
)
_INCOME = frozenset({Account.TUITION, Account.FORFEIT_INCOME})
_LIABILITIES = frozenset({Account.DEFERRED_TUITION, Account.TAX_PAYABLE, *WALLET}) - {Account.PARTNER_DEBT}

NEVER_BELOW_ZERO = _LIABILITIES | OWNED
"""No liability, no debt and nobody's account ever goes below zero (money.md §5, 4)."""


def side_of(account: Account) -> Side:
    """Tell what an account is."""
    if account in _ASSETS:
        return Side.ASSET
    if account in _LIABILITIES:
        return Side.LIABILITY
    return Side.INCOME if account in _INCOME else Side.EXPENSE


def natural(account: Account, debit_minor: int) -> int:
    """Turn a sum of postings (debits positive) into the balance as people read it: positive on its own side."""
    return debit_minor if side_of(account) in (Side.ASSET, Side.EXPENSE) else -debit_minor


@dataclass(frozen=True)
class Entry:
    """One line of a journal: minor units of one currency, debit positive, credit negative. Owner 0 is the house."""

    account: Account
    amount_minor: int
    owner_id: int = 0


def debit(account: Account, amount_minor: int, owner_id: int = 0) -> Entry:
    """Book an amount to the debit side; a negative amount is a mistake and is refused by `require_balanced`."""
    return Entry(account, amount_minor, owner_id)


def credit(account: Account, amount_minor: int, owner_id: int = 0) -> Entry:
    """Book an amount to the credit side."""
    return Entry(account, -amount_minor, owner_id)


def gather(entries: Iterable[Entry]) -> list[Entry]:
    """Put the entries of each account together and leave out what comes to nothing, in order of first mention."""
    sums: dict[tuple[Account, int], int] = defaultdict(int)
    for entry in entries:
        sums[entry.account, entry.owner_id] += entry.amount_minor
    return [Entry(account, amount, owner) for (account, owner), amount in sums.items() if amount]


def require_balanced(entries: Sequence[Entry]) -> None:
    """Refuse (ValueError: a mistake of ours, never of a person's) entries that do not make a journal.

    They sum to 0; accounts of partners and agents name their owner, those of the house name none.
    """
    if sum(entry.amount_minor for entry in entries) != 0:
        raise ValueError(f"a journal that does not balance: {entries}")
    for entry in entries:
        if not isinstance(entry.amount_minor, int):
            raise TypeError(f"money is whole minor units: {entry}")
        if (entry.account in OWNED) != (entry.owner_id > 0):
            raise ValueError(f"an account without its owner, or an owner too many: {entry}")
