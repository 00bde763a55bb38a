"""Setting the fair up, and leaving out what moves no money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from lms.affiliates.commissions.events import CommissionMoved
from lms.affiliates.payouts import service as payouts
from lms.affiliates.tracking.events import NumbersMoved
from lms.commerce.shop import service as selling
from lms.commerce.shop.rules import Terms
from lms.kernel.clock import FixedClock
from lms.kernel.outbox import Subscriptions
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import SYSTEM, begin_work
from lms.kernel.worker import drain
from lms.people.messages import service as messages
from tests.factories.accounts import make_people
from tests.factories.camps import make_cohort
from tests.factories.commissions import make_standard_plan
from tests.factories.partners import actor_of, make_partner, make_someone
from tests.fake_gateway import FakeGateway
from tests.flows.fair import OPENING, PRICE, Fair
from tests.flows.killing import Kept
from tests.flows.money import CURRENCY


def hush(monkeypatch: pytest.MonkeyPatch, subscriptions: Subscriptions) -> None:
    """Leave out what moves no money, to be quick: notices with their mails, and counting boards."""
    monkeypatch.setattr(messages, "post", lambda *_given: 0)
    for event in (CommissionMoved, NumbersMoved):
        monkeypatch.setitem(subscriptions._by_event, event.__name__, [])


def build(app: Flask, clock: FixedClock, kept: Callable[[], Kept]) -> Fair:
    """Set the fair up once: a cohort of two seats for three buyers, and partners with accounts at the gateway."""
    clock.at = OPENING
    parts: Parts = app.extensions[EXTENSION]
    gate = FakeGateway(lambda: parts.clock.now())
    with begin_work() as w:
        cohort = make_cohort(w, seats=2, starts_on=date(2026, 12, 12))
        selling.set_offer(w, SYSTEM, cohort.code, Terms(PRICE, CURRENCY))
        make_standard_plan(w)
        buyers, finance = make_people(w, 3), make_someone(w, "财务", roles=("finance",))
        made = [make_partner(w, name) for name in ("Ada Lin", "Bo Wen")]
        for person, _ in made:
            wanted = payouts.begin_account(w, actor_of(w, person), "SG")
            account = gate.enable(gate.open_account(wanted.key, person.email, "SG").id)
            payouts.note_account(w, account, wanted.destination_id)
    drain(app)
    people, sellers = [person for person, _ in made], [partner for _, partner in made]
    return Fair(app, clock, cohort, buyers, sellers, people, finance, kept(), gate)
