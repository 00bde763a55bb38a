"""The redirect, for visitors, bots and strangers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.tracking import models, queries, service
from lms.affiliates.tracking.lookup import current_pointers
from lms.kernel.work import Actor
from lms.web.visitor import COOKIE
from tests.affiliates.tracking.staging import Look, Open
from tests.conftest import counting
from tests.factories.camps import make_camp, make_cohort
from tests.factories.partners import make_someone
from tests.factories.tracking import PHONE

BROWSER = {"User-Agent": PHONE}


def touches(read: Look) -> list[models.Touch]:
    return list(read().session.scalars(select(models.Touch)))


def test_a_visit_leads_on_and_is_noted(client: FlaskClient, linked: Any, drain: Any, read: Look) -> None:
    _, link, cohort = linked
    response = client.get(f"/r/{link.code.upper()}", headers=BROWSER)
    assert (response.status_code, response.location) == (302, f"/c/{cohort.camp_slug}")
    cookie = response.headers["Set-Cookie"]
    assert COOKIE in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=2592000" in cookie
    drain()
    (touch,) = touches(read)
    assert (touch.link_id, touch.counted, touch.user_agent) == (link.id, True, "phone")


def test_one_visitor_keeps_one_code(client: FlaskClient, linked: Any, drain: Any, read: Look) -> None:
    for _ in range(3):
        client.get(f"/r/{linked[1].code}", headers=BROWSER)
    drain()
    found = touches(read)
    assert len(found) == 3 and len({touch.visitor for touch in found}) == 1
    assert sum(touch.counted for touch in found) == 1


@pytest.mark.parametrize("forged", ["", "abc", "InYxIg.forged", "é", "x" * 4000])
def test_a_tampered_cookie_is_replaced(client: FlaskClient, linked: Any, drain: Any, read: Look, forged: str) -> None:
    response = client.get(f"/r/{linked[1].code}", headers={**BROWSER, "Cookie": f"{COOKIE}={forged}"})
    assert response.status_code == 302
    drain()
    (touch,) = touches(read)
    assert len(touch.visitor) == 16


@pytest.mark.parametrize(
    "headers",
    [{"User-Agent": "Googlebot/2.1"}, {"User-Agent": ""}, {**BROWSER, "Sec-Purpose": "prefetch;prerender"}],
)
def test_bots_are_led_on_unseen(
    client: FlaskClient, linked: Any, drain: Any, read: Look, headers: dict[str, str]
) -> None:
    response = client.get(f"/r/{linked[1].code}", headers=headers)
    assert response.status_code == 302 and "Set-Cookie" not in response.headers
    drain()
    assert touches(read) == []


def test_head_neither_counts_nor_sets_a_cookie(client: FlaskClient, linked: Any, drain: Any, read: Look) -> None:
    response = client.head(f"/r/{linked[1].code}", headers=BROWSER)
    assert response.status_code == 302 and "Set-Cookie" not in response.headers
    drain()
    assert touches(read) == []


@pytest.mark.parametrize("code", ["nobody", "a" * 300, "%E9%98%BF", "0", "..%2f", "a%00b"])
def test_an_unknown_code_offers_what_is_open(client: FlaskClient, linked: Any, code: str) -> None:
    response = client.get(f"/r/{code}", headers=BROWSER)
    assert response.status_code == 404
    assert COOKIE not in response.headers.get("Set-Cookie", "")


def test_the_page_for_unknown_codes_lists_open_camps(client: FlaskClient, linked: Any) -> None:
    page = client.get("/r/nobody", headers=BROWSER).text
    assert f"/c/{linked[2].camp_slug}" in page and linked[2].camp_title in page


def test_a_retired_link_says_so(client: FlaskClient, work: Open, linked: Any) -> None:
    partner, _, cohort = linked
    with work() as w:
        who = Actor(partner.person_id, frozenset())
        link = service.make_link(w, who, "宿舍群")
        service.archive_link(w, who, link.code)
    response = client.get(f"/r/{link.code}", headers=BROWSER)
    assert response.status_code == 410 and f"/c/{cohort.camp_slug}" in response.text


def test_a_campaign_counts_for_its_own_link(
    client: FlaskClient, work: Open, linked: Any, drain: Any, read: Look
) -> None:
    partner, main, _ = linked
    with work() as w:
        link = service.make_link(w, Actor(partner.person_id, frozenset()), "宿舍群", "dorm")
    for address in (f"/r/{main.code}?c=dorm", f"/r/{main.code}?c=nobody", f"/r/{link.code}"):
        assert client.get(address, headers=BROWSER).status_code == 302
    drain()
    assert sorted(touch.link_id for touch in touches(read)) == sorted([link.id, main.id, link.id])


def test_where_a_link_leads(client: FlaskClient, work: Open, linked: Any) -> None:
    partner, main, first = linked
    with work() as w:
        second = make_cohort(w, camp=make_camp(w, slug="other-camp").slug)
        link = service.make_link(w, Actor(partner.person_id, frozenset()), "宿舍群", "dorm", second.camp_slug)
    current_pointers().forget()
    expected = {
        f"/r/{main.code}": "/",
        f"/r/{main.code}/{first.camp_slug}": f"/c/{first.camp_slug}",
        f"/r/{link.code}": f"/c/{second.camp_slug}",
        f"/r/{main.code}?c=dorm": f"/c/{second.camp_slug}",
    }
    for address, target in expected.items():
        assert client.get(address, headers=BROWSER).location == target


def test_a_known_link_asks_the_database_nothing(app: Flask, client: FlaskClient, linked: Any) -> None:
    client.get(f"/r/{linked[1].code}", headers=BROWSER)
    with counting(app) as count:
        client.get(f"/r/{linked[1].code}", headers=BROWSER)
    assert count.statements == 0


def test_a_full_disk_does_not_stop_the_visitor(
    client: FlaskClient, linked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("lms.affiliates.tracking.spool.Spool.append", full)
    assert client.get(f"/r/{linked[1].code}", headers=BROWSER).status_code == 302


def test_from_the_click_to_the_seat(client: FlaskClient, work: Open, linked: Any, drain: Any, read: Look) -> None:
    from lms.kernel.work import SYSTEM
    from lms.learning.enrollments import service as enrollments
    from lms.people.accounts.events import PersonSignedUp

    partner, link, cohort = linked
    client.get(f"/r/{link.code}", headers=BROWSER)
    drain()
    visitor = touches(read)[0].visitor
    with work() as w:
        person = make_someone(w, "林晓")
        w.tell(PersonSignedUp(happened_at=w.now, person_id=person.id, visitor=visitor))
        referral = service.resolve_referral(w, None, person.id)
    assert referral is None
    drain()
    with work() as w:
        referral = service.resolve_referral(w, None, person.id)
        enrollment = enrollments.join(w, Actor(person.id, frozenset({"student"})), cohort.code, referral)
    drain()
    assert queries.numbers(read(), partner.id).today == queries.Counts(1, 1, 1)
    with work() as w:
        enrollments.withdraw(w, SYSTEM, enrollment.id, "operator")
    drain()
    assert queries.numbers(read(), partner.id).today == queries.Counts(1, 1, 0)


# --- A partner's links ------------------------------------------------------


def test_a_wrong_link_says_so_when_nothing_is_open(client: FlaskClient) -> None:
    page = client.get("/r/nobody")
    assert page.status_code == 404
    assert "现在没有正在招生的训练营" in page.text and 'href="/"' in page.text and "也许就在下面" not in page.text
