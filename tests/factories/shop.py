"""Offers, coupons and orders for tests, made through the services and a gateway in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.commerce.gateway.events import DisputeMoved, PaymentConfirmed, RefundMoved
from lms.commerce.gateway.rules import Checkout, GatewayRefund
from lms.commerce.shop import queries, service
from lms.commerce.shop.queries import Order
from lms.commerce.shop.rules import Terms
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.factories.accounts import make_people
from tests.factories.camps import make_cohort
from tests.factories.enrollments import student_actor
from tests.fake_gateway import FakeGateway

PRICE = 39900


def make_paid_cohort(
    work: Work, *, price_minor: int = PRICE, refund_until: datetime | None = None, **plan: Any
) -> Cohort:
    """Make a cohort with a price that starts in December."""
    cohort = make_cohort(work, **{"starts_on": date(2026, 12, 1), **plan})
    service.set_offer(work, SYSTEM, cohort.code, Terms(price_minor, "CNY", refund_until=refund_until))
    return cohort


def confirmed(checkout: Checkout, at: datetime) -> PaymentConfirmed:
    """Say of a paid checkout what a notice would."""
    assert checkout.payment_id is not None
    return PaymentConfirmed(
        happened_at=at,
        reference=checkout.reference,
        checkout_id=checkout.id,
        payment_id=checkout.payment_id,
        amount_minor=checkout.amount_minor,
        currency=checkout.currency,
    )


def refund_moved(refund: GatewayRefund, at: datetime, state: str = "") -> RefundMoved:
    """Say of a refund what a notice would."""
    return RefundMoved(
        happened_at=at,
        reference=refund.reference,
        refund_id=refund.id,
        payment_id=refund.payment_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        state=state or refund.state.value,
    )


def dispute_moved(payment_id: str, at: datetime, state: str, amount_minor: int = PRICE) -> DisputeMoved:
    """Say of a dispute what a notice would."""
    return DisputeMoved(
        happened_at=at,
        dispute_id=f"dp_{payment_id}",
        payment_id=payment_id,
        amount_minor=amount_minor,
        currency="CNY",
        state=state,
    )


@dataclass
class Stall:
    """Somebody selling seats: a buyer's steps, each in a work of its own."""

    work: Callable[[], AbstractContextManager[Work]]
    read: Callable[[], Read]
    gate: FakeGateway
    now: Callable[[], datetime]

    def open(self, people: int = 1, **plan: Any) -> tuple[Cohort, list[Person]]:
        with self.work() as w:
            return make_paid_cohort(w, **plan), make_people(w, people)

    def order(self, cohort: Cohort, person: Person, coupon: str = "", visitor: str | None = None) -> Order:
        with self.work() as w:
            return service.start_order(w, student_actor(person), cohort.code, visitor, coupon, "zh")

    def checkout(self, person: Person, order: Order) -> Checkout:
        with self.work() as w:
            start = service.begin_payment(w, student_actor(person), order.code)
        assert start.request is not None
        checkout = self.gate.open_checkout(start.key, start.request)
        with self.work() as w:
            service.note_checkout(w, order.code, start.attempt, checkout)
        return checkout

    def settle(self, checkout: Checkout) -> service.Settled:
        with self.work() as w:
            return service.settle(w, confirmed(checkout, w.now))

    def buy(self, cohort: Cohort, person: Person, coupon: str = "") -> Order:
        """Buy a seat from beginning to end."""
        order = self.order(cohort, person, coupon)
        if order.net_minor:
            self.settle(self.gate.pay(self.checkout(person, order).id))
        return self.see(order)

    def see(self, order: Order) -> Order:
        """Look at an order afresh."""
        return queries.get_order(self.read(), order.code)

    def payment_id(self, order: Order) -> str:
        """Give the gateway's name of the payment that settled an order."""
        found = next(one for one in queries.list_payments(self.read(), order.id) if one.state == "paid")
        assert found.payment_id is not None
        return found.payment_id
