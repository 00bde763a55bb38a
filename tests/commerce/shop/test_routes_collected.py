"""Money that agents took in: confirmed by name, told to them, and handed in after a look."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask.testing import FlaskClient

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import service
from lms.commerce.shop.rules import RefundSource
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from lms.people.messages.queries import list_notices
from tests.factories.partners import make_someone
from tests.factories.shop import Stall

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def test_money_collected_offline_is_confirmed_by_name(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open
) -> None:
    order = stall.order(*shop)
    with work() as w:
        agent, other = (make_someone(w, name, roles=("student", "tutor")) for name in ("校园代理", "别的助教"))
        nobody = make_someone(w, "路人", roles=("student",))
    address = f"/console/orders/{order.code}/offline"
    for email, said in (
        ("nobody@example.com", "没有人用这个邮箱"),
        (nobody.email, "代收人只能是"),
        (shop[1].email, "不能是买家自己"),
    ):
        answer = operator.post(address, data={"agent": email, "sure": "y"})
        assert answer.status_code == 422 and said in answer.text
    asked = operator.post(address, data={"agent": agent.email}, follow_redirects=True)
    assert (
        asked.request.method == "GET"
        and asked.status_code == 200
        and f"校园代理向{shop[1].display_name}收了 ¥399.00" in asked.text
    )
    for code, status in ((nobody.code, 422), (shop[1].code, 422), ("NOSUCH00", 404)):
        assert operator.get(f"{address}/{code}").status_code == status
    assert stall.see(order).state == "open"
    for _ in range(2):
        assert operator.post(address, data={"agent": agent.email, "sure": "y"}).status_code == 303
    assert stall.see(order).method == "offline" and stall.see(order).seat == "given"
    page = operator.get(f"/console/orders/{order.code}").text
    assert "校园代理代收" in page and "&lt;bdi" not in page
    assert operator.get(f"{address}/{agent.code}").headers["Location"] == f"/console/orders/{order.code}"
    late = operator.post(address, data={"agent": other.email})
    assert late.status_code == 409 and "已经确认由校园代理收到" in late.text


def test_collected_money_is_handed_in(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open, read: Look
) -> None:
    order = stall.order(*shop)
    with work() as w:
        agent = make_someone(w, "校园代理", roles=("student", "tutor"))
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    page = operator.get("/finance/collected").text
    assert "¥399.00" in page and "校园代理" in page
    behind = operator.get(f"/finance/accounts/agent_receivable?owner={agent.id}&currency=CNY").text
    assert f"owner={agent.id}" in page and f'href="/console/orders/{order.code}"' in behind
    look = {"agent": str(agent.id), "currency": "CNY", "amount": "100"}
    asked = operator.post("/finance/collected", data=look).text
    assert "校园代理交回 ¥100.00" in asked and "¥399.00" in asked and "¥299.00" in asked and "已经入账过" not in asked
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 39900}
    form = {**look, "confirmed": "yes", "seen": "0"}
    for said in ("校园代理交回 ¥100.00", "没有重复记"):
        assert said in operator.post("/finance/collected", data=form, follow_redirects=True).text
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 29900}
    for amount, said in (("300", "手里只有 ¥299.00"), ("0", "金额要大于 0"), ("", "这一项要填")):
        for sent in (look, {**form, "seen": "1"}):
            answer = operator.post("/finance/collected", data={**sent, "amount": amount})
            assert answer.status_code == 422 and said in answer.text and 'aria-invalid="true"' in answer.text
    for bad in ({"agent": "x"}, {"agent": "99999"}, {"currency": "X"}):
        assert operator.post("/finance/collected", data={**form, "seen": "1", **bad}).status_code in (404, 422), bad
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 29900}


def test_who_collects_is_told_and_sees_what_to_hand_in(
    client: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open, sign_in: Any, drain: Any
) -> None:
    order = stall.order(*shop)
    with work() as w:
        agent = make_someone(w, "校园代理", roles=("student", "tutor"))
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    drain()
    (told,) = list_notices(stall.read(), agent.id)
    assert told.link == "/me/collected?currency=CNY" and "¥399.00 记在你名下" in told.text
    with work() as w:
        service.hand_in(w, SYSTEM, agent.id, Money(10_000, "CNY"), "form-1")
        back = service.ask_refund(w, SYSTEM, order.code, 5_000, "补偿")
        service.confirm_refund(w, SYSTEM, back.code, RefundSource.AGENT)
    sign_in(client, agent)
    page = client.get(told.link).text
    assert "¥249.00" in page and f"收了{shop[1].display_name}的钱" in page and order.code in page
    assert "交回公司" in page and "−¥100.00" in page and f"退给{shop[1].display_name}" in page and "−¥50.00" in page
    sign_in(client, shop[1])
    assert "还没有代收过钱" in client.get("/me/collected?currency=XXX&before=9").text


def test_two_pages_that_know_the_same_hand_in_one_sum(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open, read: Look
) -> None:
    order = stall.order(*shop)
    with work() as w:
        agent = make_someone(w, "校园代理", roles=("student", "tutor"))
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    look = {"agent": str(agent.id), "currency": "CNY", "amount": "100"}
    form = {**look, "confirmed": "yes", "seen": "0"}
    assert operator.post("/finance/collected", data=form).status_code == 303
    stale = operator.post("/finance/collected", data=look).text
    assert "一天内已经入账过同样的 ¥100.00" in stale and 'name="seen" value="1"' in stale
    other = operator.post("/finance/collected", data={**form, "amount": "50"})
    assert other.status_code == 409 and "刚刚有别的一笔" in other.text and "¥249.00" in other.text
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 29900}
    assert operator.post("/finance/collected", data={**form, "seen": "1"}).status_code == 303
    assert books.owned(read(), Account.AGENT_RECEIVABLE, "CNY") == {agent.id: 19900}


def test_a_refund_by_hand_is_asked_back_before_it_is_booked(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open
) -> None:
    order = stall.order(*shop)
    with work() as w:
        agent = make_someone(w, "校园代理", roles=("student", "tutor"))
        service.settle_offline(w, SYSTEM, order.code, agent.id)
        back = service.ask_refund(w, SYSTEM, order.code, 5_000, "补偿")
        service.hand_in(w, SYSTEM, agent.id, Money(39_000, "CNY"), "form-1")
    address = f"/console/refunds/{back.code}/confirm"
    asked = operator.post(address, data={"source": "agent"}).text
    assert "¥50.00 已经退给" in asked and "校园代理手里的代收款" in asked and stall.see(order).refunded_minor == 0
    less = operator.post(address, data={"source": "agent", "sure": "y"})
    assert less.status_code == 409 and "手里只有 ¥9.00 代收款" in less.text
    assert "公司账户" in operator.post(address, data={"source": "bank"}).text
    for _ in range(2):
        assert operator.post(address, data={"source": "bank", "sure": "y"}).status_code in (303, 409)
    assert stall.see(order).refunded_minor == 5_000
    assert operator.post(address, data={"source": "bank"}).status_code == 409
