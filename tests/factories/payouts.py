"""Partners with money in their wallets, and where it goes, for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from lms.affiliates.partners.queries import Partner
from lms.affiliates.partners.service import lock_partner
from lms.affiliates.payouts import service
from lms.affiliates.payouts.queries.payouts import Payout
from lms.affiliates.payouts.rules import check_bank_details
from lms.commerce.gateway.rules import ConnectedAccount
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger import service as books
from lms.commerce.ledger.rules import Account, credit, debit
from lms.kernel.work import Actor, Work
from lms.people.accounts.queries import Person
from tests.factories.partners import actor_of, make_partner, make_someone

CARD = "6225 8801 2345 6783"
IBAN = "DE89 3704 0044 0532 0130 00"
_numbers = count(1)


def earn(work: Work, partner_id: int, amount_minor: int, *, currency: str = "CNY", released: bool = True) -> None:
    """Post a commission as the books see it: accrued to held and, unless told otherwise, released; debt first."""
    lock_partner(work, partner_id)
    source = f"commission:{9_000_000 + next(_numbers)}"
    accrued = [debit(Account.COMMISSION_EXP, amount_minor), credit(Account.HELD, amount_minor, partner_id)]
    books.post(work, source, "accrued", currency, accrued)
    if released:
        owed = min(amount_minor, ledger.wallet(work, partner_id, currency).debt)
        books.post(
            work,
            source,
            "released",
            currency,
            [
                debit(Account.HELD, amount_minor, partner_id),
                credit(Account.PARTNER_DEBT, owed, partner_id),
                credit(Account.AVAILABLE, amount_minor - owed, partner_id),
            ],
        )


def claw_back(work: Work, partner_id: int, amount_minor: int, currency: str = "CNY") -> None:
    """Post a clawback after release: from available, the rest is owed."""
    lock_partner(work, partner_id)
    taken = min(amount_minor, ledger.wallet(work, partner_id, currency).available)
    books.post(
        work,
        f"commission:{9_500_000 + next(_numbers)}",
        "refund:1",
        currency,
        [
            debit(Account.AVAILABLE, taken, partner_id),
            debit(Account.PARTNER_DEBT, amount_minor - taken, partner_id),
            credit(Account.COMMISSION_EXP, amount_minor),
        ],
    )


def make_earner(
    work: Work, amount_minor: int = 50_000, *, name: str = "Ada Lin", kind: str | None = "bank", **over: Any
) -> tuple[Person, Partner]:
    """Make a partner with money available and, unless `kind` is None, a ready destination."""
    person, partner = make_partner(work, name)
    if amount_minor:
        earn(work, partner.id, amount_minor, **over)
    who = actor_of(work, person)
    if kind == "bank":
        service.set_bank(work, who, check_bank_details("林达", "招商银行", CARD))
    elif kind == "connect":
        wanted = service.begin_account(work, who, "SG")
        account = ConnectedAccount(f"acct_{partner.id:08}", True, True)
        service.note_account(work, account, wanted.destination_id)
    return person, partner


def make_finance(work: Work, name: str = "财务小何") -> Actor:
    """Make somebody in finance."""
    return actor_of(work, make_someone(work, name, roles=("student", "finance")))


def ask(work: Work, person: Person, amount_minor: int = 50_000, key: str = "") -> Payout:
    """Ask for a payout."""
    return service.request(work, actor_of(work, person), amount_minor, "CNY", key or f"key-{next(_numbers)}")
