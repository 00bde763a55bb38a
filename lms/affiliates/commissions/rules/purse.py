"""How a partner's money moves (money.md §4): each move gives its journal entries and what it leaves.

While a partner is locked the account `locked` stands for held and available in every move; what of it may be
spent again once it is free is known from the lines, so no move ever takes what belongs to another line.
"""

from dataclasses import dataclass, replace

from lms.commerce.ledger.rules import Account, Entry, credit, debit


@dataclass(frozen=True)
class Purse:
    """A partner's money in one currency as a move finds it, minor units.

    `spendable_minor` is what is available, or while `locked` what will be when the lock ends. One of spendable
    and debt is 0.
    """

    partner_id: int
    locked: bool
    spendable_minor: int
    debt_minor: int

    @property
    def held(self) -> Account:
        """Name the account that unreleased money stands on."""
        return Account.LOCKED if self.locked else Account.HELD

    @property
    def open(self) -> Account:
        """Name the account that released money stands on."""
        return Account.LOCKED if self.locked else Account.AVAILABLE


@dataclass(frozen=True)
class Standing:
    """A line as a move finds it: what it is still worth, and how much of that a dispute keeps locked."""

    released: bool
    live_minor: int
    locked_minor: int = 0


@dataclass(frozen=True)
class Change:
    """A move: its entries, and the purse and the line after it."""

    entries: list[Entry]
    purse: Purse
    line: Standing


_NO_LINE = Standing(released=True, live_minor=0)


def accrue(purse: Purse, amount_minor: int, expense: Account) -> Change:
    """Earn an amount: it is held until the observation ends."""
    entries = [debit(expense, amount_minor), credit(purse.held, amount_minor, purse.partner_id)]
    return Change(entries, purse, Standing(released=False, live_minor=amount_minor))


def release(purse: Purse, line: Standing) -> Change:
    """End the observation of a line: what it is worth pays a debt first and is available for the rest."""
    _require(not purse.locked and not line.released and line.locked_minor == 0)
    paid = credit_purse(purse, line.live_minor)
    entries = [debit(Account.HELD, line.live_minor, purse.partner_id), *paid.entries]
    return Change(entries, paid.purse, replace(line, released=True))


def take_back(purse: Purse, line: Standing, amount_minor: int, expense: Account) -> Change:
    """Reduce a line: from what a dispute keeps first, then from held, or after release from available, then debt."""
    _require(0 <= amount_minor <= line.live_minor)
    from_locked = min(amount_minor, line.locked_minor)
    rest = amount_minor - from_locked
    entries = [debit(Account.LOCKED, from_locked, purse.partner_id)]
    left = purse
    if line.released:
        charged = charge(purse, rest)
        entries += charged.entries
        left = charged.purse
    else:
        entries.append(debit(purse.held, rest, purse.partner_id))
    entries.append(credit(expense, amount_minor))
    after = replace(line, live_minor=line.live_minor - amount_minor, locked_minor=line.locked_minor - from_locked)
    return Change(entries, left, after)


def lock_line(purse: Purse, line: Standing) -> Change:
    """Lock what a disputed line is worth; after release what is there of it."""
    wanted = line.live_minor - line.locked_minor
    amount = min(wanted, purse.spendable_minor) if line.released else wanted
    account = purse.open if line.released else purse.held
    entries = [debit(account, amount, purse.partner_id), credit(Account.LOCKED, amount, purse.partner_id)]
    left = replace(purse, spendable_minor=purse.spendable_minor - amount) if line.released else purse
    return Change(entries, left, replace(line, locked_minor=line.locked_minor + amount))


def free_line(purse: Purse, line: Standing) -> Change:
    """Give back what a dispute locked: to where it was, after release paying a debt first."""
    amount = line.locked_minor
    entries = [debit(Account.LOCKED, amount, purse.partner_id)]
    left = purse
    if line.released:
        paid = credit_purse(purse, amount)
        entries += paid.entries
        left = paid.purse
    else:
        entries.append(credit(purse.held, amount, purse.partner_id))
    return Change(entries, left, replace(line, locked_minor=0))


def credit_purse(purse: Purse, amount_minor: int) -> Change:
    """Give a partner an amount: it pays a debt first, the rest is available (or locked with everything else).

    The other side of the journal is the caller's: a bonus, a payout that came back.
    """
    _require(amount_minor >= 0)
    repaid = min(amount_minor, purse.debt_minor)
    rest = amount_minor - repaid
    entries = [
        credit(Account.PARTNER_DEBT, repaid, purse.partner_id),
        credit(purse.open, rest, purse.partner_id),
    ]
    left = replace(purse, spendable_minor=purse.spendable_minor + rest, debt_minor=purse.debt_minor - repaid)
    return Change(entries, left, _NO_LINE)


def charge(purse: Purse, amount_minor: int) -> Change:
    """Take an amount from a partner: what is available first, the rest is owed. The other side is the caller's."""
    _require(amount_minor >= 0)
    there = min(amount_minor, purse.spendable_minor)
    owed = amount_minor - there
    entries = [
        debit(purse.open, there, purse.partner_id),
        debit(Account.PARTNER_DEBT, owed, purse.partner_id),
    ]
    left = replace(purse, spendable_minor=purse.spendable_minor - there, debt_minor=purse.debt_minor + owed)
    return Change(entries, left, _NO_LINE)


def lock_purse(partner_id: int, held_minor: int, available_minor: int) -> list[Entry]:
    """Lock a partner's money: held and available stand on `locked` from now on."""
    return [
        debit(Account.HELD, held_minor, partner_id),
        debit(Account.AVAILABLE, available_minor, partner_id),
        credit(Account.LOCKED, held_minor + available_minor, partner_id),
    ]


def free_purse(partner_id: int, held_minor: int, available_minor: int) -> list[Entry]:
    """End a lock: each part goes back to where it was."""
    return [
        Entry(entry.account, -entry.amount_minor, partner_id)
        for entry in lock_purse(partner_id, held_minor, available_minor)
    ]


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("a move that the state of the line or the purse does not allow")
