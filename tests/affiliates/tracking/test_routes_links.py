"""A partner's links: listed, made, retired, scanned; and strangers."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.affiliates.tracking import queries, service
from lms.kernel.work import Actor
from lms.people.accounts.queries import get_person
from tests.affiliates.tracking.staging import Look, Open
from tests.factories.partners import make_applicant, make_someone
from tests.factories.tracking import make_linked_partner


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
