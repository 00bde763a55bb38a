"""Money that goes back, disputes and tuition, on both engines: in any order, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from lms.commerce.gateway.rules import RefundState
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.errors import BalanceTooLow
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AgentHoldsLess, NothingToRefund, OverRefund, RefundSettled, RefundTooLate
from lms.commerce.shop.rules import RefundSource
from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM
from lms.learning.camps import service as camps
from lms.learning.enrollments import queries as places
from lms.people.messages.queries import list_notices
from tests.commerce.shop.staging import balances
from tests.factories.accounts import as_actor, cast
from tests.factories.enrollments import student_actor
from tests.factories.shop import PRICE, Stall, confirmed, dispute_moved, refund_moved

Drain = Callable[[], int]


def refund(stall: Stall, order: queries.Order, amount: int | None = None) -> queries.Refund:
    with stall.work() as w:
        return service.ask_refund(w, SYSTEM, order.code, amount, "不来了")


def test_a_full_refund_takes_the_seat_with_it(stall: Stall, drain: Drain) -> None:
    cohort, (lin, he) = stall.open(2, seats=1, refund_until=stall.now() + timedelta(days=1))
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        from lms.learning.enrollments.service import join

        assert join(w, student_actor(he), cohort.code, None).state == "waitlisted"
    with stall.work() as w:
        asked = service.ask_refund(w, student_actor(lin), order.code, None, "")
        again = service.ask_refund(w, student_actor(lin), order.code, None, "")
    assert asked.id == again.id
    drain()
    found = stall.see(order)
    assert (found.state, found.refunded_minor, found.seat) == ("refunded", PRICE, "none")
    assert balances(stall) == {"psp_clearing": 0, "deferred_tuition": 0}
    assert places.find_enrollment(stall.read(), cohort.id, lin.id) is None
    # The next in line is offered the seat and is to pay for it.
    hold = places.find_hold(stall.read(), cohort.id, he.id)
    assert hold is not None and hold.offered_until is not None
    assert [one.topic.rsplit("/", 1)[1] for one in list_notices(stall.read(), lin.id)] == ["refunded", "order_paid"]


def test_a_buyer_is_late_and_a_stranger_nobody(stall: Stall, clock: FixedClock) -> None:
    cohort, (lin, he) = stall.open(2, refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(hours=1))
    with pytest.raises(RefundTooLate), stall.work() as w:
        service.ask_refund(w, student_actor(lin), order.code, None, "")
    with pytest.raises(NotFound), stall.work() as w:
        service.ask_refund(w, student_actor(he), order.code, None, "")


def test_refunds_in_thirds_end_at_nothing_and_never_above(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open(price_minor=10_000)
    order = stall.buy(cohort, lin)
    for amount in (3333, 3333):
        refund(stall, order, amount)
    with pytest.raises(OverRefund):
        refund(stall, order, 3335)
    drain()
    found = stall.see(order)
    assert (found.state, found.refunded_minor, found.seat) == ("partly_refunded", 6666, "given")
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and place.state == "enrolled"
    refund(stall, order, 3334)
    drain()
    assert stall.see(order).state == "refunded"
    assert balances(stall) == {"psp_clearing": 0, "deferred_tuition": 0}
    with pytest.raises(NothingToRefund):
        refund(stall, order, 1)


@pytest.mark.parametrize("fault", ["dropped", "lost"])
def test_a_refund_without_an_answer_is_made_once(stall: Stall, drain: Drain, clock: FixedClock, fault: str) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    stall.gate.fail(fault, "refund")
    refund(stall, order, 100)
    drain()
    assert stall.see(order).refunded_minor == 0
    clock.advance(timedelta(minutes=5))
    drain()
    assert stall.see(order).refunded_minor == 100
    assert len(stall.gate.list_refunds(stall.now() - timedelta(days=1))) == 1


def test_a_refused_refund_waits_for_staff_who_sends_it_again(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        su = cast(w, "su")
    stall.gate.fail("refused", "refund")
    first = refund(stall, order, 100)
    drain()
    assert queries.get_refund(stall.read(), first.code).state == "failed"
    assert [one.order_code for one in queries.list_due_refunds(stall.read())] == [order.code]
    assert [one.topic for one in list_notices(stall.read(), su.id)] == ["commerce/shop/refund_failed"]
    with stall.work() as w:
        service.retry_refund(w, as_actor(w, su), first.code)
    with pytest.raises(RefundSettled), stall.work() as w:
        service.retry_refund(w, as_actor(w, su), first.code)
    drain()
    assert (stall.see(order).refunded_minor, queries.count_due(stall.read())) == (100, 0)


def test_a_refund_that_bounces_is_owed_until_it_is_paid_by_hand(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    asked = refund(stall, order, 100)
    drain()
    [made] = stall.gate.list_refunds(stall.now() - timedelta(days=1))
    bounced = refund_moved(stall.gate.move_refund(made.id, RefundState.FAILED), stall.now())
    for _ in range(2):
        with stall.work() as w:
            service.move_refund(w, bounced)
    assert balances(stall) == {"psp_clearing": PRICE, "deferred_tuition": PRICE}
    assert stall.see(order).refunded_minor == 100
    with stall.work() as w:
        service.confirm_refund(w, SYSTEM, asked.code, RefundSource.BANK)
    with stall.work() as w:
        service.move_refund(w, bounced)
    assert balances(stall) == {"psp_clearing": PRICE, "deferred_tuition": PRICE - 100, "bank": -100}
    with pytest.raises(RefundSettled), stall.work() as w:
        service.confirm_refund(w, SYSTEM, asked.code, RefundSource.BANK)


def test_what_an_agent_collected_is_handed_in_and_refunded_by_hand(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    with stall.work() as w:
        agent = cast(w, "fin")
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    for _ in range(2):
        with stall.work() as w:
            service.hand_in(w, SYSTEM, agent.id, Money(30_000, "CNY"), "form-1")
    with pytest.raises(BalanceTooLow), stall.work() as w:
        service.hand_in(w, SYSTEM, agent.id, Money(30_000, "CNY"), "form-2")
    asked = refund(stall, order, 5_000)
    rest = refund(stall, order)
    drain()
    assert [one.refund.code for one in queries.list_due_refunds(stall.read())] == [asked.code, rest.code]
    with pytest.raises(AgentHoldsLess) as refused, stall.work() as w:
        service.confirm_refund(w, SYSTEM, rest.code, RefundSource.AGENT)
    assert "手里只有 ¥99.00 代收款" in str(refused.value)
    with stall.work() as w:
        service.confirm_refund(w, SYSTEM, asked.code, RefundSource.AGENT)
        service.confirm_refund(w, SYSTEM, rest.code, RefundSource.BANK)
    assert balances(stall) == {
        "bank": 30_000 - (PRICE - 5_000),
        "agent_receivable": PRICE - 35_000,
        "deferred_tuition": 0,
    }
    assert stall.see(order).state == "refunded"
    assert [one.amount_minor for one in queries.list_hand_ins(stall.read(), agent.id)] == [30_000]


def test_a_refund_made_elsewhere_before_the_payment_was_known(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.gate.pay(stall.checkout(lin, order).id)
    made = stall.gate.refund_elsewhere(checkout.payment_id or "", 400)
    for _ in range(2):
        with stall.work() as w:
            w.tell(refund_moved(made, w.now))
    drain()
    assert stall.see(order).refunded_minor == 0
    stall.settle(checkout)
    drain()
    assert (stall.see(order).state, stall.see(order).refunded_minor) == ("partly_refunded", 400)
    assert [one.cause for one in queries.list_refunds(stall.read(), order.id)] == ["elsewhere"]


def test_more_than_was_paid_is_never_booked(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    made = stall.gate.refund_elsewhere(stall.payment_id(order), PRICE + 1)
    with stall.work() as w:
        service.move_refund(w, refund_moved(made, w.now))
    assert stall.see(order).refunded_minor == 0
    assert balances(stall)["psp_clearing"] == PRICE
    assert queries.count_due(stall.read()) == 1


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_keeps_the_seat_until_it_is_lost(stall: Stall, drain: Drain, won: bool) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    payment = stall.payment_id(order)
    for state in ("open", "open"):
        with stall.work() as w:
            service.move_dispute(w, dispute_moved(payment, w.now, state))
    assert balances(stall) == {"psp_clearing": 0, "dispute_receivable": PRICE, "deferred_tuition": PRICE}
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and place.state == "enrolled"
    ends = ("won", "lost") if won else ("lost", "won")
    for state in (ends[0], "open", ends[1]):
        with stall.work() as w:
            service.move_dispute(w, dispute_moved(payment, w.now, state))
    drain()
    kept = PRICE if won else 0
    assert balances(stall) == {"psp_clearing": kept, "dispute_receivable": 0, "deferred_tuition": kept}
    assert stall.see(order).state == ("paid" if won else "refunded")
    assert (places.find_enrollment(stall.read(), cohort.id, lin.id) is not None) is won
    assert [one.state for one in queries.list_disputes(stall.read(), order.id)] == [ends[0]]


def test_any_order_of_notices_ends_in_the_same_books(stall: Stall, drain: Drain) -> None:
    cohort, people = stall.open(24)
    ends = set()
    for person, order_of_things in zip(people, permutations(range(4)), strict=True):
        order = stall.order(cohort, person)
        checkout = stall.gate.pay(stall.checkout(person, order).id)
        payment = checkout.payment_id or ""
        made = stall.gate.refund_elsewhere(payment, 400)
        events: list[Any] = [
            confirmed(checkout, stall.now()),
            refund_moved(made, stall.now()),
            dispute_moved(payment, stall.now(), "open", PRICE - 400),
            dispute_moved(payment, stall.now(), "lost", PRICE - 400),
        ]
        for at in order_of_things:
            with stall.work() as w:
                w.tell(events[at])
            drain()
        found = stall.see(order)
        lines = ledger.list_lines(stall.read(), [f"order:{order.id}"])
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.account.value] = sums.get(line.account.value, 0) + line.amount_minor
        ends.add((found.state, found.refunded_minor, found.disputed_minor, tuple(sorted(sums.items()))))
    assert len(ends) == 1
    assert next(iter(ends))[:3] == ("refunded", 400, PRICE - 400)


def test_tuition_is_earned_day_by_day_and_refunds_split_exactly(stall: Stall, drain: Drain, clock: FixedClock) -> None:
    # A cohort of three days from tomorrow on.
    cohort, (lin, he) = stall.open(2, price_minor=10_000, starts_on=date(2026, 11, 23))
    one, two = stall.buy(cohort, lin), stall.buy(cohort, he)
    with stall.work() as w:
        for state in ("closed", "running"):
            camps.move_cohort(w, SYSTEM, cohort.id, state)
        assert service.earn_tuition(w, cohort.id) == 0
    clock.advance(timedelta(days=2, hours=4))
    with stall.work() as w:
        assert service.earn_tuition(w, cohort.id) == 1
        assert service.earn_tuition(w, cohort.id) == 0
    assert balances(stall)["tuition"] == 6_666
    refund(stall, one)
    drain()
    after = balances(stall)
    assert (after["refunds"], after["deferred_tuition"]) == (3_333, 6_667)
    clock.advance(timedelta(days=2))
    with stall.work() as w:
        assert service.earn_due(w) == 2
    assert balances(stall)["deferred_tuition"] == 0
    assert balances(stall)["tuition"] == 3_333 + 10_000
    assert (stall.see(one).earned_minor, stall.see(two).earned_minor) == (3_333, 10_000)
