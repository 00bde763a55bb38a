"""What giving and taking does to a partner's purse; rows are named by their ids in money.md §7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.rules import Purse, Standing
from lms.commerce.ledger.rules import Account, Entry, gather, natural

ADA = 7


def _sums(entries: list[Entry]) -> dict[Account, int]:
    return {entry.account: natural(entry.account, entry.amount_minor) for entry in gather(entries)}


def test_b2_and_b3_a_clawback_is_owed_and_the_next_release_pays_it() -> None:
    purse = Purse(ADA, locked=False, spendable_minor=8000, debt_minor=0)
    taken = rules.take_back(purse, Standing(True, 10000), 10000, Account.COMMISSION_EXP)
    assert _sums(taken.entries) == {
        Account.AVAILABLE: -8000,
        Account.PARTNER_DEBT: 2000,
        Account.COMMISSION_EXP: -10000,
    }
    assert (taken.purse.spendable_minor, taken.purse.debt_minor) == (0, 2000)
    given_ = rules.release(taken.purse, Standing(False, 5000))
    assert _sums(given_.entries) == {Account.HELD: -5000, Account.PARTNER_DEBT: -2000, Account.AVAILABLE: 3000}
    assert (given_.purse.spendable_minor, given_.purse.debt_minor) == (3000, 0)


def test_b4_what_was_paid_out_is_owed() -> None:
    taken = rules.take_back(Purse(ADA, False, 0, 0), Standing(True, 10000), 10000, Account.COMMISSION_EXP)
    assert _sums(taken.entries) == {Account.PARTNER_DEBT: 10000, Account.COMMISSION_EXP: -10000}


def test_b6_a_canceled_payout_pays_the_debt_first() -> None:
    back = rules.credit_purse(Purse(ADA, False, 0, 10000), 50000)
    assert _sums(back.entries) == {Account.PARTNER_DEBT: -10000, Account.AVAILABLE: 40000}


def test_b7_a_dispute_on_held_money() -> None:
    purse = Purse(ADA, False, 0, 0)
    opened = rules.lock_line(purse, Standing(False, 10000))
    assert _sums(opened.entries) == {Account.HELD: -10000, Account.LOCKED: 10000}
    won = rules.free_line(opened.purse, opened.line)
    assert _sums(won.entries) == {Account.LOCKED: -10000, Account.HELD: 10000}
    lost = rules.take_back(opened.purse, opened.line, 10000, Account.COMMISSION_EXP)
    assert _sums(lost.entries) == {Account.LOCKED: -10000, Account.COMMISSION_EXP: -10000}
    assert (lost.line.live_minor, lost.line.locked_minor) == (0, 0)


def test_a_dispute_after_release_locks_what_is_there_and_lost_takes_the_rest() -> None:
    opened = rules.lock_line(Purse(ADA, False, 4000, 0), Standing(True, 10000))
    assert _sums(opened.entries) == {Account.AVAILABLE: -4000, Account.LOCKED: 4000}
    lost = rules.take_back(opened.purse, opened.line, 10000, Account.COMMISSION_EXP)
    assert _sums(lost.entries) == {
        Account.LOCKED: -4000,
        Account.PARTNER_DEBT: 6000,
        Account.COMMISSION_EXP: -10000,
    }


def test_while_a_partner_is_locked_one_account_stands_for_both() -> None:
    purse = Purse(ADA, True, 3000, 0)
    assert _sums(rules.accrue(purse, 500, Account.COMMISSION_EXP).entries)[Account.LOCKED] == 500
    held = rules.take_back(purse, Standing(False, 500), 200, Account.COMMISSION_EXP)
    assert _sums(held.entries) == {Account.LOCKED: -200, Account.COMMISSION_EXP: -200}
    released = rules.take_back(purse, Standing(True, 5000), 5000, Account.COMMISSION_EXP)
    assert _sums(released.entries)[Account.PARTNER_DEBT] == 2000
    assert gather(rules.lock_line(purse, Standing(False, 500)).entries) == []
    with pytest.raises(ValueError, match="does not allow"):
        rules.release(purse, Standing(False, 500))


def test_a_lock_and_its_end_undo_each_other() -> None:
    assert gather(rules.lock_purse(ADA, 500, 300) + rules.free_purse(ADA, 500, 300)) == []


@given(st.integers(0, 9999), st.integers(0, 9999), st.booleans())
def test_what_is_given_pays_debts_and_what_is_taken_is_owed(amount: int, there: int, locked: bool) -> None:
    """Invariant 4: one of what is there and what is owed is nothing."""
    for start in (Purse(ADA, locked, there, 0), Purse(ADA, locked, 0, there)):
        for change in (rules.credit_purse(start, amount), rules.charge(start, amount)):
            after = change.purse
            assert min(after.spendable_minor, after.debt_minor) == 0
            assert min(after.spendable_minor, after.debt_minor) >= 0
