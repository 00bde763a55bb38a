"""The pages of what was earned and of the plans: strangers, bad input, both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.commissions.models import Commission
from lms.affiliates.commissions.wording import what_refund_leaves
from lms.affiliates.partners import service as partners
from lms.kernel.audit import AuditEntry
from lms.kernel.work import SYSTEM, begin_read
from lms.people.accounts import service as accounts
from tests.affiliates.commissions.conftest import Scene
from tests.factories.partners import make_partner, make_someone

SignIn = Callable[[FlaskClient, Any], None]


def _codes() -> list[str]:
    return list(begin_read().session.scalars(select(Commission.code).order_by(Commission.id)))


@pytest.fixture
def operator(scene: Scene, client: FlaskClient, sign_in: SignIn) -> Any:
    with scene.work() as w:
        person = make_someone(w, "苏", roles=("operator",))
    sign_in(client, person)
    return person


def test_a_partner_reads_what_was_earned(scene: Scene, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, scene.ada_person)
    assert "还没有收入" in client.get("/partner/earnings").text
    paid = scene.sell(net_minor=39900)
    scene.refund(paid, 1, 10000)
    scene.sell(net_minor=39900)
    page = client.get("/partner/earnings")
    assert page.status_code == 200
    assert "+¥79.80" in page.text and "追回 ¥20.00" in page.text and "12月2日" in page.text.replace(" ", "")
    assert "追回" in client.get("/partner/earnings?state=reversed&month=2026-11").text
    assert "没有符合的收入" in client.get("/partner/earnings?month=2025-01").text
    for wrong in ("state=x", "month=2026-99", "month=x"):
        assert client.get(f"/partner/earnings?{wrong}").status_code == 404
    one = client.get(f"/partner/earnings/{_codes()[0]}")
    assert paid.order_code in one.text and "¥199.50" in one.text and "计提" in one.text and "退款追回" in one.text
    client.post("/language", data={"language": "en"})
    assert "How CN¥79.80 came about" in client.get(f"/partner/earnings/{_codes()[0]}").text
    client.post("/language", data={"language": "zh"})
    assert "没有可提的" not in one.text
    scene.refund(paid, 2, 29900)
    over = client.get(f"/partner/earnings/{_codes()[0]}").text
    assert "已全部追回，没有可提的" in over and "00:00 可提" not in over


def test_staff_reads_what_a_refund_takes_before_it_is_made(scene: Scene, app: Flask) -> None:
    paid = scene.sell(net_minor=39900)
    with app.test_request_context():
        said = [what_refund_leaves(begin_read(), paid.order_id, kept) for kept in (29900, 0)]
    assert [one.split("的", 1)[1] for one in said] == ["佣金从 ¥79.80 变为 ¥59.80。", "佣金从 ¥79.80 变为 ¥0.00。"]
    scene.refund(paid, 1, 10000)
    assert begin_read().session.scalar(select(Commission.live_minor)) == 5980


def test_a_disputed_line_says_what_it_waits_for(scene: Scene, client: FlaskClient, sign_in: SignIn) -> None:
    scene.dispute(scene.sell(), 3, "opened")
    sign_in(client, scene.ada_person)
    page = client.get(f"/partner/earnings/{_codes()[0]}").text
    assert "查完才能提" in page and "向银行提出了异议" in page and "00:00 可提" not in page


def test_strangers_see_nothing_of_a_line(
    scene: Scene, client: FlaskClient, sign_in: SignIn, new_client: Callable[[], FlaskClient]
) -> None:
    scene.sell()
    with scene.work() as w:
        other, _ = make_partner(w, "Bo Wen")
        fin = make_someone(w, "财务小何", roles=("finance",))
    address = f"/partner/earnings/{_codes()[0]}"
    assert client.get(address).status_code == 303
    for person, status in ((scene.buyer, 404), (other, 404), (fin, 200), (scene.ada_person, 200)):
        visitor = new_client()
        sign_in(visitor, person)
        assert visitor.get(address).status_code == status
        assert visitor.get("/partner/earnings/NOSUCH").status_code == 404
        page = visitor.get(address).text
        assert ("你的主链接" in page) == (person is scene.ada_person)
        assert (f"/finance/partners/{scene.ada.code}" in page) == (person is fin)
    sign_in(client, scene.buyer)
    assert client.get("/partner/earnings").status_code == 403
    assert client.get("/partner/plan").status_code == 403
    assert client.get("/console/plans").status_code == 403
    assert client.post("/console/plans", data={"name": "x"}).status_code == 403
    assert client.post(f"/console/plans/{scene.plan}", data={"percent": "20"}).status_code == 403


def test_a_suspended_and_locked_partner_still_sees_the_money(
    scene: Scene, client: FlaskClient, sign_in: SignIn
) -> None:
    scene.sell()
    with scene.work() as w:
        partners.suspend(w, SYSTEM, scene.ada.code, "核查")
        partners.lock_money(w, SYSTEM, scene.ada.id, "订单可疑")
    sign_in(client, scene.ada_person)
    page = client.get("/partner/earnings")
    assert page.status_code == 200
    assert "订单可疑" in page.text


def test_an_operator_locks_and_groups_a_partner(scene: Scene, operator: Any, client: FlaskClient) -> None:
    address = f"/console/partners/{scene.ada.code}"
    assert "冻结收入" in client.get(address).text
    assert client.post(f"{address}/lock", data={"reason": ""}).status_code == 422
    for _ in range(2):
        assert client.post(f"{address}/lock", data={"reason": "订单可疑"}).status_code == 303
    page = client.get(address)
    assert "冻结中" in page.text and "订单可疑" in page.text
    assert client.post(f"{address}/unlock", data={"reason": "查清了"}).status_code == 303
    assert "冻结中" not in client.get(address).text
    assert client.post(f"{address}/group", data={"group": "", "new_group": "金牌"}).status_code == 303
    assert "金牌" in client.get(address).text
    assert client.post(f"{address}/group", data={"group": "NOSUCH"}).status_code == 404
    assert client.post(f"{address}/group", data={"group": "", "new_group": "长" * 41}).status_code == 422
    acts = begin_read().session.scalars(select(AuditEntry.act)).all()
    assert {"partner.money_locked", "partner.money_unlocked", "partner.grouped"} <= set(acts)
    assert list(acts).count("partner.money_locked") == 1


def _adjustment(**over: str) -> dict[str, str]:
    given = {"key": "one", "act": "give", "amount": "12.50", "currency": "CNY", "reason": "活动奖金"}
    return {"confirmed": "yes", **given, **over}


@pytest.fixture
def finance(scene: Scene, client: FlaskClient, sign_in: SignIn) -> Any:
    with scene.work() as w:
        person = make_someone(w, "财务小何", roles=("finance",))
    sign_in(client, person)
    return person


def test_finance_sees_a_partners_money_and_adjusts_it_by_hand(scene: Scene, finance: Any, client: FlaskClient) -> None:
    scene.sell()
    address = f"/finance/partners/{scene.ada.code}"
    page = client.get(address).text
    assert "¥79.80" in page and "没有手工调整过" in page and 'name="key" type="hidden" value="' in page
    for _ in range(2):
        assert client.post(address, data=_adjustment()).status_code == 303
    assert scene.wallet().available == 1250
    other = client.post(address, data=_adjustment(amount="13"))
    assert other.status_code == 422 and "没有再记" in other.text and scene.wallet().available == 1250
    assert client.post(address, data=_adjustment(key="two", act="take", amount="20")).status_code == 303
    assert (scene.wallet().available, scene.wallet().debt) == (0, 750)
    page = client.get(address).text
    assert "活动奖金" in page and "+¥12.50" in page and "· <bdi>财务小何</bdi>" in page and "¥7.50" in page
    acts = list(begin_read().session.scalars(select(AuditEntry.act).where(AuditEntry.act == "partner.adjusted")))
    assert len(acts) == 2
    client.post("/language", data={"language": "en"})
    assert "Adjust by hand" in client.get(address).text


@pytest.mark.usefixtures("finance")
def test_a_partners_face_is_the_persons(scene: Scene, app: Flask, client: FlaskClient) -> None:
    face = app.jinja_env.globals["face"]
    address = f"/finance/partners/{scene.ada.code}"
    asked = client.post(address, data={**_adjustment(), "confirmed": ""})
    for page, size in ((client.get(address), "size-14"), (asked, "size-12")):
        assert page.status_code == 200 and face(scene.ada_person.code, size) in page.text


@pytest.mark.parametrize(
    "over",
    [
        {"amount": "0"}, {"amount": ""}, {"amount": "-5"}, {"amount": "9" * 30}, {"amount": "x"}, {"reason": ""},
        {"reason": "字" * 501}, {"currency": "XXX"}, {"reason": "x"},
        {"amount": "50000.01"}, {"amount": "50001", "currency": "JPY"}, {"key": ""}, {"key": "k" * 41}, {"act": "burn"},
    ],
)  # fmt: skip
def test_an_odd_adjustment_comes_back_with_words(
    scene: Scene, finance: Any, client: FlaskClient, over: dict[str, str]
) -> None:
    answer = client.post(f"/finance/partners/{scene.ada.code}", data=_adjustment(**over))
    assert answer.status_code == 422 and scene.wallet().available == 0


def test_an_adjustment_is_looked_at_before_it_is_booked(scene: Scene, finance: Any, client: FlaskClient) -> None:
    address = f"/finance/partners/{scene.ada.code}"
    look = client.post(address, data=_adjustment(confirmed=""))
    assert look.status_code == 200 and scene.wallet().available == 0
    assert f"补给{scene.ada.name} ¥12.50" in look.text and "现在 ¥0.00，之后 ¥12.50" in look.text
    assert "活动奖金" in look.text and 'name="key" type="hidden" value="one"' in look.text
    assert "一天内已经" not in look.text
    client.post("/language", data={"language": "en"})
    taken = client.post(address, data=_adjustment(confirmed="", act="take", reason="Paid twice in May"))
    assert "Take ¥12.50 back from" in taken.text or "Take CN¥12.50 back from" in taken.text


def test_the_same_amount_again_is_asked_about(scene: Scene, finance: Any, client: FlaskClient) -> None:
    address = f"/finance/partners/{scene.ada.code}"
    assert client.post(address, data=_adjustment()).status_code == 303
    stale = client.post(address, data=_adjustment(key="two", seen="0"))
    assert (
        stale.status_code == 409 and "一天内已经补给过 ¥12.50" in stale.text and 'name="seen" value="1"' in stale.text
    )
    assert scene.wallet().available == 1250
    assert "还要再记一笔吗" in client.post(address, data=_adjustment(key="two", confirmed="")).text
    assert client.post(address, data=_adjustment(key="two", seen="1")).status_code == 303
    assert scene.wallet().available == 2500
    assert client.post(address, data=_adjustment(key="three", amount="12.51")).status_code == 303
    scene.clock.advance(timedelta(days=2))
    assert client.post(address, data=_adjustment(key="four")).status_code == 303


def test_nobody_adjusts_their_own_money_and_only_finance_adjusts(
    scene: Scene, finance: Any, client: FlaskClient, sign_in: SignIn, new_client: Callable[[], FlaskClient]
) -> None:
    address = f"/finance/partners/{scene.ada.code}"
    assert new_client().get(address).status_code == 303
    with scene.work() as w:
        operator = make_someone(w, "苏", roles=("operator",))
        accounts.grant_role(w, SYSTEM, scene.ada_person.id, "finance")
    assert client.get("/finance/partners/nobody").status_code == 404
    for person in (operator, scene.buyer):
        visitor = new_client()
        sign_in(visitor, person)
        assert visitor.get(address).status_code == visitor.post(address, data=_adjustment()).status_code == 403
    own = new_client()
    sign_in(own, scene.ada_person)
    assert "要由另一位财务调整" in own.get(address).text
    assert own.post(address, data=_adjustment()).status_code == 403
    assert scene.wallet().available == 0


def test_a_hold_is_seen_on_finances_page(scene: Scene, finance: Any, client: FlaskClient) -> None:
    with scene.work() as w:
        partners.lock_money(w, SYSTEM, scene.ada.id, "查一查")
    assert "收入冻结中：查一查" in client.get(f"/finance/partners/{scene.ada.code}").text


def test_the_books_and_the_console_lead_to_a_partners_money(
    scene: Scene, client: FlaskClient, sign_in: SignIn, operator: Any
) -> None:
    scene.sell()
    address = f"/finance/partners/{scene.ada.code}"
    books = ("/finance/accounts/held", f"/finance/accounts/held?owner={scene.ada.id}")
    for page in (*books, f"/console/partners/{scene.ada.code}"):
        assert address not in client.get(page).text
    with scene.work() as w:
        both = make_someone(w, "财务小何", roles=("finance", "operator"))
    sign_in(client, both)
    for page in (*books, f"/console/partners/{scene.ada.code}"):
        assert f'href="{address}"' in client.get(page).text, page
    assert f"/console/partners/{scene.ada.code}" in client.get(address).text
    assert 'href="/console/plans"' in client.get(address).text


def test_an_order_says_who_earned_or_why_nobody_did(scene: Scene, operator: Any, client: FlaskClient) -> None:
    sold, small, nobodys = scene.sell(), scene.sell(net_minor=1), scene.place()
    own = scene.sell(buyer_id=scene.ada_person.id)
    page = client.get(f"/console/orders/{sold.order_code}").text
    assert "Ada Lin得 ¥79.80。" in page and f"/partner/earnings/{_codes()[0]}" in page
    assert "不到一分" in client.get(f"/console/orders/{small.order_code}").text
    assert "买的人就是介绍的人" in client.get(f"/console/orders/{own.order_code}").text
    assert ">佣金<" not in client.get(f"/console/orders/{nobodys.order_code}").text
    scene.refund(sold, 1, 19_950)
    assert "追回后还有 ¥39.90" in client.get(f"/console/orders/{sold.order_code}").text
    client.post("/language", data={"language": "en"})
    assert "Ada Lin earned CN¥79.80; CN¥39.90 is left." in client.get(f"/console/orders/{sold.order_code}").text
