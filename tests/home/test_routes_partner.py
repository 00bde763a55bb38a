"""The partner home, and what everybody else sees at its address."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.affiliates.partners.queries import Partner
from lms.kernel.clock import FixedClock
from lms.kernel.work import Work
from lms.people.accounts.queries import Person, get_person
from tests.conftest import counting
from tests.factories.accounts import cast
from tests.factories.camps import make_cohort
from tests.factories.partners import make_applicant
from tests.factories.tracking import click, make_linked_partner

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]


def _partner(work: Work, name: str = "Ada Lin") -> tuple[Partner, Person, Any]:
    partner, link = make_linked_partner(work, name)
    return partner, get_person(work, partner.person_id), link


def test_a_visitor_sees_what_the_program_is(client: FlaskClient) -> None:
    page = client.get("/partner")
    assert page.status_code == 200
    assert "把信得过的训练营" in page.text
    assert "/partner/apply" in page.text


def test_a_student_sees_the_way_in(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        lin = cast(w, "lin")
    sign_in(client, lin)
    page = client.get("/partner").text
    assert "/partner/apply" in page
    assert "榜上" not in page


def test_an_applicant_sees_that_it_is_being_read(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        person, _ = make_applicant(w)
    sign_in(client, person)
    assert "你的申请正在看" in client.get("/partner").text


def test_a_partner_sees_todays_numbers_against_yesterday_and_no_money(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        _, person, link = _partner(w)
        make_cohort(w, starts_on=date(2026, 12, 12))
    clock.advance(timedelta(days=2))
    with work() as w:
        click(w, link, w.now - timedelta(days=1, hours=1), "v1")
        for visitor in ("v2", "v3", "v4"):
            click(w, link, w.now - timedelta(minutes=5), visitor)
    sign_in(client, person)
    page = client.get("/partner").text
    assert ">3</span>" in page
    assert "+2" in page
    assert "累计 4" in page
    assert "今天发这一条" in page
    assert "还没上榜" in page
    assert "¥" not in page


def test_the_partner_home_costs_the_same_whatever_came(
    app: Flask, client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        _, person, link = _partner(w)
        make_cohort(w, starts_on=date(2026, 12, 12))
    clock.advance(timedelta(days=2))
    sign_in(client, person)
    with counting(app) as few:
        client.get("/partner")
    with work() as w:
        for number in range(20):
            click(w, link, w.now - timedelta(hours=number), f"v{number}")
            _partner(w, f"Partner {number}")
    with counting(app) as many:
        page = client.get("/partner")
    assert page.status_code == 200
    assert many.statements == few.statements <= 14, many.said
    assert len(page.data) < 60_000
