"""Buying a seat in the browser: price, coupon, the way to the gateway and back, refunds, strangers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.commerce.gateway.rules import CheckoutState
from lms.commerce.shop import queries, service
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Actor, Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.conftest import counting
from tests.factories.accounts import make_people
from tests.factories.camps import make_cohort
from tests.factories.shop import Stall
from tests.fake_gateway import Fault

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
SYSTEM_STAFF = Actor(None, frozenset({"operator"}), "system")


@pytest.fixture
def shop(stall: Stall, clock: FixedClock) -> tuple[Cohort, Person]:
    cohort, (person, *_) = stall.open(3, seats=2, refund_until=clock.now() + timedelta(days=7))
    return cohort, person


@pytest.fixture
def buyer(client: FlaskClient, sign_in: Any, shop: tuple[Cohort, Person]) -> FlaskClient:
    sign_in(client, shop[1])
    return client


def begin(client: FlaskClient, cohort: Cohort, coupon: str = "") -> Any:
    form = {"cohort": cohort.code, "coupon": coupon}
    return client.post(f"/c/{cohort.camp_slug}/checkout", data=form)


def look_now(client: FlaskClient, order: queries.Order) -> str:
    """Press the button of the page that waits for a payment, and follow it."""
    answer = client.post(f"/orders/{order.code}/check")
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).text


def only_order(read: Look, person: Person) -> queries.Order:
    return queries.list_my_orders(read(), person.id)[0]


def test_the_landing_page_names_the_price_and_leads_to_checkout(
    client: FlaskClient, shop: tuple[Cohort, Person]
) -> None:
    cohort, _ = shop
    page = client.get(f"/c/{cohort.camp_slug}").text
    assert "¥399" in page and f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}" in page
    assert "全额退款" in page and "免费" not in page
    answer = client.get(f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}")
    assert answer.status_code == 303 and "/register?next=" in answer.headers["Location"]


def test_a_seat_is_bought_from_the_price_to_the_welcome(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, read: Look
) -> None:
    cohort, person = shop
    page = buyer.get(f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}")
    assert page.status_code == 200 and "¥399.00" in page.text and "去付款 ¥399" in page.text
    answer = begin(buyer, cohort)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("https://pay.example.com/")
    order = only_order(read, person)
    assert "等你付款" in buyer.get(f"/orders/{order.code}").text
    stall.gate.pay(answer.headers["Location"].rsplit("/", 1)[1])
    waiting = buyer.get(f"/orders/{order.code}/return").text
    assert "正在确认付款" in waiting and "hx-trigger" in waiting
    part = buyer.post(f"/orders/{order.code}/check", headers={"HX-Request": "true"})
    assert part.status_code == 200 and part.text.lstrip().startswith('<div id="order"') and "座位定了" in part.text
    assert buyer.get(f"/learn/{cohort.code}/welcome").status_code == 200
    receipt = buyer.get(f"/orders/{order.code}/receipt.pdf")
    assert receipt.status_code == 200 and receipt.data.startswith(b"%PDF")
    assert "已付款" in buyer.get("/orders").text
    assert buyer.post(f"/orders/{order.code}/pay").headers["Location"].endswith(f"/orders/{order.code}")


def test_pressing_twice_holds_one_seat_and_opens_one_checkout(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, read: Look
) -> None:
    cohort, person = shop
    first, second = begin(buyer, cohort), begin(buyer, cohort)
    assert first.headers["Location"] == second.headers["Location"]
    assert stall.gate.called.count("open_checkout") == 1
    assert len(queries.list_my_orders(read(), person.id)) == 1


def test_a_coupon_is_tried_on_the_page_and_used(
    buyer: FlaskClient, shop: tuple[Cohort, Person], work: Open, read: Look
) -> None:
    cohort, person = shop
    with work() as w:
        service.make_coupon(w, SYSTEM, "WRITE-20", CouponTerms(percent_bps=2000))
    address = f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}"
    part = buyer.get(f"{address}&coupon=write-20", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="checkout"') and "¥319.20" in part and "−¥79.80" in part
    wrong = buyer.get(f"{address}&coupon=nope")
    assert wrong.status_code == 200 and "没有这个优惠码" in wrong.text and "¥399.00" in wrong.text
    refused = begin(buyer, cohort, "nope")
    assert refused.status_code == 422 and "没有这个优惠码" in refused.text
    assert begin(buyer, cohort, "write-20").status_code == 303
    assert only_order(read, person).net_minor == 31920


def test_a_full_coupon_seats_without_paying(
    buyer: FlaskClient, shop: tuple[Cohort, Person], work: Open, stall: Stall
) -> None:
    cohort, _ = shop
    with work() as w:
        service.make_coupon(w, SYSTEM, "GIFT", CouponTerms(percent_bps=10000))
    answer = begin(buyer, cohort, "gift")
    assert "座位定了" in buyer.get(answer.headers["Location"]).text and "open_checkout" not in stall.gate.called


@pytest.mark.parametrize("kind", ["dropped", "lost"])
def test_a_gateway_that_does_not_answer_loses_nothing(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, read: Look, kind: str
) -> None:
    cohort, person = shop
    stall.gate.faults.append(Fault(kind, "open_checkout"))
    answer = begin(buyer, cohort)
    order = only_order(read, person)
    assert (
        answer.status_code == 503 and "座位还为你留着" in answer.text and f'href="/orders/{order.code}"' in answer.text
    )
    again = buyer.post(f"/orders/{order.code}/pay")
    assert again.status_code == 303 and len(stall.gate._checkouts) == 1


def test_a_refusing_gateway_is_said_and_may_be_tried_again(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, read: Look
) -> None:
    cohort, person = shop
    stall.gate.faults.append(Fault("refused", "open_checkout"))
    assert begin(buyer, cohort).status_code == 409
    assert buyer.post(f"/orders/{only_order(read, person).code}/pay").status_code == 303


def test_a_payment_under_way_is_asked_about_until_it_is_there(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, read: Look
) -> None:
    cohort, person = shop
    name = begin(buyer, cohort).headers["Location"].rsplit("/", 1)[1]
    order = only_order(read, person)
    stall.gate._checkouts[name] = replace(stall.gate.get_checkout(name), state=CheckoutState.CONFIRMING)
    assert "正在确认付款" in look_now(buyer, order)
    stall.gate.faults.append(Fault("dropped", "get_checkout"))
    assert "正在确认付款" in look_now(buyer, order)
    stall.gate.pay(name)
    assert "座位定了" in look_now(buyer, order)


def test_giving_up_frees_the_seat(buyer: FlaskClient, shop: tuple[Cohort, Person], read: Look) -> None:
    cohort, person = shop
    begin(buyer, cohort)
    code = only_order(read, person).code
    assert buyer.post(f"/orders/{code}/cancel").status_code == 303
    assert "已取消，没有扣款" in buyer.get(f"/orders/{code}").text
    assert begin(buyer, cohort).status_code == 303
    assert len(queries.list_my_orders(read(), person.id)) == 2


def test_a_buyer_takes_everything_back_in_time_and_not_later(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, clock: FixedClock, read: Look, drain: Any
) -> None:
    cohort, person = shop
    order = stall.buy(cohort, person)
    ask = buyer.get(f"/orders/{order.code}/refund")
    assert "退 ¥399.00，放出座位" in ask.text
    assert buyer.post(f"/orders/{order.code}/refund", data={"reason": "x" * 501}).status_code == 422
    assert buyer.post(f"/orders/{order.code}/refund", data={"reason": "时间冲突"}).status_code == 303
    drain()
    assert "已全额退款" in buyer.get(f"/orders/{order.code}").text
    again = stall.buy(cohort, person)
    clock.advance(timedelta(days=8))
    assert buyer.get(f"/orders/{again.code}/refund").status_code == 409
    assert buyer.post(f"/orders/{again.code}/refund", data={}).status_code == 409


def test_when_the_last_seat_goes_the_line_costs_nothing(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, work: Open
) -> None:
    cohort, _ = shop

    with work() as w:
        others = make_people(w, 2)
    for other in others:
        stall.buy(cohort, other)
    page = buyer.get(f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}").text
    assert "排候补" in page and "去付款" not in page
    refused = begin(buyer, cohort)
    assert refused.status_code == 409 and "没有扣款" in refused.text
    assert buyer.post(f"/c/{cohort.camp_slug}/join", data={"cohort": cohort.code}).status_code == 303
    assert "你排在第 1 位" in buyer.get(f"/learn/{cohort.code}/welcome").text


@pytest.mark.parametrize("path", ["", "/refund", "/receipt.pdf"])
def test_nobody_sees_or_moves_another_ones_order(
    new_client: Callable[[], FlaskClient],
    shop: tuple[Cohort, Person],
    stall: Stall,
    sign_in: Any,
    path: str,
    work: Open,
) -> None:

    order = stall.buy(*shop)
    visitor, stranger = new_client(), new_client()
    assert visitor.get(f"/orders/{order.code}{path}").status_code in (302, 303)
    with work() as w:
        sign_in(stranger, make_people(w, 1)[0])
    assert stranger.get(f"/orders/{order.code}{path}").status_code == 404
    for deed in ("pay", "check", "cancel", "refund"):
        assert stranger.post(f"/orders/{order.code}/{deed}", data={"reason": ""}).status_code == 404
        assert visitor.post(f"/orders/{order.code}/{deed}").status_code in (302, 303, 401)


def test_a_cohort_of_another_camp_or_a_free_one_is_no_checkout(
    buyer: FlaskClient, shop: tuple[Cohort, Person], work: Open
) -> None:

    cohort, _ = shop
    with work() as w:
        free = make_cohort(w)
    assert buyer.get(f"/c/nowhere/checkout?cohort={cohort.code}").status_code == 404
    assert buyer.get(f"/c/{cohort.camp_slug}/checkout?cohort=nope").status_code == 404
    answer = buyer.get(f"/c/{free.camp_slug}/checkout?cohort={free.code}")
    assert answer.status_code == 303 and "/join?cohort=" in answer.headers["Location"]


def test_pages_take_the_same_statements_with_more_orders(
    app: Flask, buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall
) -> None:
    cohort, person = shop
    order = stall.order(cohort, person)
    buyer.get("/orders")
    with counting(app) as few:
        buyer.get("/orders")
    for _ in range(5):
        buyer.post(f"/orders/{order.code}/cancel")
        order = stall.order(cohort, person)
    with counting(app) as many:
        buyer.get("/orders")
    assert few.statements == many.statements <= 6
    with counting(app) as one:
        buyer.get(f"/orders/{order.code}")
    assert one.statements <= 9, one.said


def test_prices_turn_with_the_clock(client: FlaskClient, work: Open, stall: Stall, clock: FixedClock) -> None:

    cohort, _ = stall.open(1)
    until: datetime = clock.now() + timedelta(days=3)
    with work() as w:
        service.set_offer(w, SYSTEM, cohort.code, Terms(49900, "CNY", 39900, until))
    page = client.get(f"/c/{cohort.camp_slug}").text
    assert "¥399" in page and "<s" in page and "早鸟" in page
    clock.at = until
    page = client.get(f"/c/{cohort.camp_slug}").text
    assert "¥499" in page and "早鸟" not in page


def test_who_moves_up_finds_the_seat_held_and_pays_for_it(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, work: Open, drain: Any, read: Look
) -> None:
    cohort, person = shop
    with work() as w:
        others = make_people(w, 2)
    orders = [stall.buy(cohort, other) for other in others]
    buyer.post(f"/c/{cohort.camp_slug}/join", data={"cohort": cohort.code})
    with work() as w:
        service.ask_refund(w, SYSTEM_STAFF, orders[0].code, None, "")
    drain()
    welcome = buyer.get(f"/learn/{cohort.code}/welcome").text
    assert "座位为你留着" in welcome and "/checkout?cohort=" in welcome
    page = buyer.get(f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}").text
    assert "为你留着一席" in page and "去付款" in page
    url = begin(buyer, cohort).headers["Location"]
    stall.gate.pay(url.rsplit("/", 1)[1])
    order = only_order(read, person)
    assert "座位定了" in look_now(buyer, order)
