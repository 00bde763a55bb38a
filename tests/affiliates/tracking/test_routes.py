"""The redirect and a partner's links, for visitors, bots and strangers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.tracking import models, queries, service
from lms.affiliates.tracking.lookup import current_pointers
from lms.affiliates.tracking.spool import current_spool
from lms.kernel.work import Actor, Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import get_person
from lms.web.visitor import COOKIE
from tests.conftest import counting
from tests.factories.camps import make_camp, make_cohort
from tests.factories.partners import make_applicant, make_someone
from tests.factories.tracking import PHONE, make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
BROWSER = {"User-Agent": PHONE}


@pytest.fixture(autouse=True)
def _fresh_memory(app: Flask) -> None:
    current_pointers().forget()
    for path in current_spool()._paths():
        path.unlink()
    current_spool().close()


@pytest.fixture(params=["looked up", "remembered"])
def linked(work: Open, client: FlaskClient, request: pytest.FixtureRequest) -> tuple[Any, queries.Link, Cohort]:
    with work() as w:
        partner, link = make_linked_partner(w)
        cohort = make_cohort(w, starts_on=date(2027, 3, 1))
    if request.param == "remembered":
        client.head(f"/r/{link.code}")
    return partner, link, cohort


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


@pytest.fixture
def as_partner(client: FlaskClient, linked: Any, read: Look, sign_in: Any) -> FlaskClient:
    sign_in(client, get_person(read(), linked[0].person_id))
    return client


def test_links_are_listed_made_and_retired(as_partner: FlaskClient, linked: Any, read: Look) -> None:
    partner, main, cohort = linked
    page = as_partner.get("/partner/links")
    assert page.status_code == 200 and main.shown in page.text
    made = as_partner.post("/partner/links", data={"label": "宿舍群", "campaign": "dorm", "camp": cohort.camp_slug})
    assert made.status_code == 303
    link = queries.find_campaign(read(), partner.id, "dorm")
    assert link is not None
    page = as_partner.get("/partner/links")
    assert "宿舍群" in page.text and link.shown in page.text
    assert as_partner.post(f"/partner/links/{link.code}/archive").status_code == 303
    assert queries.find_campaign(read(), partner.id, "dorm") is None
    assert as_partner.get("/partner/links").status_code == 200


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"label": "", "campaign": "", "camp": ""}, "这一项要填"),
        ({"label": "宿舍群", "campaign": "宿舍", "camp": ""}, "小写字母"),
        ({"label": "宿舍群", "campaign": "", "camp": "nowhere"}, "没有这个训练营"),
    ],
)
def test_a_refused_link_says_why(as_partner: FlaskClient, data: dict[str, str], said: str) -> None:
    response = as_partner.post("/partner/links", data=data)
    assert response.status_code == 422 and said in response.text


def test_a_code_to_scan_as_page_and_pictures(as_partner: FlaskClient, linked: Any) -> None:
    _, link, cohort = linked
    assert as_partner.get(f"/partner/links/{link.code}/qr").status_code == 200
    svg = as_partner.get(f"/partner/links/{link.code}/qr.svg?camp={cohort.camp_slug}")
    assert svg.mimetype == "image/svg+xml" and svg.data.startswith(b"<svg")
    png = as_partner.get(f"/partner/links/{link.code}/qr.png")
    assert png.mimetype == "image/png" and png.data.startswith(b"\x89PNG")
    assert as_partner.get(f"/partner/links/{link.code}/qr.svg?camp=nowhere").status_code == 404


def test_the_handle_changes_once(as_partner: FlaskClient, linked: Any, read: Look) -> None:
    assert as_partner.post("/partner/links/code", data={"code": "1"}).status_code == 422
    assert as_partner.post("/partner/links/code", data={"code": "ada2026"}).status_code == 303
    assert queries.find_link(read(), "ada2026") is not None
    assert as_partner.post("/partner/links/code", data={"code": "ada3000"}).status_code == 422


ADDRESSES = [
    "/partner/links",
    "/partner/links/{code}/qr",
    "/partner/links/{code}/qr.svg",
    "/partner/links/{code}/qr.png",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_do_not_see_links(
    client: FlaskClient, new_client: Any, work: Open, linked: Any, sign_in: Any, address: str
) -> None:
    where = address.format(code=linked[1].code)
    assert client.get(where).status_code == 303
    with work() as w:
        applicant, _ = make_applicant(w, "Cy Wu")
        other, _ = make_linked_partner(w, "Bo Chen")
        another = get_person(w, other.person_id)
    stranger = new_client()
    sign_in(stranger, applicant)
    assert stranger.get(where).status_code == 403
    sign_in(stranger, another)
    assert stranger.get(where).status_code == (200 if address == "/partner/links" else 404)


def test_somebody_elses_link_is_not_retired(
    client: FlaskClient, work: Open, linked: Any, sign_in: Any, read: Look
) -> None:
    partner, _, _ = linked
    with work() as w:
        link = service.make_link(w, Actor(partner.person_id, frozenset()), "宿舍群", "dorm")
        other, _ = make_linked_partner(w, "Bo Chen")
        sign_in(client, get_person(w, other.person_id))
    assert client.post(f"/partner/links/{link.code}/archive").status_code == 404
    assert queries.find_campaign(read(), partner.id, "dorm") is not None


def test_the_console_shows_a_partners_links(
    client: FlaskClient, new_client: Any, work: Open, linked: Any, sign_in: Any
) -> None:
    partner, link, _ = linked
    where = f"/console/partners/{partner.code}/links"
    with work() as w:
        sign_in(client, make_someone(w, "苏", roles=("operator",)))
        tutor = make_someone(w, "陈", roles=("tutor",))
    page = client.get(where)
    assert page.status_code == 200 and link.shown in page.text
    part = client.get(where, headers={"HX-Request": "true"})
    assert part.status_code == 200 and part.text.startswith("{# ") is False and 'id="partner-links"' in part.text
    stranger = new_client()
    assert stranger.get(where).status_code == 303
    sign_in(stranger, tutor)
    assert stranger.get(where).status_code == 403
