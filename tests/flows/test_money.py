"""From checkout to a partner's payout and back, on both engines, with the worker killed on the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts import service as payouts
from lms.affiliates.payouts.models import Payout
from lms.affiliates.tracking.queries import default_link
from lms.commerce.gateway.rules import ConnectedAccount
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.commerce.shop import queries as shop
from lms.commerce.shop import service as selling
from lms.commerce.shop.models import ShopOrder
from lms.commerce.shop.rules import Terms
from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import SYSTEM, Actor, Read, Work, begin_work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.factories.accounts import make_people
from tests.factories.camps import make_cohort
from tests.factories.commissions import make_standard_plan
from tests.factories.partners import actor_of, make_partner, make_someone
from tests.factories.shop import Stall
from tests.flows.money import (
    LastingGateway,
    assert_money_holds,
    assert_nothing_paid_twice,
    tell_dispute,
    tell_paid,
    tell_refund,
)
from tests.flows.playing import Flow, Phase, assert_same

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
PRICE = 39900
OPERATOR = Actor(None, frozenset({"operator"}))


def at(day: int, hour: int) -> datetime:
    """A moment of a working month without holidays, December 2026."""
    return datetime(2026, 12, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Market:
    """A partner with an account at the gateway, three people who come through the link, and finance."""

    stall: Stall
    gate: LastingGateway
    partner: Partner
    person: Person
    cohort: Cohort
    buyers: list[Person]
    finance: Person
    referral: dict[str, Any]

    def order(self, n: int) -> ShopOrder:
        found = select(ShopOrder).where(ShopOrder.buyer_id == self.buyers[n].id)
        return self.stall.read().session.scalars(found).one()

    def begin(self, n: int) -> Any:
        """Buyer n presses pay; gives the checkout at the gateway."""
        order = self.stall.order(self.cohort, self.buyers[n], visitor="v")
        return self.stall.checkout(self.buyers[n], order)

    def pay(self, n: int, times: int = 1) -> None:
        """Buyer n pays, and the gateway says so so many times; 0: the notice is lost."""
        paid = self.gate.pay(self.begin(n).id)
        if times:
            tell_paid(paid, times)

    def payment_id(self, n: int) -> str:
        return self.stall.payment_id(shop.get_order(self.stall.read(), self.order(n).code))

    def refund(self, n: int, amount: int | None) -> None:
        code = self.order(n).code
        with begin_work() as w:
            selling.ask_refund(w, OPERATOR, code, amount, "补偿")

    def wallet(self) -> Wallet:
        return ledger.wallet(self.stall.read(), self.partner.id, "CNY")

    def ask_payout(self, amount: int, key: str = "first") -> None:
        with begin_work() as w:
            who = actor_of(w, self.person)
            code = payouts.request(w, who, amount, "CNY", key).code
        with begin_work() as w:
            payouts.approve(w, actor_of(w, self.finance), code)


@pytest.fixture
def market(
    app: Flask, work: Begin, read: Look, clock: FixedClock, drain: Callable[[], int], tmp_path: Path, mails: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Market:  # fmt: skip
    clock.at = at(1, 8)
    parts: Parts = app.extensions[EXTENSION]
    gate = LastingGateway(tmp_path / "gateway", lambda: parts.clock.now())
    monkeypatch.setattr(parts, "gateway", gate)
    with work() as w:
        person, partner = make_partner(w)
        cohort = make_cohort(w, seats=10, starts_on=date(2026, 12, 12))
        selling.set_offer(w, SYSTEM, cohort.code, Terms(PRICE, "CNY"))
        make_standard_plan(w)
        buyers, finance = make_people(w, 3), make_someone(w, "财务", roles=("finance",))
        destination = payouts.begin_account(w, actor_of(w, person), "SG")
    account = gate.open_account(destination.key, person.email, "SG")
    gate.enable(account.id)
    with work() as w:
        payouts.note_account(w, ConnectedAccount(account.id, True, True), destination.destination_id)
    drain()
    with work() as w:
        link = default_link(w, partner.id)
    assert link is not None
    referral = {
        "partner_id": partner.id,
        "link_id": link.id,
        "touch_code": "t",
        "at": at(1, 8).isoformat(),
        "assists": [],
    }
    from lms.web.ports import ports

    monkeypatch.setattr(ports, "resolve_referral", lambda *_given: referral)
    stall = Stall(work, read, gate, clock.now)  # type: ignore[arg-type]
    return Market(stall, gate, partner, person, cohort, buyers, finance, referral)


def test_a_sale_becomes_a_payout_and_a_refund_after_it_a_debt(
    market: Market, make_flow: Callable[..., Flow], tmp_path: Path
) -> None:
    """Duplicate and lost notices, part refunds, a dispute won, a transfer whose answer is lost, a refund after it."""

    def sell() -> None:
        market.pay(0, times=3)
        market.pay(1, times=0)  # found by comparing with the gateway
        market.pay(2)

    def trouble() -> None:
        market.refund(0, 10000)
        tell_dispute(market.payment_id(2), PRICE, "needs_response", times=2)

    def settle_dispute() -> None:
        tell_dispute(market.payment_id(2), PRICE, "won", times=2)

    def pay_out() -> None:
        market.gate.fail("lost", "transfer")
        market.ask_payout(20000)

    def refund_after() -> None:
        market.refund(1, None)
        market.refund(2, None)

    phases = [
        Phase(at(1, 10), sell),
        Phase(at(1, 13), lambda: None),
        Phase(at(2, 10), trouble),
        Phase(at(4, 10), settle_dispute),
        Phase(at(18, 10), lambda: None),
        Phase(at(18, 11), pay_out),
        Phase(at(19, 10), refund_after),
    ]
    flow = make_flow(phases, folders=[tmp_path / "gateway"])
    undisturbed = flow.play()
    # 5980 is left of the first line after the part refund, the two others are taken back in full.
    assert market.wallet() == Wallet(debt=20000 - 5980), market.wallet()
    assert market.stall.read().session.scalars(select(Payout.state)).all() == ["settled"]
    assert_money_holds()
    assert_nothing_paid_twice(market.gate)
    ends = 0
    for where, end in flow.play_killed(every=41):
        assert_money_holds()
        assert_nothing_paid_twice(market.gate)
        assert assert_same(undisturbed, iter([(where, end)])) == 1
        ends += 1
    assert ends >= 3


def test_a_refund_before_release_leaves_nothing_and_news_come_in_any_order(
    market: Market, make_flow: Callable[..., Flow], tmp_path: Path
) -> None:
    def sell() -> None:
        # The refund made on the gateway's own pages is told before the payment itself.
        paid = market.gate.pay(market.begin(0).id)
        tell_refund(market.gate.refund_elsewhere(str(paid.payment_id), PRICE))
        tell_paid(paid)
        market.pay(1)
        lost = market.gate.pay(market.begin(2).id)
        tell_dispute(str(lost.payment_id), PRICE, "lost")
        tell_dispute(str(lost.payment_id), PRICE, "needs_response")
        tell_paid(lost)

    phases = [Phase(at(1, 10), sell), Phase(at(2, 10), lambda: market.refund(1, None)), Phase(at(20, 10), lambda: None)]
    flow = make_flow(phases, folders=[tmp_path / "gateway"])
    undisturbed = flow.play()
    assert market.wallet() == Wallet()
    assert {market.order(0).state, market.order(1).state} == {"refunded"}
    assert_money_holds()
    assert assert_same(undisturbed, flow.play_killed(every=19)) >= 3
    assert_money_holds()
    assert_nothing_paid_twice(market.gate)


def test_a_payout_the_gateway_refuses_comes_back_and_one_returned_too(
    market: Market, make_flow: Callable[..., Flow], tmp_path: Path
) -> None:
    def sell() -> None:
        for n in range(3):
            market.pay(n)

    def refused() -> None:
        _turn(market.gate, enabled=False)
        market.ask_payout(10000, "refused")

    def mended() -> None:
        _turn(market.gate, enabled=True)
        market.ask_payout(23000, "whole")

    phases = [
        Phase(at(1, 10), sell),
        Phase(at(18, 10), lambda: None),
        Phase(at(18, 11), refused),
        Phase(at(18, 12), mended),
    ]
    flow = make_flow(phases, folders=[tmp_path / "gateway"])
    undisturbed = flow.play()
    states = sorted(market.stall.read().session.scalars(select(Payout.state)))
    assert states == ["failed_retryable", "settled"] and market.wallet() == Wallet(available=3 * 7980 - 23000)
    assert assert_same(undisturbed, flow.play_killed(every=19)) >= 3
    assert_money_holds()
    assert_nothing_paid_twice(market.gate)


def _turn(gate: LastingGateway, *, enabled: bool) -> None:
    """Let the gateway take or refuse transfers to its one account: a refusal that is the same each time."""
    with gate.open() as world:
        for account in world._accounts:
            world._accounts[account] = ConnectedAccount(account, True, enabled)
