"""What makes a journal right."""

import pytest

from lms.commerce.ledger.rules import OWNED, Account, Entry, Side, credit, debit, gather, require_balanced, side_of


def test_a_journal_sums_to_nothing() -> None:
    require_balanced([debit(Account.PSP_CLEARING, 5), credit(Account.DEFERRED_TUITION, 5)])
    with pytest.raises(ValueError, match="does not balance"):
        require_balanced([debit(Account.PSP_CLEARING, 5), credit(Account.DEFERRED_TUITION, 4)])


@pytest.mark.parametrize(
    "entry", [Entry(Account.HELD, 5), Entry(Account.TUITION, 5, 3), Entry(Account.AGENT_RECEIVABLE, 5)]
)
def test_owners_are_named_where_there_are_some_and_only_there(entry: Entry) -> None:
    with pytest.raises(ValueError, match="owner"):
        require_balanced([entry, Entry(Account.BANK, -5)])


def test_floats_never_reach_the_books() -> None:
    with pytest.raises(TypeError):
        require_balanced([Entry(Account.BANK, 1.0), Entry(Account.TUITION, -1)])  # type: ignore[arg-type]


def test_lines_of_one_account_are_put_together() -> None:
    house = [debit(Account.BANK, 3), credit(Account.BANK, 3)]
    lines = gather([*house, debit(Account.HELD, 2, 7), debit(Account.HELD, 1, 7)])
    assert lines == [Entry(Account.HELD, 3, 7)]


def test_every_account_has_a_side_and_owners_only_where_somebody_owns() -> None:
    sides = {account: side_of(account) for account in Account}
    assert [a for a, side in sides.items() if side is Side.INCOME] == [Account.TUITION, Account.FORFEIT_INCOME]
    assert all(sides[account] in (Side.ASSET, Side.LIABILITY) for account in OWNED)
    assert sides[Account.PARTNER_DEBT] is Side.ASSET and sides[Account.HELD] is Side.LIABILITY
