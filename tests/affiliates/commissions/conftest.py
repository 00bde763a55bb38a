"""One partner, one cohort, one buyer and the plan for everybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask

from lms.affiliates.commissions import service
from lms.affiliates.partners.queries import Partner
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop.events import OrderPaid
from lms.kernel.clock import FixedClock
from lms.kernel.work import Work, begin_read
from lms.people.accounts.queries import Person
from tests.factories.camps import make_cohort
from tests.factories.commissions import Sale, make_sale, make_standard_plan
from tests.factories.partners import make_partner, make_someone

Open = Callable[[], AbstractContextManager[Work]]


@dataclass
class Scene:
    """The cast, and the few things that happen to them."""

    work: Open
    clock: FixedClock
    ada: Partner
    ada_person: Person
    buyer: Person
    sale: Sale
    plan: str

    def sell(self, partner: Partner | None = None, **over: Any) -> OrderPaid:
        """Let an order be paid and its commission be booked."""
        paid = self.place(partner, **over)
        with self.work() as w:
            service.accrue(w, paid)
        return paid

    def place(self, partner: Partner | None = None, **over: Any) -> OrderPaid:
        """Let an order be paid without anybody hearing of it yet."""
        with self.work() as w:
            return make_sale(w, replace(self.sale, **over), partner or self.ada)

    def wallet(self, partner: Partner | None = None, currency: str = "CNY") -> Wallet:
        """Look into a partner's accounts."""
        return ledger.wallet(begin_read(), (partner or self.ada).id, currency)

    def pay_out(self, gross: int, step: str) -> None:
        """Book what a payout of Ada's books, without the room above."""
        p = self.ada.id
        entries = {
            "requested": [debit(Account.AVAILABLE, gross, p), credit(Account.RESERVED, gross, p)],
            "submitted": [debit(Account.RESERVED, gross, p), credit(Account.IN_TRANSIT, gross, p)],
            "settled": [debit(Account.IN_TRANSIT, gross, p), credit(Account.PAYOUT_BANK, gross)],
        }
        with self.work() as w:
            post(w, "payout:1", step, "CNY", entries[step])

    def release(self) -> int:
        """Release what is due to Ada."""
        with self.work() as w:
            return service.release_due(w, self.ada.id)

    def refund(self, paid: OrderPaid, refund_id: int, amount_minor: int) -> None:
        """Tell of a refund."""
        with self.work() as w:
            service.claw_back(w, paid.order_id, refund_id, amount_minor)

    def dispute(self, paid: OrderPaid, dispute_id: int, outcome: str) -> None:
        """Tell of a dispute: opened, won or lost."""
        with self.work() as w:
            if outcome == "opened":
                service.open_dispute(w, paid.order_id, dispute_id, paid.net_minor)
            else:
                service.close_dispute(w, paid.order_id, dispute_id, paid.net_minor, outcome == "won")


@pytest.fixture
def scene(app: Flask, work: Open, clock: FixedClock) -> Scene:
    with work() as w:
        person, ada = make_partner(w)
        buyer = make_someone(w, "林晓")
        cohort = make_cohort(w)
        plan = make_standard_plan(w)
        return Scene(work, clock, ada, person, buyer, Sale(cohort, buyer.id), plan)
