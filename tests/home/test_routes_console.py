"""The console home: seats, today's rates, what waits, and where people leave."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.clock import FixedClock
from lms.kernel.work import Work
from lms.learning.camps.rules import CohortState
from lms.web.pages import NAVIGATION
from tests.conftest import counting
from tests.factories.accounts import cast, make_people
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import make_check_in, task_of
from tests.factories.enrollments import make_enrollment, make_students
from tests.factories.partners import make_applicant
from tests.factories.questions import make_class, make_question
from tests.factories.tracking import click, make_linked_partner
from tests.home.test_routes_workings import make_dead

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]
DECEMBER = date(2026, 12, 12)


def _referral(partner_id: int, link_id: int) -> dict[str, Any]:
    return {"partner_id": partner_id, "link_id": link_id, "touch_code": "t", "at": "", "assists": []}


def test_an_empty_house_says_where_to_begin(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        su = cast(w, "su")
    sign_in(client, su)
    page = client.get("/console").text
    assert "还没有期" in page
    assert "没有等着的事" in page
    assert "合伙人的链接还没有人点" in page


def test_seats_rates_and_queues_are_seen_at_once(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        su = cast(w, "su")
        room = make_class(w, students=4)
        make_check_in(w, room.students[0], task_of(w, room.cohort))
        make_question(w, room, "标题算字数吗？")
        make_applicant(w)
        coming = make_cohort(w, camp="short-writing", starts_on=DECEMBER, seats=3)
        make_students(w, coming, make_people(w, 4))
        make_dead(w)
    clock.advance(timedelta(hours=2, minutes=10))
    sign_in(client, su)
    page = client.get("/console").text
    for said in (
        "第 2 期席位",
        '>3</span><span class="text-muted"> / 3',
        "1 人候补",
        ">25.0</span>",
        "打卡待点评",
        "最久 2 小时",
        "合伙人申请",
        "有 1 件后台任务失败了",
    ):
        assert said in page, said


def test_finance_has_places_of_its_own_and_no_way_where_it_may_not_go(
    client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        make_class(w, students=1)
        fin = cast(w, "fin")
    sign_in(client, fin)
    page = client.get("/console").text
    assert "财务" in page and 'href="/desk' not in page and 'href="/calendar"' not in page
    for place in NAVIGATION["finance"]:
        assert client.get(place.url).status_code == 200


def test_the_funnel_follows_those_who_came_through_links(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        su = cast(w, "su")
        partner, link = make_linked_partner(w)
        room = make_class(w, students=1)
    clock.advance(timedelta(minutes=10))
    with work() as w:
        for visitor in range(8):
            click(w, link, w.now, f"v{visitor}")
        people = make_people(w, 2)
        cohort = walk_to(w, make_cohort(w, camp="short-writing"), CohortState.ENROLLING)
        for person in people:
            make_enrollment(w, cohort, person, _referral(partner.id, link.id))
        make_check_in(w, people[0], task_of(w, cohort))
        make_check_in(w, room.students[0], task_of(w, room.cohort))
    sign_in(client, su)
    page = client.get("/console").text
    assert "从链接到证书" in page
    assert ">8</b>" in page
    assert ">2</b>" in page
    assert ">1</b>" in page


def test_the_console_costs_the_same_whatever_there_is(
    app: Flask, client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        su = cast(w, "su")
        make_class(w, students=1)
    sign_in(client, su)
    client.get("/console")
    with counting(app) as few:
        client.get("/console")
    with work() as w:
        for number in range(4):
            cohort = make_cohort(w, camp="short-writing", starts_on=DECEMBER)
            make_students(w, cohort, make_people(w, 5))
            make_applicant(w, f"Applicant {number}")
        make_class(w, students=6, camp="short-writing")
    with counting(app) as many:
        page = client.get("/console")
    assert page.status_code == 200
    assert many.statements == few.statements <= 20, many.said
    assert len(page.data) < 80_000
