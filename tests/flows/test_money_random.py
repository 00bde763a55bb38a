"""The invariants of money.md §5 over random days at a fair: everything told late, twice, out of order or never."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.affiliates.commissions.models import Commission
from lms.affiliates.partners.models import Partner
from lms.affiliates.payouts.models import Payout, PayoutAttempt
from lms.commerce.gateway.models import GatewayNotice
from lms.commerce.gateway.service import ask_reconciliation, replay
from lms.commerce.ledger.models import Posting
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.errors import Refusal
from lms.kernel.outbox import OutboxRow
from lms.kernel.parts import EXTENSION
from lms.kernel.work import SYSTEM, begin_read, begin_work
from lms.web.ports import ports
from tests.flows.fair import PRICE, Fair
from tests.flows.fair_setting import build, hush
from tests.flows.killing import Kept
from tests.flows.money import assert_money_holds, assert_nothing_paid_twice, assert_wallets_hold

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
MONEY = st.one_of(st.none(), st.integers(1, PRICE), st.sampled_from([1, PRICE // 2, PRICE - 1]))


@dataclass(frozen=True)
class Step:
    """Something that happens at the fair: a method of it, and with what."""

    name: str
    given: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()

    def take(self, fair: Fair) -> None:
        getattr(fair, self.name)(*self.given, **dict(self.named))


def _step(name: str, *given_: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    both = st.tuples(*[st.tuples(st.just(key), value) for key, value in named.items()])
    return st.builds(Step, st.just(name), st.tuples(*given_), both)


buyer, partner, yes = st.integers(0, 2), st.integers(0, 1), st.booleans()
METHODS = ("open_checkout", "refund", "transfer", "find_transfer", "list_paid", "list_refunds", "expire_checkout")
steps = st.one_of(
    _step("buy", buyer),
    _step("pay", buyer, later=yes),
    _step("pay", buyer),
    _step("come_back", buyer),
    _step("give_up", buyer),
    _step("refund", buyer, MONEY),
    _step("refund_elsewhere", buyer, MONEY),
    _step("dispute", buyer, st.sampled_from(["needs_response", "won", "lost"])),
    _step("tell", st.integers(0, 5), st.integers(0, 2)),
    _step("tell", st.integers(0, 5), st.just(1)),
    _step("work"),
    _step("wait", st.sampled_from([timedelta(minutes=50), timedelta(days=2), timedelta(days=12)])),
    _step("lock", partner, on=yes),
    _step("ask_payout", partner, st.one_of(st.none(), st.sampled_from([9_999, 10_000, 15_000]))),
    _step("pay_out", partner),
    _step("decide", partner, st.sampled_from(["approve", "approve", "reject", "cancel", "retry", "ask"])),
    _step("turn_account", partner, on=yes),
    _step("send_back", partner),
    _step("fail", st.sampled_from(["lost", "dropped", "refused"]), st.sampled_from(METHODS)),
)
# Most days begin with sales, and many with a payout, so that there is something to lose.
RELEASED = Step("wait", (timedelta(days=17),))
PREPARED = [[], [RELEASED], [RELEASED, Step("pay_out", (0,))], [RELEASED, Step("ask_payout", (0, 12_000))]]
sales = st.sampled_from([(0,), (0, 1), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
days = st.builds(
    lambda sold, times, prepared, more: [Step("sell", (n, times)) for n in sold] + prepared + more,
    sales,
    st.integers(0, 2),
    st.sampled_from(PREPARED),
    st.lists(steps, min_size=4, max_size=9),
)


@pytest.fixture
def fair(app: Flask, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fair:
    hush(monkeypatch, app.extensions[EXTENSION].subscriptions)
    built = build(app, clock, lambda: Kept(app, tmp_path / "kept"))
    monkeypatch.setattr(
        ports, "resolve_referral", lambda _read, _visitor, buyer_id, _owner: built.referral_of(buyer_id)
    )
    return built


# Composed once: they are asked after every step.
_LINES = select(Commission.id, Commission.partner_id, Commission.plan_version_id, Commission.amount_minor)
_ASKED = select(func.count(Payout.id)).where(Payout.partner_id == Partner.id)
_SENDS = select(func.count(PayoutAttempt.id)).join(Payout).where(Payout.partner_id == Partner.id)
_STOPPED = select(Partner.id, _ASKED.scalar_subquery(), _SENDS.scalar_subquery()).where(Partner.locked_at.is_not(None))


class Watch:
    """What must hold after every step, and what must never change."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[int, int, int]] = {}
        self._stopped = self._of_stopped()

    def look(self) -> None:
        """Invariants 4, 8, 11 and 13."""
        assert_wallets_hold()
        for id_, partner_id, version_id, amount in begin_read().session.execute(_LINES):
            frozen = (partner_id, version_id, amount)
            assert self._lines.setdefault(id_, frozen) == frozen, "a line has changed hands"
        before, self._stopped = self._stopped, self._of_stopped()
        for partner_id in before.keys() & self._stopped.keys():
            assert before[partner_id] == self._stopped[partner_id], "paid out while the partner was locked"

    def _of_stopped(self) -> dict[int, tuple[int, int]]:
        """Count the payouts and sends of partners whose money is locked."""
        return {id_: (payouts, sent) for id_, payouts, sent in begin_read().session.execute(_STOPPED)}


def _play(fair: Fair, day: list[Step]) -> None:
    watch = Watch()
    for step in day:
        try:
            step.take(fair)
        except Refusal:
            db.session.rollback()
        else:
            watch.look()
    fair.close()
    watch.look()


def _sums() -> dict[tuple[str, int], int]:
    """Give what every account holds."""
    sums = select(Posting.account, Posting.owner_id, func.sum(Posting.amount_minor))
    rows = begin_read().session.execute(sums.group_by(Posting.account, Posting.owner_id))
    return {(account, owner): int(total) for account, owner, total in rows if total}


def _repeat_everything(fair: Fair) -> None:
    """Tell again all that was ever told: the same notices, new ones that say the same, and by comparing."""
    with begin_work() as w:
        for notice_id in w.session.scalars(select(GatewayNotice.id)).all():
            replay(w, SYSTEM, notice_id)
        ask_reconciliation(w)
    for notice in list(fair.heard):
        fair.repeat(notice)
    fair.work()


def _assert_no_failures() -> None:
    """Whatever failed on the way failed for want of an answer, and nothing is left undone."""
    failed = select(OutboxRow.name, OutboxRow.error).where(OutboxRow.error != "")
    left = [(name, error) for name, error in begin_read().session.execute(failed) if "GatewayUnreachable" not in error]
    assert left == []


def _many(most: int) -> settings:
    return settings(
        max_examples=most,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def test_the_books_hold_whatever_happens(fair: Fair, engine: str) -> None:
    @_many(2000 if LONG else 200 if engine == "sqlite" else 30)
    @given(days)
    def play(day: list[Step]) -> None:
        fair.open()
        _play(fair, day)
        _assert_no_failures()
        assert_money_holds()
        assert_nothing_paid_twice(fair.gate)
        before = _sums()
        _repeat_everything(fair)
        assert _sums() == before
        _assert_no_failures()

    play()


@st.composite
def one_orders_news(draw: st.DrawFn) -> tuple[list[int], str, list[int], list[int]]:
    """Refunds of one payment, what its dispute comes to, and two orders in which all of it is told, some twice."""
    refunds = draw(st.lists(st.integers(1, PRICE // 3), max_size=3))
    dispute = draw(st.sampled_from(["", "open", "won", "lost"]))
    number = 1 + len(refunds) + {"": 0, "open": 1}.get(dispute, 2)
    told = [*range(number), *draw(st.lists(st.integers(0, number - 1), max_size=2))]
    return refunds, dispute, draw(st.permutations(told)), draw(st.permutations(told))


def test_one_orders_news_in_any_order_end_in_the_same_balances(fair: Fair, engine: str) -> None:
    """Invariant 10."""

    def end(refunds: list[int], dispute: str, order: list[int]) -> dict[tuple[str, int], int]:
        fair.open()
        fair.buy(0)
        fair.pay(0)
        for amount in refunds:
            fair.refund_elsewhere(0, amount)
        if dispute:
            fair.dispute(0, "needs_response")
        if dispute in ("won", "lost"):
            fair.dispute(0, dispute)
        told = list(fair.waiting)
        for which in order:
            fair.repeat(told[which])
            fair.work()
        fair.waiting.clear()
        fair.wait(timedelta(days=20))
        return _sums()

    @_many(400 if LONG else 40 if engine == "sqlite" else 10)
    @given(one_orders_news())
    def play(drawn: tuple[list[int], str, list[int], list[int]]) -> None:
        refunds, dispute, one, other = drawn
        assert end(refunds, dispute, one) == end(refunds, dispute, other)
        assert_money_holds()

    play()
