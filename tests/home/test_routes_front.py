"""The front page and landing pages: what visitors see, whatever there is to see."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.commerce.shop import service as shop
from lms.commerce.shop.rules import Terms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Work
from lms.learning.camps.rules import CohortState
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.rules import WithdrawCause
from tests.conftest import counting
from tests.factories.accounts import cast, make_people, make_person
from tests.factories.camps import camp_folder, make_camp, make_cohort, walk_to
from tests.factories.enrollments import make_enrollment, make_students

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]
DECEMBER = date(2026, 12, 12)


def test_the_front_page_says_what_this_is_even_when_nothing_is_open(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "眼下没有招生的训练营" in page.text
    assert "每天一小件" in page.text


def test_the_front_page_lists_open_cohorts_with_seats_and_the_way_to_their_page(
    client: FlaskClient, work: Works
) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=DECEMBER, seats=3)
        make_enrollment(w, cohort, make_person(w))
    page = client.get("/")
    assert "短写作营" in page.text
    assert "还剩 2 席" in page.text
    assert f"/c/short-writing?cohort={cohort.code}" in page.text


@pytest.mark.parametrize(
    ("key", "url"), [("lin", "/today"), ("chen", "/desk"), ("su", "/console"), ("fin", "/finance"), ("ada", "/partner")]
)
def test_signed_in_people_go_to_their_first_screen(
    client: FlaskClient, work: Works, sign_in: SignIn, key: str, url: str
) -> None:
    with work() as w:
        person = cast(w, key)
    sign_in(client, person)
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, url)


def test_a_partner_who_studies_starts_with_today(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        ada = cast(w, "ada")
        cohort = make_cohort(w)
        make_enrollment(w, cohort, ada)
    sign_in(client, ada)
    assert client.get("/").headers["Location"] == "/partner"
    with work() as w:
        walk_to(w, cohort, CohortState.RUNNING)
    assert client.get("/").headers["Location"] == "/today"
    client.get("/partner")
    assert client.get("/").headers["Location"] == "/partner"


def test_the_front_page_begins_with_what_the_reader_can_join(client: FlaskClient, work: Works) -> None:
    files = camp_folder("clear-words")
    english = {**files, "camp.toml": files["camp.toml"].replace(b'language = "zh"', b'language = "en"')}
    with work() as w:
        make_cohort(w, camp=make_camp(w, files=english).slug, starts_on=date(2026, 11, 25))
        make_cohort(w, starts_on=DECEMBER)
    page = client.get("/", headers={"Accept-Language": "zh"}).text
    assert page.index("/c/short-writing") < page.index("/c/clear-words")
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert page.index("/c/clear-words") < page.index("/c/short-writing")


def test_a_landing_page_shows_story_days_seats_and_one_way_to_join(client: FlaskClient, work: Works) -> None:
    with work() as w:
        tutor = cast(w, "chen")
        cohort = make_cohort(w, starts_on=DECEMBER, seats=64, tutors=[tutor.id])
    page = client.get("/c/short-writing").text
    for said in ("三天，写得清楚。", "说清一件事", "第 3 课", "徐若岚", "陈老师", "每天多久？", "还剩 64 席", "22:00"):
        assert said in page
    assert f'name="cohort" value="{cohort.code}"' in page
    assert "报名第 1 期" in page
    assert "¥" not in page
    assert 'property="og:title"' in page
    assert 'property="og:url" content="http://localhost/c/short-writing"' in page


def test_the_page_of_a_draft_or_unknown_camp_is_not_there(client: FlaskClient) -> None:
    assert client.get("/c/nothing-here").status_code == 404


def test_a_full_cohort_offers_the_waiting_list(client: FlaskClient, work: Works) -> None:
    with work() as w:
        make_enrollment(w, make_cohort(w, starts_on=DECEMBER, seats=1), make_person(w))
    page = client.get("/c/short-writing").text
    assert "排第 1 期候补" in page
    assert "报名第 1 期" not in page


def test_of_several_open_cohorts_one_can_be_picked(client: FlaskClient, work: Works) -> None:
    with work() as w:
        first = make_cohort(w, starts_on=DECEMBER)
        second = make_cohort(w, camp="short-writing", starts_on=date(2027, 1, 9))
    chosen = client.get("/c/short-writing").text
    assert f'name="cohort" value="{first.code}"' in chosen
    chosen = client.get(f"/c/short-writing?cohort={second.code}").text
    assert f'name="cohort" value="{second.code}"' in chosen
    assert "报名第 2 期" in chosen


def test_who_is_in_already_is_led_to_today(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=DECEMBER)
        lin = cast(w, "lin")
        make_enrollment(w, cohort, lin)
    sign_in(client, lin)
    page = client.get("/c/short-writing").text
    assert f"/today?cohort={cohort.code}" in page
    assert 'name="cohort"' not in page


def test_who_waits_is_led_to_their_place_or_to_a_cohort_with_seats(
    client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        full = make_cohort(w, starts_on=DECEMBER, seats=1)
        make_enrollment(w, full, make_person(w))
        lin = cast(w, "lin")
        make_enrollment(w, full, lin)
    sign_in(client, lin)
    page = client.get("/c/short-writing").text
    assert "你在候补第 1 期" in page and f"/today?cohort={full.code}" in page
    assert "你已在第 1 期" not in page and 'name="cohort"' not in page
    with work() as w:
        free = make_cohort(w, camp="short-writing", starts_on=date(2027, 1, 9))
    page = client.get("/c/short-writing").text
    assert f'name="cohort" value="{free.code}"' in page


@pytest.mark.parametrize(
    ("cutoff", "said"), [(time(22), "当天 22:00 前"), (time(0), "当天 24:00 前"), (time(6), "次日 06:00 前")]
)
def test_a_cutoff_in_the_morning_is_the_next_days(client: FlaskClient, work: Works, cutoff: time, said: str) -> None:
    with work() as w:
        make_cohort(w, starts_on=DECEMBER, cutoff=cutoff)
    assert said in client.get("/c/short-writing").text


def test_results_count_everybody_who_began_and_nobody_else(client: FlaskClient, work: Works, clock: FixedClock) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=DECEMBER, seats=4)
        early, late, done, stayed, waiting = make_students(w, cohort, make_people(w, 5))
        enrollments.withdraw(w, SYSTEM, early.id, WithdrawCause.OWN_WISH)
        cohort = walk_to(w, cohort, CohortState.RUNNING)
    clock.at = clock.at.replace(month=12, day=14)
    with work() as w:
        enrollments.withdraw(w, SYSTEM, late.id, WithdrawCause.OWN_WISH)
        enrollments.finish(w, SYSTEM, done.id, completed=True)
        enrollments.finish(w, SYSTEM, stayed.id, completed=False)
        walk_to(w, cohort, CohortState.ENDED)
    page = client.get("/c/short-writing").text
    # The one who left before the start is not counted; who was in line moved up into that seat and is.
    assert waiting.state == "waitlisted"
    assert "4 人入营，全部计入，包括中途离开的 1 人。" in page
    assert ">25</span>" in page
    assert "现在没有招生的期" in page


def test_joining_signed_out_leads_to_sign_up_and_back(client: FlaskClient, work: Works) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=DECEMBER)
    answer = client.post("/c/short-writing/join", data={"cohort": cohort.code})
    assert answer.status_code == 303
    assert "/register" in answer.headers["Location"]
    assert cohort.code in answer.headers["Location"]


def test_a_landing_page_takes_seven_statements_whatever_there_is(app: Flask, client: FlaskClient, work: Works) -> None:
    with work() as w:
        make_cohort(w, starts_on=DECEMBER, tutors=[make_person(w, f"助教 {n}", roles=("tutor",)).id for n in range(3)])
        for month in (1, 2, 3):
            make_cohort(w, camp="short-writing", starts_on=date(2027, month, 9))
        over = make_cohort(w, camp="short-writing", starts_on=date(2026, 10, 1))
        make_students(w, over, make_people(w, 5))
        walk_to(w, over, CohortState.ENDED)
    client.get("/c/short-writing")
    with counting(app) as count:
        page = client.get("/c/short-writing")
    assert count.statements <= 7, count.said
    assert len(page.data) < 60_000
    with counting(app) as count:
        client.get("/")
    assert count.statements <= 4, count.said


def test_both_languages_have_every_page(client: FlaskClient, work: Works) -> None:
    with work() as w:
        make_cohort(w, starts_on=DECEMBER, seats=1)
    client.set_cookie("language", "en")
    assert "Join cohort 1" in client.get("/c/short-writing").text
    assert "1 seat left" in client.get("/").text


def test_cards_and_closed_camps_say_what_can_be_joined_and_for_how_much(
    app: Flask, client: FlaskClient, work: Works
) -> None:
    with work() as w:
        paid = make_cohort(w, camp=make_camp(w, files=camp_folder("clear-words")).slug, starts_on=DECEMBER)
        until = w.now + timedelta(days=4)
        terms = Terms(39_900, "CNY", early_price_minor=29_900, early_until=until)
        shop.set_offer(w, SYSTEM, paid.code, terms)
        closed = make_cohort(w, starts_on=date(2026, 10, 1))
        walk_to(w, closed, CohortState.ENDED)
    front = client.get("/").text
    assert "¥299" in front and "¥399" in front and "早鸟价到" in front and "免费" not in front
    client.get(f"/c/{closed.camp_slug}")
    with counting(app) as count:
        page = client.get(f"/c/{closed.camp_slug}")
    assert count.statements <= 11, count.said
    assert "现在没有招生的期" in page.text and 'id="others"' in page.text
    assert f"/c/{paid.camp_slug}?cohort={paid.code}" in page.text and "¥299" in page.text
    with work() as w:
        make_cohort(w, camp=closed.camp_slug, starts_on=DECEMBER)
    assert "免费" in client.get("/").text
    with counting(app) as count:
        client.get("/")
    assert count.statements <= 4, count.said
