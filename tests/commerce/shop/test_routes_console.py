"""What operators and finance do with prices, orders, coupons and collected money."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import queries, service
from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.conftest import counting
from tests.factories.camps import make_cohort
from tests.factories.partners import make_partner, make_someone
from tests.factories.shop import Stall, dispute_moved
from tests.fake_gateway import Fault

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def operator(client: FlaskClient, work: Open, sign_in: Any) -> FlaskClient:
    with work() as w:
        person = make_someone(w, "苏", roles=("operator", "finance"))
    sign_in(client, person)
    return client


@pytest.fixture
def shop(stall: Stall) -> tuple[Cohort, Person]:
    cohort, (person,) = stall.open(1)
    return cohort, person


def offer_form(**over: str) -> dict[str, str]:
    return {"priced": "y", "price": "399", "currency": "CNY", **over}


def test_an_operator_sets_changes_and_takes_away_a_price(
    operator: FlaskClient, stall: Stall, work: Open, read: Look
) -> None:

    with work() as w:
        cohort = make_cohort(w)
    address = f"/console/cohorts/{cohort.code}/offer"
    assert operator.get(address).status_code == 200
    early = {"early_price": "299.50", "early_until": "2026-11-25T22:00", "refund_until": "2026-12-05T00:00"}
    assert operator.post(address, data=offer_form(**early)).status_code == 303
    found = queries.find_offer(read(), cohort.id)
    assert found is not None and found.terms.early_price_minor == 29950
    assert found.terms.early_until is not None and found.terms.early_until.isoformat() == "2026-11-25T14:00:00+00:00"
    shown = operator.get(address).text
    assert 'value="299.50"' in shown and 'value="399"' in shown and "2026-11-25 22:00" in shown
    assert operator.post(address, data={"currency": "CNY"}).status_code == 303
    assert queries.prices(read(), [cohort.id], read().now) == {}


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"price": ""}, "填一个价格"),
        ({"price": "0"}, "价格要大于 0"),
        ({"price": "-1"}, "请填金额"),
        ({"price": "1e9"}, "请填金额"),
        ({"price": "99999999999"}, "最多"),
        ({"price": "<b>"}, "请填金额"),
        ({"currency": "XXX"}, "货币"),
        ({"early_price": "500", "early_until": "2026-11-25T22:00"}, "早鸟价要低于原价"),
        ({"early_price": "300"}, "早鸟价要低于原价"),
        ({"early_until": "soon"}, "请填日期和时间"),
    ],
)
def test_a_price_that_makes_no_sense_is_said_in_words(
    operator: FlaskClient, shop: tuple[Cohort, Person], over: dict[str, str], said: str
) -> None:
    answer = operator.post(f"/console/cohorts/{shop[0].code}/offer", data=offer_form(**over))
    assert answer.status_code == 422 and said in answer.text


def test_orders_are_found_and_shown_with_their_books(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person]
) -> None:
    order = stall.buy(*shop)
    listed = operator.get("/console/orders").text
    assert order.code in listed and "¥399.00" in listed
    assert order.code in operator.get(f"/console/orders?q={order.code.lower()}").text
    assert order.code not in operator.get("/console/orders?q=%25").text
    assert order.code not in operator.get("/console/orders?state=refunded").text
    assert operator.get("/console/orders?state=%00&before=x").status_code == 200
    one = operator.get(f"/console/orders/{order.code}").text
    assert "psp_clearing" in one and "deferred_tuition" in one and "还能退 ¥399.00" in one


def test_refunds_in_parts_end_exactly(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], drain: Any
) -> None:
    order = stall.buy(*shop)
    address = f"/console/orders/{order.code}/refund"
    assert operator.post(address, data={"amount": "133", "reason": "补偿"}).status_code == 303
    drain()
    assert stall.see(order).state == "partly_refunded" and stall.see(order).seat == "given"
    over = operator.post(address, data={"amount": "266.01", "reason": "x"})
    assert over.status_code == 422 and "最多还能退 ¥266.00" in over.text
    assert operator.post(address, data={"amount": "0", "reason": "x"}).status_code == 422
    assert operator.post(address, data={"amount": "1", "reason": ""}).status_code == 422
    assert operator.post(address, data={"amount": "266", "reason": "全退"}).status_code == 303
    drain()
    assert stall.see(order).state == "refunded" and stall.see(order).seat == "none"


def test_a_refund_form_sent_twice_asks_once(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], drain: Any
) -> None:
    order = stall.buy(*shop)
    address = f"/console/orders/{order.code}"
    named = re.search(r'name="code" value="(\w+)"', operator.get(address).text)
    assert named is not None
    form = {"amount": "100", "reason": "补偿", "code": named[1]}
    for _ in range(2):
        assert operator.post(f"{address}/refund", data=form).status_code == 303
    drain()
    assert operator.post(f"{address}/refund", data=form).status_code == 303
    assert [(one.code, one.amount_minor) for one in queries.list_refunds(stall.read(), order.id)] == [(named[1], 10000)]
    assert operator.post(f"{address}/refund", data={**form, "code": "<script>"}).status_code == 422
    cohort, [buyer] = stall.open()
    other = stall.buy(cohort, buyer)
    assert operator.post(f"/console/orders/{other.code}/refund", data=form).status_code == 409


def test_a_refund_that_the_gateway_refuses_waits_for_a_person(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], drain: Any, read: Look
) -> None:
    order = stall.buy(*shop)
    stall.gate.faults.append(Fault("refused", "refund"))
    operator.post(f"/console/orders/{order.code}/refund", data={"amount": "399", "reason": "x"})
    drain()
    assert "没退成" in operator.get("/console/orders").text
    page = operator.get(f"/console/orders/{order.code}").text
    refund = queries.list_refunds(read(), order.id)[0]
    assert f"/console/refunds/{refund.code}/retry" in page
    assert operator.post(f"/console/refunds/{refund.code}/retry").status_code == 303
    drain()
    assert stall.see(order).state == "refunded"
    assert operator.post(f"/console/refunds/{refund.code}/retry").status_code == 409


def test_money_collected_offline_seats_and_is_handed_in(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open, read: Look
) -> None:
    cohort, person = shop
    order = stall.order(cohort, person)
    with work() as w:
        agent = make_someone(w, "校园代理")
    address = f"/console/orders/{order.code}/offline"
    assert operator.post(address, data={"agent": "nobody@example.com"}).status_code == 422
    for _ in range(2):
        assert operator.post(address, data={"agent": agent.email}).status_code == 303
    assert stall.see(order).method == "offline" and stall.see(order).seat == "given"
    page = operator.get("/finance/collected").text
    assert "¥399.00" in page and "校园代理" in page
    form = {"agent": str(agent.id), "currency": "CNY", "key": "one", "amount": "100"}
    for _ in range(2):
        assert operator.post("/finance/collected", data=form).status_code == 303
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 29900}
    for bad in ({"amount": "300"}, {"agent": "x"}, {"agent": "99999"}, {"currency": "X"}, {"amount": ""}):
        answer = operator.post("/finance/collected", data={**form, "key": "two", **bad})
        assert answer.status_code in (404, 409, 422), bad
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 29900}


def test_coupons_are_made_bound_and_retired(operator: FlaskClient, work: Open, read: Look) -> None:
    with work() as w:
        _, partner = make_partner(w)
    form = {"code": "ada-50", "kind": "amount", "amount": "50", "currency": "CNY", "camp": "", "partner": partner.code}
    assert operator.post("/console/coupons", data=form).status_code == 303
    coupon = queries.get_coupon(read(), "ADA-50")
    assert coupon.terms.owner_id == partner.id and coupon.terms.amount_minor == 5000
    assert "ADA-50" in operator.get("/console/coupons").text and partner.name in operator.get("/console/coupons").text
    share = {"code": "tenth", "kind": "percent", "percent": "12.5", "currency": "CNY", "camp": ""}
    assert operator.post("/console/coupons", data=share).status_code == 303
    assert queries.get_coupon(read(), "TENTH").terms.percent_bps == 1250
    for bad in (
        {"code": "ada-50"},
        {"code": "a"},
        {"code": "x y z", "percent": "0"},
        {"percent": "abc"},
        {"percent": "101"},
        {"kind": "none"},
        {"camp": "999999"},
        {"camp": "zzz"},
        {"partner": "nobody"},
        {"uses_most": "0"},
        {"uses_most": "many"},
        {"kind": "amount", "amount": "-5"},
    ):
        answer = operator.post("/console/coupons", data={**share, "code": "fresh", **bad})
        assert answer.status_code in (409, 422), bad
    assert operator.post("/console/coupons/ADA-50/archive").status_code == 303
    assert "ADA-50" not in operator.get("/console/coupons").text
    assert "ADA-50" in operator.get("/console/coupons?archived=1").text


CONSOLE = ["/console/orders", "/console/orders/{order}", "/console/coupons", "/console/cohorts/{cohort}/offer"]


@pytest.mark.parametrize("path", [*CONSOLE, "/finance/collected"])
@pytest.mark.parametrize("role", ["", "student", "tutor", "partner"])
def test_strangers_see_none_of_it(
    client: FlaskClient, work: Open, sign_in: Any, stall: Stall, shop: tuple[Cohort, Person], path: str, role: str
) -> None:
    order = stall.order(*shop)
    url = path.format(order=order.code, cohort=shop[0].code)
    if role:
        with work() as w:
            sign_in(client, make_someone(w, role, roles=tuple({"student", role})))
    assert client.get(url).status_code == (403 if role else 303)


def test_lists_take_the_same_statements_with_more_orders(app: Flask, operator: FlaskClient, stall: Stall) -> None:
    cohort, people = stall.open(12, seats=12)
    stall.order(cohort, people[0])
    operator.get("/console/orders")
    with counting(app) as few:
        operator.get("/console/orders")
    for person in people[1:]:
        stall.order(cohort, person)
    with counting(app) as many:
        operator.get("/console/orders")
    assert few.statements == many.statements <= 7, many.said


def test_a_dispute_is_seen(operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open) -> None:

    order = stall.buy(*shop)
    with work() as w:
        service.move_dispute(w, dispute_moved(stall.payment_id(order), w.now, "open"))
    assert "有争议" in operator.get("/console/orders").text
    assert "银行处理中" in operator.get(f"/console/orders/{order.code}").text
