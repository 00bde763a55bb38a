"""Small words of the tests of the shop."""

from __future__ import annotations

from lms.commerce.ledger import queries as ledger
from lms.people.messages.queries import list_notices
from tests.factories.shop import Stall


def balances(stall: Stall) -> dict[str, int]:
    """Give what every account of the house holds, by its own nature."""
    return {line.account.value: line.balance_minor for line in ledger.trial_balance(stall.read())}


def topics(stall: Stall, person_id: int) -> list[str]:
    return [notice.topic.rsplit("/", 1)[1] for notice in list_notices(stall.read(), person_id)]
