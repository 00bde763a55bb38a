"""The pages of what was earned and of the plans: strangers, bad input, both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.commissions import queries
from lms.affiliates.commissions.models import Commission
from lms.affiliates.partners import service as partners
from lms.kernel.audit import AuditEntry
from lms.kernel.work import SYSTEM, begin_read
from tests.affiliates.commissions.conftest import Scene
from tests.factories.partners import make_partner, make_someone

SignIn = Callable[[FlaskClient, Any], None]
TERMS = {
    "percent": "20.5",
    "cap": "50",
    "floor": "0",
    "observation_days": "7",
    "settlement_business_days": "3",
    "effective_on": "",
}


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
    assert "How ¥79.80 came about" in client.get(f"/partner/earnings/{_codes()[0]}").text


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
    sign_in(client, scene.buyer)
    assert client.get("/partner/earnings").status_code == 403
    assert client.get("/partner/plan").status_code == 403
    assert client.get("/console/plans").status_code == 403
    assert client.post("/console/plans", data={"name": "x"}).status_code == 403
    assert client.post(f"/console/plans/{scene.plan}", data=TERMS).status_code == 403


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


def test_an_operator_publishes_a_version(
    scene: Scene, operator: Any, client: FlaskClient, drain: Callable[[], int]
) -> None:
    assert "Standard" in client.get("/console/plans").text
    page = client.get(f"/console/plans/{scene.plan}")
    assert "¥79.80" in page.text and 'value="20"' in page.text
    sent = client.post(f"/console/plans/{scene.plan}", data=TERMS)
    assert sent.status_code == 303
    drain()
    found = queries.plan_for(begin_read(), 1, None, begin_read().now)
    assert found is not None and (found.version.number, found.terms.percent_bps) == (2, 2050)
    assert "plan.published" in begin_read().session.scalars(select(AuditEntry.act)).all()
    later = client.post(f"/console/plans/{scene.plan}", data={**TERMS, "percent": "15"})
    assert later.status_code == 303
    page = client.get(f"/console/plans/{scene.plan}")
    assert "生效中" in page.text and "第 3 版" in page.text and "¥59.85" in page.text


def test_a_share_is_previewed_while_it_is_typed(scene: Scene, operator: Any, client: FlaskClient) -> None:
    address = f"/console/plans/{scene.plan}/preview"
    assert "¥79.80" in client.get(f"{address}?percent=20&cap=50").text
    assert "¥199.50" in client.get(f"{address}?percent=60&cap=50").text
    assert "填好比例" in client.get(f"{address}?percent=x&cap=50").text
    assert client.get("/console/plans/NOSUCH/preview?percent=20&cap=50").status_code == 404


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"percent": "abc"}, "百分比"),
        ({"percent": ""}, "这一项要填"),
        ({"percent": "0"}, "大于 0"),
        ({"percent": "75"}, "70%"),
        ({"cap": "71"}, "70%"),
        ({"observation_days": "x"}, "整数"),
        ({"observation_days": "91"}, "超出了范围"),
        ({"settlement_business_days": "0"}, "超出了范围"),
        ({"percent": "10", "effective_on": "2026-11-22"}, "提前 7 天"),
        ({"effective_on": "2026-11-20"}, "不能早于现在"),
        ({"effective_on": "yesterday"}, "请填日期"),
    ],
)
def test_bad_versions_come_back_with_words(
    scene: Scene, operator: Any, client: FlaskClient, over: dict[str, str], said: str
) -> None:
    page = client.post(f"/console/plans/{scene.plan}", data={**TERMS, **over})
    assert page.status_code == 422
    assert said in page.text
    assert len(queries.list_versions(begin_read(), [1])[1]) == 1


def test_an_operator_makes_a_plan_for_a_camp(scene: Scene, operator: Any, client: FlaskClient) -> None:
    slug = scene.sale.cohort.camp_slug
    assert client.post("/console/plans", data={"name": "", "camp": "", "group": ""}).status_code == 422
    assert client.post("/console/plans", data={"name": "x", "camp": "none", "group": ""}).status_code == 422
    assert client.post("/console/plans", data={"name": "again", "camp": "", "group": ""}).status_code == 422
    made = client.post("/console/plans", data={"name": "短写作营专用", "camp": slug, "group": ""})
    assert made.status_code == 303
    assert "还没有版本" in client.get(made.location).text
    assert client.get("/console/plans/NOSUCH").status_code == 404


def test_a_partner_compares_old_and_new(scene: Scene, client: FlaskClient, sign_in: SignIn, operator: Any) -> None:
    client.post(f"/console/plans/{scene.plan}", data={**TERMS, "percent": "15"})
    sign_in(client, scene.ada_person)
    page = client.get("/partner/plan")
    assert page.text.count("第 1 版") and "第 2 版" in page.text and "¥79.80" in page.text and "¥59.85" in page.text


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
