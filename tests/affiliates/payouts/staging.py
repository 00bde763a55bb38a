"""Small words of the tests of payouts."""

from __future__ import annotations

from lms.affiliates.payouts import queries
from lms.affiliates.payouts.queries.payouts import PayoutFile
from lms.commerce.ledger import queries as ledger
from lms.kernel.work import Read


class Someone:
    """A stand-in with an id, for sign_in."""

    def __init__(self, id_: int) -> None:
        self.id = id_


def story(read: Read, code: str) -> PayoutFile:
    return queries.get_payout_file(read, code)[0]


def balances(read: Read) -> dict[str, int]:
    return {line.account.value: line.balance_minor for line in ledger.trial_balance(read) if line.balance_minor}


def require_even(read: Read) -> None:
    lines = ledger.trial_balance(read)
    assert sum(line.debit_minor for line in lines) == sum(line.credit_minor for line in lines)
