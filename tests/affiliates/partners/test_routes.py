"""Becoming a partner and deciding about it, as pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.partners import queries, service
from lms.affiliates.partners.models import AgreementSignature
from lms.affiliates.partners.wording import VERSION
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.enrollments import service as enrollments
from tests.factories.camps import make_cohort
from tests.factories.partners import actor_of, make_applicant, make_partner, make_someone

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def signing(language: Any = "zh", **more: str) -> dict[str, str]:
    return {"version": VERSION, "digest": queries.agreement_in_force(language).digest, **more}


@pytest.fixture
def person(client: FlaskClient, work: Open, sign_in: Any) -> Any:
    with work() as w:
        found = make_someone(w, "Ada Lin")
    sign_in(client, found)
    return found


@pytest.fixture
def student(work: Open, person: Any) -> Any:
    with work() as w:
        cohort = make_cohort(w)
        enrollments.join(w, actor_of(w, person), cohort.code, None)
    return person


def test_an_application_is_sent_with_its_signature(client: FlaskClient, person: Any, read: Look) -> None:
    page = client.get("/partner/apply")
    assert page.status_code == 200
    assert queries.agreement_in_force("zh").digest in page.text and "如实推广" in page.text
    sent = client.post("/partner/apply", data=signing(about="同学群", agreed="y"))
    assert (sent.status_code, sent.location) == (303, "/partner/apply")
    found = queries.find_partner(read(), person.id)
    assert found is not None and found.state == "applied"
    signature = read().session.scalars(select(AgreementSignature)).one()
    assert len(signature.ip_digest) == 64 and "127.0.0.1" not in signature.ip_digest
    page = client.get("/partner/apply")
    assert "申请收到了" in page.text and "同学群" in page.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"about": "", "agreed": "y"}, "这一项要填"),
        ({"about": "同学群"}, "先勾选同意协议"),
        ({"about": "字" * 1001, "agreed": "y"}, "最多 1000 字"),
    ],
)
def test_an_application_that_is_not_complete_keeps_its_words(
    client: FlaskClient, person: Any, read: Look, data: dict[str, str], said: str
) -> None:
    response = client.post("/partner/apply", data=signing(**data))
    assert response.status_code == 422 and said in response.text
    assert data["about"] in response.text
    assert queries.find_partner(read(), person.id) is None


def test_an_agreement_that_changed_meanwhile_is_not_signed(client: FlaskClient, person: Any, read: Look) -> None:
    data = {"version": VERSION, "digest": "0" * 64, "about": "同学群", "agreed": "y"}
    assert client.post("/partner/apply", data=data).status_code == 409
    assert queries.find_partner(read(), person.id) is None


def test_a_student_signs_and_starts_with_one_tap(client: FlaskClient, student: Any, read: Look) -> None:
    page = client.get("/partner/apply")
    assert "签署协议，成为合伙人" in page.text and "如实推广" in page.text
    for _ in range(2):
        response = client.post("/partner/join", data=signing())
        assert (response.status_code, response.location) == (303, "/partner")
    found = queries.find_partner(read(), student.id)
    assert found is not None and found.is_approved
    assert client.get("/partner/apply").location == "/partner"


def test_one_tap_is_for_students(client: FlaskClient, person: Any, read: Look) -> None:
    assert "签署协议，成为合伙人" not in client.get("/partner/apply").text
    assert client.post("/partner/join", data=signing()).status_code == 403
    assert client.post("/partner/join", data={}).status_code == 422
    assert queries.find_partner(read(), person.id) is None


def test_the_page_speaks_english(client: FlaskClient, work: Open, sign_in: Any, read: Look) -> None:
    with work() as w:
        maya = make_someone(w, "Maya", language="en")
    sign_in(client, maya)
    assert "Honest promotion" in client.get("/partner/apply").text
    assert client.post("/partner/apply", data=signing("en", about="My club", agreed="y")).status_code == 303
    assert read().session.scalars(select(AgreementSignature)).one().language == "en"


def test_the_agreement_is_public(client: FlaskClient, person: Any, new_client: Any) -> None:
    for visitor in (new_client(), client):
        page = visitor.get("/partner/agreement")
        assert page.status_code == 200 and queries.agreement_in_force("zh").digest in page.text
    assert client.get("/partner/agreement?version=1999-01").status_code == 404


def test_where_a_declined_or_suspended_partner_stands(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        declined, one = make_applicant(w, "Ada Lin")
        suspended, two = make_partner(w, "Bo Chen")
        service.decline(w, SYSTEM, one.code, "请说说在哪里发。")
        service.suspend(w, SYSTEM, two.code, "刷屏。")
    sign_in(client, declined)
    page = client.get("/partner/apply")
    assert "请说说在哪里发。" in page.text and "签署并申请" in page.text
    sign_in(client, suspended)
    page = client.get("/partner/apply")
    assert "刷屏。" in page.text and "签署并申请" not in page.text
    assert client.post("/partner/apply", data=signing(about="x", agreed="y")).status_code == 409


@pytest.mark.parametrize("address", ["/partner/apply", "/console/partners", "/console/partners/adalin"])
def test_signed_out_people_are_asked_to_sign_in(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 303 and "/login" in response.location


# --- Console ----------------------------------------------------------------


@pytest.fixture
def console(client: FlaskClient, work: Open, sign_in: Any) -> FlaskClient:
    with work() as w:
        sign_in(client, make_someone(w, "苏", roles=("operator",)))
    return client


def test_partners_are_listed_by_state(console: FlaskClient, work: Open) -> None:
    assert "这里还没有人" in console.get("/console/partners").text
    with work() as w:
        make_applicant(w, "Ada Lin")
        make_partner(w, "Bo Chen")
    page = console.get("/console/partners").text
    assert "Ada Lin" in page and "Bo Chen" in page
    page = console.get("/console/partners?state=applied").text
    assert "Ada Lin" in page and "Bo Chen" not in page
    assert console.get("/console/partners?state=nonsense").status_code == 404
    assert console.get("/console/partners?after=x").status_code == 200


def test_an_application_is_read_and_approved(console: FlaskClient, work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_applicant(w, about="我有<b>同学群</b>。")
    page = console.get(f"/console/partners/{partner.code}")
    assert page.status_code == 200 and "我有&lt;b&gt;同学群" in page.text and VERSION in page.text
    for _ in range(2):
        assert console.post(f"/console/partners/{partner.code}/approve").status_code == 303
    found = queries.find_partner(read(), person.id)
    assert found is not None and found.is_approved
    assert "暂停资格" in console.get(f"/console/partners/{partner.code}").text


@pytest.mark.parametrize("act", ["decline", "suspend"])
def test_a_refusal_needs_its_reason(console: FlaskClient, work: Open, read: Look, act: str) -> None:
    with work() as w:
        person, partner = make_applicant(w) if act == "decline" else make_partner(w)
    where = f"/console/partners/{partner.code}/{act}"
    refused = console.post(where, data={"reason": " "})
    assert refused.status_code == 422 and "写一句原因" in refused.text
    assert console.post(where, data={"reason": "刷屏"}).status_code == 303
    found = queries.find_partner(read(), person.id)
    assert found is not None and found.state == {"decline": "declined", "suspend": "suspended"}[act]
    assert "刷屏" in console.get(f"/console/partners/{partner.code}").text


def test_a_move_that_makes_no_sense_is_refused(console: FlaskClient, work: Open) -> None:
    with work() as w:
        _, partner = make_applicant(w)
    assert console.post(f"/console/partners/{partner.code}/resume").status_code == 409
    assert console.post(f"/console/partners/{partner.code}/suspend", data={"reason": "x"}).status_code == 409
    assert console.post("/console/partners/nobody/approve").status_code == 404


@pytest.mark.parametrize("roles", [("student",), ("tutor",), ("partner",), ("finance",)])
def test_the_console_is_for_operators(
    client: FlaskClient, work: Open, sign_in: Any, roles: tuple[str, ...], read: Look
) -> None:
    with work() as w:
        applicant, partner = make_applicant(w)
        sign_in(client, make_someone(w, "某人", roles=roles))
    assert client.get("/console/partners").status_code == 403
    assert client.get(f"/console/partners/{partner.code}").status_code == 403
    assert client.post(f"/console/partners/{partner.code}/approve").status_code == 403
    found = queries.find_partner(read(), applicant.id)
    assert found is not None and found.state == "applied"


def test_decisions_reach_people_in_their_language(work: Open, drain: Any, mailbox: Any) -> None:
    with work() as w:
        ada, one = make_applicant(w, "Ada Lin")
        maya = make_someone(w, "Maya", language="en")
        two = service.apply(w, actor_of(w, maya), "My club.", VERSION)
        service.approve(w, SYSTEM, one.code)
        service.decline(w, SYSTEM, two.code, "Say where you would post.")
    drain()
    (approved,) = mailbox.to(ada.email)
    assert "通过" in approved.subject and "/partner" in approved.text
    (declined,) = mailbox.to(maya.email)
    assert "declined" in declined.subject and "Say where you would post." in declined.text
    with work() as w:
        service.suspend(w, SYSTEM, one.code, "刷屏。")
    with work() as w:
        service.resume(w, SYSTEM, one.code)
    drain()
    assert len(mailbox.to(ada.email)) == 3
