"""A fair: three buyers, two partners and a gateway that tells what it likes, when it likes; for random events."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from lms.affiliates.commissions.jobs import RELEASE
from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts import service as payouts
from lms.affiliates.payouts.jobs import ASK_OVERDUE
from lms.affiliates.payouts.models import Payout
from lms.commerce.gateway.jobs import RECONCILE
from lms.commerce.gateway.rules import CheckoutState, ConnectedAccount, GatewayUnreachable, RefundState
from lms.commerce.ledger import queries as ledger
from lms.commerce.shop import queries as shop
from lms.commerce.shop import service as selling
from lms.commerce.shop.jobs import HOLDS, TUITION
from lms.commerce.shop.models import ShopOrder
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.outbox import Pump, Schedule
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import SYSTEM, Actor, begin_read, begin_work
from lms.kernel.worker import drain
from lms.learning.camps.queries import Cohort
from lms.learning.camps.turning import TURN
from lms.learning.enrollments.jobs import OFFERS
from lms.people.accounts.queries import Person
from tests.commerce.gateway import telling
from tests.factories.enrollments import student_actor
from tests.factories.partners import actor_of
from tests.fake_gateway import FakeGateway
from tests.flows.killing import Kept
from tests.flows.money import CURRENCY, deliver, refund_of, session_of

PRICE = 79_900
OPENING = datetime(2026, 12, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
OPERATOR = Actor(None, frozenset({"operator"}))
_CLOCK: list[Schedule | Pump] = [TURN, OFFERS, HOLDS, TUITION, RELEASE, RECONCILE, ASK_OVERDUE]
_BUYERS_PARTNER = (0, 0, 1)


@dataclass(frozen=True)
class Told:
    """A notice as the gateway wrote it: its kind, its thing and its id."""

    kind: str
    thing: dict[str, Any]
    id: str


@dataclass
class Fair:
    """The same fair at every opening; what is refused on the way is refused, and the books must hold."""

    app: Flask
    clock: FixedClock
    cohort: Cohort
    buyers: list[Person]
    partners: list[Partner]
    people: list[Person]
    finance: Person
    kept: Kept
    _gate: FakeGateway
    told: list[Told] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)
    heard: list[Told] = field(default_factory=list)
    asked: int = 0

    @property
    def _parts(self) -> Parts:
        parts: Parts = self.app.extensions[EXTENSION]
        return parts

    @property
    def gate(self) -> FakeGateway:
        gate = self._parts.gateway
        assert isinstance(gate, FakeGateway)
        return gate

    def open(self) -> None:
        """Begin anew: books, gateway and clock as they were."""
        self.kept.put_back()
        self.clock.at = OPENING
        self._parts.gateway = copy.deepcopy(self._gate)
        self.told, self.waiting, self.heard, self.asked = [], [], [], 0

    def referral_of(self, person_id: int | None) -> dict[str, Any] | None:
        """Say who brought a buyer, as tracking would."""
        n = [one.id for one in self.buyers].index(person_id or 0)
        partner = self.partners[_BUYERS_PARTNER[n]]
        return {"partner_id": partner.id, "link_id": None, "at": OPENING.isoformat(), "assists": []}

    # --- Buyers ---

    def sell(self, n: int, times: int) -> None:
        """Let a buyer buy and pay, told so many times; 0: it is found an hour later by comparing."""
        self.buy(n)
        self.pay(n)
        self.tell(-1, times)
        self.work() if times else self.wait(timedelta(hours=1))

    def buy(self, n: int) -> None:
        """Order a seat, or go on with the open order, and go to the gateway."""
        with begin_work() as w:
            order = selling.start_order(w, student_actor(self.buyers[n]), self.cohort.code, "v", "", "zh")
        with begin_work() as w:
            start = selling.begin_payment(w, student_actor(self.buyers[n]), order.code)
        if start.request is None:
            return
        try:
            opened = self.gate.open_checkout(start.key, start.request)
        except GatewayUnreachable:
            return
        with begin_work() as w:
            selling.note_checkout(w, order.code, start.attempt, opened)

    def pay(self, n: int, *, later: bool = False) -> None:
        """Pay at the gateway, in any of the buyer's tabs."""
        codes = {order.code for order in self._orders(n)}
        payable = (CheckoutState.OPEN, CheckoutState.CONFIRMING)
        mine = [one for one in list(self.gate._checkouts.values()) if one.reference in codes]
        for one in mine:
            if self.gate._checkout(one.id).state in payable:
                paid = self.gate.pay(one.id, later=later)
                if not later:
                    self._notice("checkout.session.completed", session_of(paid))
                return

    def come_back(self, n: int) -> None:
        """Return from the gateway: the page asks it at once."""
        for order in self._orders(n):
            for payment in shop.list_payments(begin_read(), order.id):
                if payment.checkout_id is not None and order.state == "open":
                    found = self.gate.get_checkout(payment.checkout_id)
                    with begin_work() as w:
                        selling.take_answer(w, order.id, found)

    def give_up(self, n: int) -> None:
        """Cancel the open order."""
        for order in self._orders(n):
            with begin_work() as w:
                selling.cancel_order(w, student_actor(self.buyers[n]), order.code)

    # --- Money that goes back ---

    def refund(self, n: int, amount: int | None) -> None:
        """Let an operator give back a part, or all (None) that is left."""
        for order in self._orders(n)[-1:]:
            with begin_work() as w:
                selling.ask_refund(w, OPERATOR, order.code, amount, "补偿")

    def refund_elsewhere(self, n: int, amount: int | None) -> None:
        """Refund on the gateway's own pages, as far as the payment reaches."""
        for payment_id, left in self._left_of(n)[-1:]:
            if left:
                made = self.gate.refund_elsewhere(payment_id, min(left, amount or left))
                self._notice("refund.created", refund_of(made))

    def dispute(self, n: int, status: str) -> None:
        """Let the buyer's bank say something of a payment: needs_response, won or lost."""
        for payment_id, left in self._left_of(n)[-1:]:
            known = [one.thing for one in [*self.told, *self.waiting] if one.thing.get("id") == f"dp_{payment_id}"]
            amount = known[0]["amount"] if known else left
            decided = any(one["status"] in ("won", "lost") for one in known)
            if amount and not decided:
                thing = telling.dispute(id=f"dp_{payment_id}", amount=amount, payment_intent=payment_id, status=status)
                kind = "charge.dispute.created" if status == "needs_response" else "charge.dispute.closed"
                self._notice(kind, thing)

    # --- Partners ---

    def lock(self, p: int, *, on: bool) -> None:
        """Stop a partner's money, or let it go."""
        with begin_work() as w:
            turn = partners.lock_money if on else partners.unlock_money
            turn(w, SYSTEM, self.partners[p].id, "核查")

    def ask_payout(self, p: int, amount: int | None) -> None:
        """Ask for an amount, or (None) for all that is available."""
        self.asked += 1
        available = ledger.wallet(begin_read(), self.partners[p].id, CURRENCY).available
        with begin_work() as w:
            who = actor_of(w, self.people[p])
            payouts.request(w, who, available if amount is None else amount, CURRENCY, f"key-{self.asked}")

    def pay_out(self, p: int) -> None:
        """Let a partner ask for all there is, finance agree, and the worker send it."""
        self.ask_payout(p, None)
        self.decide(p, "approve")
        self.work()

    def decide(self, p: int, how: str) -> None:
        """Let finance approve, reject, retry or ask after a partner's newest payout, or the partner cancel it."""
        row = select(Payout.code).where(Payout.partner_id == self.partners[p].id).order_by(Payout.id.desc())
        code = begin_read().session.scalars(row.limit(1)).one_or_none()
        if code is None:
            return
        with begin_work() as w:
            finance = actor_of(w, self.finance)
            if how == "cancel":
                payouts.cancel(w, actor_of(w, self.people[p]), code)
            elif how == "reject":
                payouts.reject(w, finance, code, "核对")
            else:
                {"approve": payouts.approve, "retry": payouts.retry, "ask": payouts.ask_again}[how](w, finance, code)

    def turn_account(self, p: int, *, on: bool) -> None:
        """Let the gateway refuse transfers to a partner's account, or take them again; nobody is told of it."""
        account = list(self.gate._accounts)[p]
        self.gate._accounts[account] = ConnectedAccount(account, True, on)

    def send_back(self, p: int) -> None:
        """Let a partner's newest transfer come back whole."""
        account = list(self.gate._accounts)[p]
        out = [t for t in self.gate._transfers.values() if t.destination == account and not t.reversed_minor]
        for transfer in out[-1:]:
            back = self.gate.reverse_transfer(transfer.id, transfer.amount_minor)
            thing = telling.transfer(
                id=back.id,
                amount=back.amount_minor,
                amount_reversed=back.reversed_minor,
                destination=account,
                metadata={"reference": back.reference},
            )
            self._notice("transfer.reversed", thing)

    # --- The gateway and the clock ---

    def tell(self, which: int, times: int) -> None:
        """Deliver one of the notices that wait, so many times; 0 loses it."""
        if self.waiting:
            notice = self.waiting.pop(which % len(self.waiting))
            self.told.append(notice)
            deliver(notice.kind, notice.thing, notice.id, times)
            if times:
                self.heard.append(notice)

    def work(self) -> None:
        """Let the worker run what is due."""
        db.session.rollback()
        drain(self.app, schedules=False)

    def wait(self, time: timedelta) -> None:
        """Let time pass; then the clock's jobs that move money run, and the worker works."""
        self.clock.advance(time)
        for job in _CLOCK:
            if isinstance(job, Pump):
                job.run(self._parts)
            else:
                with begin_work() as w:
                    job.run(w)
        self.work()

    def close(self) -> None:
        """Let everything come to its end: the gateway answers, what was not told is, and the worker is done."""
        self.gate.faults.clear()
        while self.waiting:
            self.tell(0, 1)
        self.wait(timedelta(days=1))

    def repeat(self, notice: Told) -> None:
        """Deliver a notice once more as it was, and as a new one that says the same."""
        deliver(notice.kind, notice.thing, notice.id)
        deliver(notice.kind, notice.thing, f"{notice.id}_again")

    def fail(self, kind: str, method: str) -> None:
        """Let the gateway's next call of a method go wrong: lost, dropped or refused."""
        self.gate.fail(kind, method)

    def _orders(self, n: int) -> list[ShopOrder]:
        mine = select(ShopOrder).where(ShopOrder.buyer_id == self.buyers[n].id).order_by(ShopOrder.id)
        return list(begin_read().session.scalars(mine.execution_options(populate_existing=True)))

    def _left_of(self, n: int) -> list[tuple[str, int]]:
        """List a buyer's payments at the gateway with what was not given back of each."""
        codes = {order.code for order in self._orders(n)}
        gone = self.gate._refunds.values()
        return [
            (
                str(one.payment_id),
                one.amount_minor
                - sum(r.amount_minor for r in gone if r.payment_id == one.payment_id and r.state != RefundState.FAILED),
            )
            for one in self.gate._checkouts.values()
            if one.reference in codes and one.state is CheckoutState.PAID
        ]

    def _notice(self, kind: str, thing: dict[str, Any]) -> None:
        number = len(self.told) + len(self.waiting)
        self.waiting.append(Told(kind, thing, f"evt_{number}_{thing['id']}"))
