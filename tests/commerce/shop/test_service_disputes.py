"""Refunds while the buyer's bank decides, on both engines: none is sent, and none is left over when it has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lms.commerce.gateway.rules import RefundState
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import RefundedMeanwhile, RefundOwed, RefundSettled, UnderDispute
from lms.commerce.shop.rules import RefundSource
from lms.commerce.shop.service import Seen
from lms.kernel.work import SYSTEM
from lms.learning.camps import service as camps
from tests.commerce.shop.staging import balances, topics
from tests.factories.enrollments import student_actor
from tests.factories.shop import PRICE, Stall, dispute_moved, refund_moved

Drain = Callable[[], int]


def move(stall: Stall, order: queries.Order, state: str, amount: int = PRICE) -> None:
    payment = stall.payment_id(order)
    with stall.work() as w:
        service.move_dispute(w, dispute_moved(payment, w.now, state, amount))


def failed_refund(stall: Stall, order: queries.Order, drain: Drain, amount: int = PRICE) -> queries.Refund:
    stall.gate.fail("refused", "refund")
    with stall.work() as w:
        asked = service.ask_refund(w, SYSTEM, order.code, amount, "不来了")
    drain()
    return queries.get_refund(stall.read(), asked.code)


def test_nothing_is_refunded_while_the_bank_decides(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    failed = failed_refund(stall, order, drain, 100)
    move(stall, order, "open")
    for who in (SYSTEM, student_actor(lin)):
        with pytest.raises(UnderDispute), stall.work() as w:
            service.ask_refund(w, who, order.code, None, "")
    with pytest.raises(UnderDispute), stall.work() as w:
        service.retry_refund(w, SYSTEM, failed.code)
    with pytest.raises(UnderDispute), stall.work() as w:
        service.confirm_refund(w, SYSTEM, failed.code, RefundSource.BANK)
    read = stall.read()
    assert queries.refundable(read, order) == 0 and not queries.may_refund_alone(read, order)
    assert queries.standings(read, [order.id]) == {order.id: "disputed"}
    # Nobody can do anything about it now, so it does not stand among what waits for people.
    assert queries.count_due(read) == 0
    assert queries.count_open_disputes(read)[0] == 1


def test_a_lost_dispute_closes_what_failed_and_tells_the_buyer(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    failed = failed_refund(stall, order, drain)
    move(stall, order, "open")
    move(stall, order, "lost")
    drain()
    closed = queries.get_refund(stall.read(), failed.code)
    assert (closed.state, closed.failure, closed.is_closed) == ("failed", "dispute_lost", True)
    assert queries.count_due(stall.read()) == 0
    assert queries.standings(stall.read(), [order.id]) == {order.id: "lost"}
    assert topics(stall, lin.id)[0] == "dispute_lost"
    assert balances(stall) == {"psp_clearing": 0, "dispute_receivable": 0, "deferred_tuition": 0}
    with pytest.raises(RefundSettled), stall.work() as w:
        service.retry_refund(w, SYSTEM, failed.code)


def test_a_refund_that_bounced_is_no_longer_owed_once_the_bank_has_paid(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        asked = service.ask_refund(w, SYSTEM, order.code, 100, "")
    drain()
    made = next(iter(stall.gate.list_refunds(order.created_at)))
    bounced = refund_moved(stall.gate.move_refund(made.id, RefundState.FAILED), stall.now())
    with stall.work() as w:
        service.move_refund(w, bounced)
    with pytest.raises(RefundOwed), stall.work() as w:
        service.dismiss_refund(w, SYSTEM, asked.code, "买家不要了")
    move(stall, order, "open")
    move(stall, order, "lost")
    assert queries.get_refund(stall.read(), asked.code).is_closed
    assert balances(stall) == {"psp_clearing": 0, "dispute_receivable": 0, "deferred_tuition": 0, "refunds": 0}


def test_a_lost_part_leaves_the_refunds_that_still_fit(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    small = failed_refund(stall, order, drain, 100)
    large = failed_refund(stall, order, drain, PRICE - 100)
    move(stall, order, "open", 5_000)
    move(stall, order, "lost", 5_000)
    read = stall.read()
    assert [queries.get_refund(read, one.code).is_closed for one in (small, large)] == [False, True]
    assert [one.refund.code for one in queries.list_due_refunds(read)] == [small.code]


@pytest.mark.parametrize("won", [True, False])
def test_a_canceled_cohort_waits_for_the_bank(stall: Stall, drain: Drain, won: bool) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    move(stall, order, "open")
    with stall.work() as w:
        camps.move_cohort(w, SYSTEM, cohort.id, "canceled", "人数不够")
    drain()
    assert [one.state for one in queries.list_refunds(stall.read(), order.id)] == ["requested"]
    assert "refund" not in stall.gate.called
    move(stall, order, "won" if won else "lost")
    drain()
    [refund] = queries.list_refunds(stall.read(), order.id)
    assert refund.state == ("succeeded" if won else "failed") and refund.is_closed is not won
    assert ("refund" in stall.gate.called) is won
    assert stall.see(order).state == "refunded"
    assert {amount for account, amount in balances(stall).items()} == {0}


def test_a_failed_refund_is_let_go_with_a_reason(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    failed = failed_refund(stall, order, drain, 100)
    for _ in range(2):
        with stall.work() as w:
            service.dismiss_refund(w, SYSTEM, failed.code, "买家决定留下")
    found = queries.get_refund(stall.read(), failed.code)
    assert found.is_closed and found.reason.splitlines() == ["不来了", "买家决定留下"]
    assert queries.count_due(stall.read()) == 0
    assert queries.refundable(stall.read(), order) == PRICE


def test_a_form_that_showed_another_sum_is_asked_again(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, order.code, 5_000, "", Seen("ABCDEFGH23", PRICE))
        service.ask_refund(w, SYSTEM, order.code, 5_000, "", Seen("ABCDEFGH23", PRICE))
    with pytest.raises(RefundedMeanwhile), stall.work() as w:
        service.ask_refund(w, SYSTEM, order.code, 5_000, "", Seen("ABCDEFGH24", PRICE))
    assert queries.refundable(stall.read(), order) == PRICE - 5_000
