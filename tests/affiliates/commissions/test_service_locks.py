"""Disputes, locked partners and adjustments, on both engines; rows are named as in money.md §7."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.affiliates.commissions import queries, service
from lms.affiliates.commissions.errors import (
    AdjustedDifferently,
    AdjustmentInvalid,
)
from lms.affiliates.commissions.models import CommissionReversal
from lms.affiliates.partners import service as partners
from lms.commerce.ledger.queries import Wallet
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.kernel.errors import Forbidden
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM, Actor, begin_read
from tests.affiliates.commissions.conftest import Scene

LATER = timedelta(days=30)


@pytest.mark.parametrize(
    ("outcome", "expected"), [("opened", Wallet(locked=10000)), ("won", Wallet(held=10000)), ("lost", Wallet())]
)
def test_b7_a_dispute_on_held_money(scene: Scene, outcome: str, expected: Wallet) -> None:
    paid = scene.sell(net_minor=50000)
    scene.dispute(paid, 1, "opened")
    for _ in range(2):
        scene.dispute(paid, 1, outcome)
    scene.dispute(paid, 1, "opened")
    assert scene.wallet() == expected


def test_b8_a_lost_dispute_and_a_refund_of_one_payment(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    scene.dispute(paid, 1, "lost")
    scene.refund(paid, 1, 50000)
    scene.dispute(paid, 1, "opened")
    scene.dispute(paid, 2, "won")
    assert scene.wallet() == Wallet()
    assert begin_read().session.scalar(select(func.count()).select_from(CommissionReversal)) == 1


def test_a_disputed_line_is_not_released_until_it_is_won(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    for dispute in (1, 2):
        scene.dispute(paid, dispute, "opened")
    scene.clock.advance(LATER)
    assert scene.release() == 0
    assert queries.next_release(begin_read(), scene.ada.id) == []
    scene.dispute(paid, 1, "won")
    assert scene.wallet() == Wallet(locked=10000)
    scene.dispute(paid, 2, "won")
    assert scene.wallet() == Wallet(available=10000)


def test_a_locked_partner_earns_into_locked_and_each_part_returns(scene: Scene) -> None:
    released = scene.sell(net_minor=50000)
    scene.clock.advance(LATER)
    scene.release()
    scene.sell(net_minor=25000)
    with scene.work() as w:
        for _ in range(2):
            partners.lock_money(w, SYSTEM, scene.ada.id, "核查")
        service.follow_lock(w, scene.ada.id)
    assert scene.wallet() == Wallet(locked=15000)
    late = scene.sell(net_minor=5000)
    scene.refund(released, 1, 60000 - 10000)
    assert scene.wallet() == Wallet(locked=6000)
    scene.dispute(late, 1, "opened")
    scene.clock.advance(LATER)
    assert scene.release() == 0
    with scene.work() as w:
        for _ in range(2):
            partners.unlock_money(w, SYSTEM, scene.ada.id, "查清了")
        for _ in range(2):
            service.follow_lock(w, scene.ada.id)
    assert scene.wallet() == Wallet(available=5000, locked=1000)


def test_a_lock_that_the_books_do_not_show_yet_is_booked_first(scene: Scene) -> None:
    paid = scene.sell(net_minor=50000)
    with scene.work() as w:
        partners.lock_money(w, SYSTEM, scene.ada.id, "核查")
    scene.refund(paid, 1, 25000)
    assert scene.wallet() == Wallet(locked=5000)
    with scene.work() as w:
        partners.unlock_money(w, SYSTEM, scene.ada.id, "查清了")
    scene.refund(paid, 2, 5000)
    assert scene.wallet() == Wallet(held=4000)


def test_what_a_payout_gives_back_to_a_locked_partner_is_locked_too(scene: Scene) -> None:
    scene.sell(net_minor=50000)
    scene.clock.advance(LATER)
    scene.release()
    scene.pay_out(4000, "requested")
    with scene.work() as w:
        partners.lock_money(w, SYSTEM, scene.ada.id, "核查")
        service.follow_lock(w, scene.ada.id)
        back = [debit(Account.RESERVED, 4000, scene.ada.id), credit(Account.AVAILABLE, 4000, scene.ada.id)]
        post(w, "payout:1", "canceled", "CNY", back)
        service.follow_lock(w, scene.ada.id)
    assert scene.wallet() == Wallet(locked=10000)
    with scene.work() as w:
        partners.unlock_money(w, SYSTEM, scene.ada.id, "查清了")
        service.follow_lock(w, scene.ada.id)
    assert scene.wallet() == Wallet(available=10000)


def test_adjustments_book_once_and_only_by_finance(scene: Scene) -> None:
    finance = Actor(None, frozenset({"finance"}))
    with scene.work() as w:
        assert service.adjust(w, finance, scene.ada.id, Money(6600, "CNY"), "开营奖金", "a")
        assert not service.adjust(w, finance, scene.ada.id, Money(6600, "CNY"), "开营奖金", "a")
        with pytest.raises(AdjustedDifferently):
            service.adjust(w, finance, scene.ada.id, Money(6601, "CNY"), "开营奖金", "a")
        assert service.adjust(w, finance, scene.ada.id, Money(-10000, "CNY"), "多付更正", "b")
        for amount, reason in ((0, "零"), (5, " ")):
            with pytest.raises(AdjustmentInvalid):
                service.adjust(w, finance, scene.ada.id, Money(amount, "CNY"), reason, "c")
        with pytest.raises(Forbidden):
            service.adjust(w, SYSTEM, scene.ada.id, Money(1, "CNY"), "开营奖金", "d")
        with pytest.raises(Forbidden):
            own = Actor(scene.ada_person.id, frozenset({"finance"}))
            service.adjust(w, own, scene.ada.id, Money(1, "CNY"), "开营奖金", "e")
    assert scene.wallet() == Wallet(debt=3400)
