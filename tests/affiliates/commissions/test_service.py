"""Earning, taking back, releasing and locking, on both engines; rows are named as in money.md §7."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.commissions import queries, rules, service
from lms.affiliates.commissions.models import Accrual, Commission, CommissionReversal
from lms.affiliates.commissions.rules import Terms
from lms.commerce.ledger.queries import Wallet
from lms.commerce.ledger.rules import Account
from lms.commerce.ledger.verifying import take_stock, verify
from lms.commerce.shop.events import DisputeClosed, OrderRefunded
from lms.kernel.audit import AuditEntry
from lms.kernel.errors import NotFound
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM, Actor, begin_read
from lms.people.messages.queries import list_notices
from tests.affiliates.commissions.conftest import Open, Scene
from tests.conftest import counting
from tests.factories.partners import make_partner, make_someone

LATER = timedelta(days=30)


def _line(scene: Scene, order_id: int) -> Commission:
    statement = select(Commission).where(Commission.order_id == order_id)
    return begin_read().session.scalars(statement.execution_options(populate_existing=True)).one()


def _outcome(order_id: int) -> str:
    return str(begin_read().session.scalar(select(Accrual.outcome).where(Accrual.order_id == order_id)))


def test_p1_a_sale_is_held_and_explained(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    scene.sell(net_minor=50000)
    with scene.work() as w:
        assert service.accrue(w, paid) == "earned"
    assert scene.wallet() == Wallet(held=20000)
    line = _line(scene, paid.order_id)
    found = queries.explain(begin_read(), Actor(scene.ada_person.id, frozenset()), line.code)
    assert (found.line.amount_minor, found.line.base_minor, found.percent_bps) == (10000, 50000, 2000)
    assert (found.cap_minor, found.is_capped, found.plan.version.number) == (25000, False, 1)
    assert found.line.observed_until == paid.paid_at + timedelta(days=7)
    assert [(entry.step, entry.account) for entry in found.entries] == [
        ("accrued", Account.COMMISSION_EXP),
        ("accrued", Account.HELD),
    ]
    with pytest.raises(NotFound):
        queries.explain(begin_read(), Actor(scene.buyer.id, frozenset({"student"})), line.code)
    assert queries.explain(begin_read(), Actor(None, frozenset({"finance"})), line.code).line.id == line.id


def test_why_nobody_earns_is_written_down(scene: Scene, work: Open) -> None:
    with work() as w:
        own = scene.ada_person.id
    cases = {
        "zero_base": scene.place(net_minor=0),  # P10
        "self": scene.place(buyer_id=own),  # T6 without a sponsor
        "too_small": scene.place(net_minor=2),
        "no_plan": scene.place(paid_at=begin_read().now - timedelta(days=1)),
    }
    for outcome, paid in cases.items():
        with work() as w:
            assert service.accrue(w, paid) == outcome
        assert _outcome(paid.order_id) == outcome
        scene.refund(paid, 1, paid.net_minor)
        scene.dispute(paid, 1, "opened")
        scene.dispute(paid, 1, "lost")
    assert scene.wallet() == Wallet()
    assert begin_read().session.scalar(select(func.count()).select_from(Commission)) == 0


def test_c4_the_cap_clips(scene: Scene, work: Open) -> None:
    with work() as w:
        service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=5000))
    paid = scene.sell(net_minor=9999)
    assert _line(scene, paid.order_id).amount_minor == 4999


def test_b1_a_full_refund_before_release(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    scene.clock.advance(timedelta(days=3))
    scene.refund(paid, 1, 50000)
    assert scene.wallet() == Wallet()
    scene.clock.advance(LATER)
    assert scene.release() == 0


def test_r1_and_r8_partial_refunds_each_once(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    for _ in range(3):
        scene.refund(paid, 1, 20000)
    scene.refund(paid, 2, 30000)
    rows = begin_read().session.scalars(select(CommissionReversal.amount_minor).order_by(CommissionReversal.id))
    assert list(rows) == [4000, 6000]
    assert scene.wallet() == Wallet()


def test_r9_a_refund_before_its_payment_is_parked(scene: Scene) -> None:
    paid = scene.place(net_minor=50000)
    scene.refund(paid, 1, 50000)
    assert _outcome(paid.order_id) == "waiting"
    with scene.work() as w:
        service.accrue(w, paid)
    assert scene.wallet() == Wallet()
    assert _line(scene, paid.order_id).live_minor == 0


def test_r10_a_later_version_changes_no_line(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    with scene.work() as w:
        service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=1000))
    scene.clock.advance(timedelta(days=8))
    assert _line(scene, scene.sell(net_minor=50000).order_id).amount_minor == 5000
    scene.refund(paid, 1, 50000)
    assert _line(scene, paid.order_id).live_minor == 0
    assert scene.wallet() == Wallet(held=5000)


def test_r11_a_refund_above_the_payment_posts_nothing_and_finance_hears(scene: Scene) -> None:
    with scene.work() as w:
        fin = make_someone(w, "财务小何", roles=("finance",))
    paid = scene.sell(net_minor=50000)
    scene.refund(paid, 1, 40000)
    for _ in range(2):
        scene.refund(paid, 2, 10001)
    assert scene.wallet() == Wallet(held=2000)
    acts = begin_read().session.scalars(select(AuditEntry.act)).all()
    assert list(acts).count("commission.refund_refused") == 1
    assert len(list_notices(begin_read(), fin.id)) == 1


def test_b2_b3_a_clawback_after_release(scene: Scene) -> None:
    first = scene.sell(net_minor=50000)
    scene.clock.advance(LATER)
    assert scene.release() == 1
    assert scene.release() == 0
    assert scene.wallet() == Wallet(available=10000)
    with scene.work() as w:
        service.adjust(w, Actor(None, frozenset({"finance"})), scene.ada.id, Money(-2000, "CNY"), "多付更正", "k1")
    scene.refund(first, 1, 50000)
    assert scene.wallet() == Wallet(debt=2000)
    scene.sell(net_minor=25000)
    scene.clock.advance(LATER)
    scene.release()
    assert scene.wallet() == Wallet(available=3000)


def test_b4_b5_a_clawback_of_what_is_being_paid_out(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    scene.clock.advance(LATER)
    scene.release()
    scene.pay_out(10000, "requested")
    scene.refund(paid, 1, 25000)
    assert scene.wallet() == Wallet(reserved=10000, debt=5000)  # B5
    scene.pay_out(10000, "submitted")
    scene.pay_out(10000, "settled")
    scene.refund(paid, 2, 25000)
    assert scene.wallet() == Wallet(debt=10000)  # B4


def test_sums_are_the_books_and_take_one_statement(scene: Scene, app: Flask) -> None:
    with scene.work() as w:
        _, bo = make_partner(w, "Bo Wen")
    first = scene.sell(net_minor=50000)
    scene.sell(bo, net_minor=60000)
    scene.sell(net_minor=10000, currency="USD")
    scene.refund(first, 1, 25000)
    now = begin_read().now
    with counting(app) as n:
        sums = queries.sums_by_period(begin_read(), now - timedelta(hours=1), now + timedelta(hours=1))
        today = queries.earned_today(begin_read(), scene.ada.id)
        coming = queries.next_release(begin_read(), scene.ada.id)
    assert n.statements == 3
    assert [(one.partner_id, one.currency, one.amount_minor) for one in sums] == [
        (bo.id, "CNY", 12000),
        (scene.ada.id, "CNY", 5000),
        (scene.ada.id, "USD", 2000),
    ]
    assert [(one.currency, one.amount_minor) for one in today] == [("CNY", 5000), ("USD", 2000)]
    assert [(one.currency, one.amount_minor, one.lines) for one in coming] == [("CNY", 5000, 1), ("USD", 2000, 1)]
    assert scene.wallet() == Wallet(held=5000)


def test_estimates_are_fixed_when_the_calendar_knows_better(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    known = rules.read_calendar("CN").known_until
    scene.clock.at = rules.day_start(known)
    paid = scene.sell()
    assert _line(scene, paid.order_id).estimate
    assert queries.partners_to_redate(begin_read()) == []
    calendar = rules.read_calendar("CN")
    newer = rules.Calendar(
        "CN", known + timedelta(days=365), calendar.closed | {known + timedelta(days=11)}, calendar.opened
    )
    monkeypatch.setattr(rules, "read_calendar", lambda _name: newer)
    monkeypatch.setattr("lms.affiliates.commissions.queries.due.read_calendar", lambda _name: newer)
    assert queries.partners_to_redate(begin_read()) == [scene.ada.id]
    with scene.work() as w:
        assert service.redate(w, scene.ada.id) == 1
    assert not _line(scene, paid.order_id).estimate
    assert queries.partners_to_redate(begin_read()) == []


def test_partners_are_told_and_the_books_hold(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    scene.clock.advance(LATER)
    scene.release()
    scene.refund(paid, 1, 20000)
    scene.dispute(paid, 1, "opened")
    scene.dispute(paid, 1, "won")
    subjects = [notice.text for notice in list_notices(begin_read(), scene.ada_person.id)]
    assert any("¥100.00 可以提现了" in text for text in subjects)
    assert any("追回 ¥40.00" in text for text in subjects)
    assert any("你得 ¥100.00" in text for text in subjects)
    with scene.work() as w:
        stock = take_stock(w)
    assert verify(begin_read(), stock).is_good


def test_news_through_the_outbox_in_any_order(scene: Scene, drain: Callable[[], int]) -> None:
    paid = scene.place(net_minor=50000)
    with scene.work() as w:
        at = w.now
        w.tell(OrderRefunded(happened_at=at, order_id=paid.order_id, refund_id=1, amount_minor=100, refunded_minor=100))
        w.tell(DisputeClosed(happened_at=at, order_id=paid.order_id, dispute_id=1, amount_minor=1, won=True))
        w.tell(paid)
        w.tell(paid)
    drain()
    assert scene.wallet() == Wallet(held=9980)
