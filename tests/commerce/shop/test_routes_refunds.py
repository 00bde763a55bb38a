"""Refunds in the console, money taken in by hand, and the orders as a table and a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.commerce.gateway import service as gateway
from lms.commerce.gateway.notices import notice_of
from lms.commerce.shop import queries, service
from lms.commerce.shop.rules import CouponTerms
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.factories.partners import make_partner, make_someone
from tests.factories.shop import PRICE, Stall, dispute_moved
from tests.fake_gateway import Fault

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def form_of(page: str) -> dict[str, str]:
    """Read what a page's form for a refund carries along."""
    return {name: re.findall(rf'name="{name}" value="(\w+)"', page)[0] for name in ("code", "left")}


def give_back(client: FlaskClient, order: queries.Order, **fields: str) -> Any:
    """Ask for a refund on the order's page and say yes on the next."""
    page = client.get(f"/console/orders/{order.code}").text
    form = {**form_of(page), "reason": "补偿", **fields}
    asked = client.post(f"/console/orders/{order.code}/refund", data=form)
    if asked.status_code != 200:
        return asked
    typed = re.findall(r'name="amount" value="([\d.]+)"', asked.text)[0]
    sure = {"reason": "补偿", "amount": typed, "sure": "y", **form_of(asked.text)}
    return client.post(f"/console/orders/{order.code}/refund", data=sure)


def test_refunds_in_parts_end_exactly(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], drain: Any
) -> None:
    order = stall.buy(*shop)
    assert give_back(operator, order, amount="133").status_code == 303
    drain()
    assert stall.see(order).state == "partly_refunded" and stall.see(order).seat == "given"
    for wrong, said in (("266.01", "最多还能退 ¥266.00"), ("0", "金额要大于 0"), ("", "填要退多少")):
        answer = give_back(operator, order, amount=wrong)
        assert answer.status_code == 422 and said in answer.text
    assert give_back(operator, order, amount="1", reason="").status_code == 422
    assert give_back(operator, order, whole="y").status_code == 303
    drain()
    assert stall.see(order).state == "refunded" and stall.see(order).seat == "none"


def test_a_refund_is_asked_back_with_what_it_means(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person]
) -> None:
    order = stall.buy(*shop)
    form = {**form_of(operator.get(f"/console/orders/{order.code}").text), "reason": "补偿"}
    part = operator.post(f"/console/orders/{order.code}/refund", data={**form, "amount": "100"})
    assert part.status_code == 200 and f"退 ¥100.00 给{shop[1].display_name}" in part.text
    assert "¥299.00" in part.text and "座位不变" in part.text
    whole = operator.post(f"/console/orders/{order.code}/refund", data={**form, "whole": "y"})
    assert "退 ¥399.00" in whole.text and "座位放出" in whole.text
    assert queries.list_refunds(stall.read(), order.id) == []


def test_one_form_is_one_refund_and_a_stale_one_is_asked_again(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], drain: Any
) -> None:
    order = stall.buy(*shop)
    address = f"/console/orders/{order.code}/refund"
    pages = [form_of(operator.get(f"/console/orders/{order.code}").text) for _ in range(2)]
    first, second = ({**page, "amount": "50", "reason": "补偿", "sure": "y"} for page in pages)
    for _ in range(2):
        assert operator.post(address, data=first).status_code == 303
    drain()
    assert operator.post(address, data=first).status_code == 303
    stale = operator.post(address, data=second)
    assert stale.status_code == 409 and "又有别的退款" in stale.text
    assert [one.amount_minor for one in queries.list_refunds(stall.read(), order.id)] == [5000]
    assert operator.post(address, data={**second, **form_of(stale.text)}).status_code == 303
    assert [one.amount_minor for one in queries.list_refunds(stall.read(), order.id)] == [5000, 5000]
    assert operator.post(address, data={**first, "code": "<script>"}).status_code == 422
    cohort, [buyer] = stall.open()
    other = stall.buy(cohort, buyer)
    assert operator.post(f"/console/orders/{other.code}/refund", data=first).status_code == 409


def test_a_refund_that_the_gateway_refuses_waits_for_a_person(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], drain: Any, read: Look
) -> None:
    order = stall.buy(*shop)
    stall.gate.faults.append(Fault("refused", "refund", 2))
    give_back(operator, order, whole="y")
    drain()
    assert "没退成" in operator.get("/console/orders").text
    page = operator.get(f"/console/orders/{order.code}").text
    refund = queries.list_refunds(read(), order.id)[0]
    assert f"/console/refunds/{refund.code}/retry" in page and "支付平台没有接受（ordered）" in page
    assert operator.post(f"/console/refunds/{refund.code}/retry").status_code == 303
    drain()
    again = operator.post(f"/console/refunds/{refund.code}/retry")
    # The refusal stands on the order's own page, with what can be done there.
    assert again.status_code == 409 and "已经处理过" in again.text and order.code in again.text
    second = queries.list_refunds(read(), order.id)[1]
    address = f"/console/refunds/{second.code}/dismiss"
    assert operator.post(address, data={"reason": ""}).status_code == 422
    assert operator.post(address, data={"reason": "买家决定留下"}).status_code == 303
    page = operator.get(f"/console/orders/{order.code}").text
    assert "不再退" in page and "买家决定留下" in page and "/retry" not in page
    assert "等人处理的退款" not in operator.get("/console/orders").text


def dispute_notice(payment_id: str, kind: str, status: str) -> Any:
    thing = {
        "id": f"dp_{payment_id}",
        "payment_intent": payment_id,
        "amount": PRICE,
        "currency": "cny",
        "status": status,
        "reason": "product_not_received",
        "evidence_details": {"due_by": 1_796_000_000},
    }
    return notice_of({"id": f"evt_{kind}", "type": f"charge.dispute.{kind}", "data": {"object": thing}})


def test_a_dispute_says_why_and_until_when(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open, drain: Any
) -> None:
    order = stall.buy(*shop)
    stall.gate.faults.append(Fault("refused", "refund"))
    give_back(operator, order, whole="y")
    drain()
    with work() as w:
        gateway.receive(w, dispute_notice(stall.payment_id(order), "created", "needs_response"))
    drain()
    page = operator.get(f"/console/orders/{order.code}").text
    assert "等我们答复" in page and "买家说没有得到服务" in page and "证据要在" in page
    assert "等银行对争议有了结果再说" in page and "确认已退" not in page and "再提交一次" not in page
    assert operator.post(f"/console/orders/{order.code}/refund", data={"whole": "y", "reason": "x"}).status_code == 409


def test_a_buyer_reads_what_the_bank_does(
    client: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open, sign_in: Any, drain: Any
) -> None:
    order = stall.buy(*shop)
    sign_in(client, shop[1])
    payment = stall.payment_id(order)
    with work() as w:
        service.move_dispute(w, dispute_moved(payment, w.now, "open"))
    page = client.get(f"/orders/{order.code}").text
    assert "你的银行正在处理这笔付款" in page and f"/orders/{order.code}/refund" not in page
    assert client.get(f"/orders/{order.code}/refund").status_code == 303
    assert client.post(f"/orders/{order.code}/refund", data={}).status_code == 303
    with work() as w:
        service.move_dispute(w, dispute_moved(payment, w.now, "lost"))
    drain()
    assert "银行把钱退给你了" in client.get(f"/orders/{order.code}").text
    assert "银行已收回" in client.get("/orders").text


def test_every_fault_of_a_coupon_is_told_at_its_field(operator: FlaskClient) -> None:
    form = {"code": "!!", "kind": "percent", "percent": "150", "currency": "CNY", "camp": "", "partner": "nobody"}
    answer = operator.post("/console/coupons", data={**form, "uses_most": "0", "valid_until": "2026-11-20T10:00"})
    assert answer.status_code == 422 and "有 5 处要改" in answer.text
    for said in ("3 到 24 个字母", "最多 100%", "没有这个合伙人短码", "至少能用 1 次", "有效期要晚于现在"):
        assert said in answer.text
    assert 'value="!!"' in answer.text
    amount = operator.post("/console/coupons", data={**form, "kind": "amount", "amount": ""})
    assert 'id="amount-error"' in amount.text


def test_orders_are_sorted_narrowed_summed_up_and_given_as_a_file(
    operator: FlaskClient, stall: Stall, work: Open, drain: Any
) -> None:
    cohort, people = stall.open(3, seats=3)
    with work() as w:
        _, partner = make_partner(w)
        service.make_coupon(w, SYSTEM, "ADA-50", CouponTerms(amount_minor=5000, currency="CNY", owner_id=partner.id))
        wild = make_someone(w, "=HYPERLINK(1)", roles=("student",))
    dear, less, still = stall.buy(cohort, people[0]), stall.buy(cohort, wild, "ADA-50"), stall.order(cohort, people[1])
    page = operator.get("/console/orders").text
    assert "3 单" in page and "¥748.00" in page and "ADA-50" in page and partner.name in page
    table = page[page.index("<tbody>") :]
    assert table.index(still.code) < table.index(less.code) < table.index(dear.code)
    # What nobody has paid has not been paid online either.
    assert table.count("在线支付") == 2
    assert "在线支付" not in operator.get(f"/console/orders/{still.code}").text
    assert "在线支付" in operator.get(f"/console/orders/{dear.code}").text
    by_amount = operator.get("/console/orders?sort=least").text
    by_amount = by_amount[by_amount.index("<tbody>") :]
    assert by_amount.index(less.code) < by_amount.index(dear.code)
    assert "没有符合的订单" in operator.get("/console/orders?to=2026-11-20").text
    assert dear.code in operator.get(f"/console/orders?from=2026-11-21&camp={cohort.camp_id}").text
    assert operator.get("/console/orders?from=0001-01-01&to=9999-12-31&camp=%00&sort=x&before=9").status_code == 200
    file = operator.get("/console/orders.csv?state=paid&sort=most")
    assert file.headers["Content-Type"].startswith("text/csv") and "attachment" in file.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == [dear.code, less.code]
    unpaid = list(csv.reader(io.StringIO(operator.get("/console/orders.csv?state=open").text)))[1]
    assert (unpaid[0], rows[1][6], unpaid[6]) == (still.code, "在线支付", "")
    assert rows[2][1] == "'=HYPERLINK(1)" and rows[2][10] == "349.00" and rows[2][12:14] == ["ADA-50", partner.name]


@pytest.mark.parametrize("role", ["", "student", "tutor", "partner"])
def test_strangers_get_no_file(client: FlaskClient, work: Open, sign_in: Any, role: str) -> None:
    if role:
        with work() as w:
            sign_in(client, make_someone(w, role, roles=tuple({"student", role})))
    assert client.get("/console/orders.csv").status_code == (403 if role else 303)


def test_pages_of_orders_by_amount_leave_nobody_out(stall: Stall) -> None:
    cohort, people = stall.open(5, seats=5)
    orders = {stall.order(cohort, person).code for person in people}
    for upward in (True, False):
        wanted = queries.Wanted(by="amount", upward=upward)
        seen: list[queries.OrderLine] = []
        while found := queries.list_orders(stall.read(), wanted, seen[-1].id if seen else None, 2):
            seen += found
        assert {one.code for one in seen} == orders and len(seen) == 5
