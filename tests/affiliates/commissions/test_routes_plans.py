"""The console's plans: what publishing would change is shown first, and partners' pages agree with what pays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.affiliates.commissions import queries
from lms.kernel.audit import AuditEntry
from lms.kernel.work import begin_read
from lms.people.messages.models import Notice
from tests.affiliates.commissions.conftest import Scene
from tests.factories.partners import make_someone

SignIn = Callable[[FlaskClient, Any], None]
TERMS = {
    "percent": "20.5",
    "cap": "50",
    "floor": "0",
    "observation_days": "7",
    "settlement_business_days": "3",
    "effective_on": "",
}


@pytest.fixture
def operator(scene: Scene, client: FlaskClient, sign_in: SignIn) -> Any:
    with scene.work() as w:
        person = make_someone(w, "苏", roles=("operator",))
    sign_in(client, person)
    return person


def _publish(client: FlaskClient, scene: Scene, number: int, **over: str) -> TestResponse:
    return client.post(f"/console/plans/{scene.plan}", data={**TERMS, **over, "seen": str(number)})


def _count(scene: Scene) -> int:
    read = begin_read()
    plan = queries.get_plan(read, scene.plan)
    return len(queries.list_versions(read, [plan.id])[plan.id])


def test_an_operator_publishes_a_version(
    scene: Scene, operator: Any, client: FlaskClient, drain: Callable[[], int]
) -> None:
    assert "Standard" in client.get("/console/plans").text
    page = client.get(f"/console/plans/{scene.plan}")
    assert "¥79.80" in page.text and 'value="20"' in page.text
    sent = _publish(client, scene, 2)
    assert sent.status_code == 303
    drain()
    found = queries.plan_for(begin_read(), 1, None, begin_read().now)
    assert found is not None and (found.version.number, found.terms.percent_bps) == (2, 2050)
    assert "plan.published" in begin_read().session.scalars(select(AuditEntry.act)).all()
    later = _publish(client, scene, 3, percent="15")
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
        ({"percent": "60"}, "高于每单封顶 50%"),
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
    _publish(client, scene, 2, percent="15")
    sign_in(client, scene.ada_person)
    page = client.get("/partner/plan")
    assert page.text.count("第 1 版") and "第 2 版" in page.text and "¥79.80" in page.text and "¥59.85" in page.text


def test_what_changes_is_shown_before_it_is_published(scene: Scene, operator: Any, client: FlaskClient) -> None:
    address = f"/console/plans/{scene.plan}"
    look = client.post(address, data={**TERMS, "percent": "25"})
    assert look.status_code == 200 and _count(scene) == 1
    for said in ("发布第 2 版", ">20%<", ">25%<", "¥79.80", "¥99.75", "1 位合伙人", "确认后马上"):
        assert said in look.text, said
    assert 'name="seen" value="2"' in look.text and 'name="percent" value="25"' in look.text
    later = client.post(address, data={**TERMS, "percent": "18"})
    assert "00:00 起" in later.text and "7 天公布" not in later.text
    assert _publish(client, scene, 2, percent="25").status_code == 303
    stale = _publish(client, scene, 2, percent="26")
    assert stale.status_code == 200 and "发布第 3 版" in stale.text and _count(scene) == 2
    again = _publish(client, scene, 2, percent="25")
    assert again.status_code == 303 and _count(scene) == 2
    assert "没有再发布" in client.get(address).text


def test_of_two_versions_from_one_day_the_last_is_announced(
    scene: Scene, operator: Any, client: FlaskClient, sign_in: SignIn
) -> None:
    day = "2026-11-30"
    _publish(client, scene, 2, percent="18", effective_on=day)
    _publish(client, scene, 3, percent="25", effective_on=day)
    page = client.get(f"/console/plans/{scene.plan}").text
    assert "由第 3 版代替，没有生效" in page and "¥99.75" in page and "¥71.82" not in page
    scene.clock.advance(timedelta(days=10))
    found = queries.plan_for(begin_read(), 1, None, begin_read().now)
    assert found is not None and found.terms.percent_bps == 2500


def test_what_is_below_the_lowest_share_is_told_nobody_and_pays_nobody(
    scene: Scene, operator: Any, client: FlaskClient, sign_in: SignIn, drain: Callable[[], int]
) -> None:
    address = f"/console/plans/{scene.plan}"
    over = {"percent": "18", "floor": "30"}
    look = client.post(address, data={**TERMS, **over}).text
    assert "记录第 2 版" in look and "没有人" in look and "低于最低比例 30%" in look
    drain()
    assert _publish(client, scene, 2, **over).status_code == 303
    drain()
    assert "低于最低比例，没有生效" in client.get(address).text
    told = list(begin_read().session.scalars(select(Notice.key)))
    assert "plan-published:1" in told and "plan-published:2" not in told
    scene.clock.advance(timedelta(days=10))
    found = queries.plan_for(begin_read(), 1, None, begin_read().now)
    assert found is not None and found.version.number == 1
    sign_in(client, scene.ada_person)
    assert "第 2 版" not in client.get("/partner/plan").text


def test_finance_reads_plans_and_is_offered_no_form(scene: Scene, client: FlaskClient, sign_in: SignIn) -> None:
    with scene.work() as w:
        person = make_someone(w, "财务", roles=("finance",))
    sign_in(client, person)
    assert '<form method="post" action="/console/plans' not in client.get("/console/plans").text
    page = client.get(f"/console/plans/{scene.plan}").text
    assert "新版本由运营发布" in page and f'action="/console/plans/{scene.plan}"' not in page
