"""The desk: queue, one hand-in, conflicts, behind, progress; strangers, parts, statements."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps.service import change_cohort
from lms.learning.checkins import queries
from lms.learning.enrollments.service import change_seats
from tests.conftest import counting
from tests.factories.accounts import as_actor, cast, make_people, make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import TEXT, make_check_in, task_of
from tests.factories.enrollments import make_students

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
PART = {"HX-Request": "true"}


class Desk:
    def __init__(self, work: Begin, read: Look, client: FlaskClient, enter: Callable[..., None]) -> None:
        with work() as w:
            self.chen, self.cole = cast(w, "chen"), cast(w, "cole")
            cohort = make_cohort(w, tutors=(self.chen.id, self.cole.id))
            self.people = make_people(w, 3)
            self.enrollments = make_students(w, cohort, self.people)
            self.cohort = walk_to(w, cohort, "running")  # type: ignore[arg-type]
            task = task_of(w, self.cohort)
            self.codes = [make_check_in(w, person, task).code for person in self.people]
            self.tutor = as_actor(w, self.chen)
        self.work, self.read, self.client, self.enter = work, read, client, enter
        enter(client, self.chen)

    def url(self, place: int) -> str:
        return f"/desk/check-ins/{self.codes[place]}"

    def form(self, place: int, comment: str = "") -> dict[str, Any]:
        html = self.client.get(self.url(place)).get_data(as_text=True)
        token = re.search(r'name="csrf-token" content="([^"]+)"', html)
        assert token
        return {"csrf_token": token[1], "revision": "1", "comment": comment}

    def state(self, place: int) -> str:
        return queries.get_hand_in(self.read(), self.tutor, self.codes[place]).state


@pytest.fixture
def desk(work: Begin, read: Look, client: FlaskClient, sign_in: Callable[..., None]) -> Desk:
    return Desk(work, read, client, sign_in)


def test_the_queue_names_who_waits(desk: Desk) -> None:
    html = desk.client.get("/desk/check-ins").get_data(as_text=True)
    assert "3 份" in html
    assert html.index("同学 1") < html.index("同学 3")


def test_an_empty_queue_offers_the_next_step(desk: Desk, work: Begin, new_client: Callable[[], FlaskClient]) -> None:
    with work() as w:
        idle = make_person(w, "闲着的助教", roles=("student", "tutor"))
    other = new_client()
    desk.enter(other, idle)
    assert "没有等点评的打卡" in other.get("/desk/check-ins").get_data(as_text=True)
    assert other.get(desk.url(0)).status_code == 404
    assert other.get(f"/desk/cohorts/{desk.cohort.code}/progress").status_code == 404
    assert "没有人落下" in other.get("/desk/behind").get_data(as_text=True)


def test_students_have_no_desk(desk: Desk, new_client: Callable[[], FlaskClient]) -> None:
    other = new_client()
    desk.enter(other, desk.people[0])
    for url in ("/desk/check-ins", desk.url(0), "/desk/behind", f"/desk/cohorts/{desk.cohort.code}/progress"):
        assert other.get(url).status_code == 403


def test_one_hand_in_shows_text_form_and_keys(desk: Desk) -> None:
    html = desk.client.get(desk.url(1)).get_data(as_text=True)
    assert TEXT in html
    for key in ("j", "k", "a", "r"):
        assert f'data-key="{key}"' in html


def test_accepting_leads_to_the_next_in_the_queue(desk: Desk) -> None:
    answer = desk.client.post(f"{desk.url(0)}/accept", data=desk.form(0, "写得好"))
    assert answer.status_code == 303
    assert answer.location.endswith(desk.codes[1])
    assert desk.state(0) == "accepted"
    last = desk.client.post(f"{desk.url(2)}/accept", data=desk.form(2), headers=PART)
    assert last.headers["HX-Redirect"].endswith(desk.codes[1])
    end = desk.client.post(f"{desk.url(1)}/return", data=desk.form(1, "拆成三句"))
    assert end.location.endswith("/desk/check-ins")


def test_a_return_without_words_comes_back_as_a_form(desk: Desk) -> None:
    answer = desk.client.post(f"{desk.url(0)}/return", data=desk.form(0), headers=PART)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert html.lstrip().startswith('<article id="hand-in"')
    assert "怎么改" in html
    assert desk.state(0) == "submitted"


def test_a_new_version_meanwhile_keeps_the_tutors_words(desk: Desk) -> None:
    form = desk.form(0, "这一句绕了")
    with desk.work() as w:
        make_check_in(w, desk.people[0], task_of(w, desk.cohort), text=TEXT + "新的一句。")
    answer = desk.client.post(f"{desk.url(0)}/accept", data=form)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "这一句绕了</textarea>" in html
    assert "第 2 版" in html
    assert "新的一句" in html
    assert re.search(r'name="revision"[^>]*value="2"', html)


def test_another_tutor_sees_who_has_it(desk: Desk, new_client: Callable[[], FlaskClient]) -> None:
    form = desk.form(0)
    part = desk.client.post(f"{desk.url(0)}/claim", data=form, headers=PART)
    assert "你正在看" in part.get_data(as_text=True)
    other = new_client()
    desk.enter(other, desk.cole)
    html = other.get(desk.url(0)).get_data(as_text=True)
    assert "has it until" in html
    mine = {**form, "csrf_token": re.search(r'name="csrf-token" content="([^"]+)"', html)[1]}  # type: ignore[index]
    assert other.post(f"{desk.url(0)}/claim", data=mine, headers=PART).status_code == 200
    assert other.post(f"{desk.url(0)}/claim", data=mine).status_code == 409
    refused = other.post(f"{desk.url(0)}/accept", data=mine)
    assert refused.status_code == 409
    assert desk.state(0) == "submitted"
    desk.client.post(f"{desk.url(0)}/release", data=form)
    assert other.post(f"{desk.url(0)}/accept", data=mine).status_code == 303


def test_what_another_reviewed_is_told(desk: Desk) -> None:
    form = desk.form(0, "我的话")
    with desk.work() as w:
        from lms.learning.checkins import service

        service.accept(w, as_actor(w, desk.cole), desk.codes[0], "", 1)
    answer = desk.client.post(f"{desk.url(0)}/return", data=form)
    assert answer.status_code == 409
    assert "我的话" in answer.get_data(as_text=True)


def test_voiding_can_be_undone(desk: Desk) -> None:
    form = {**desk.form(0), "reason": "抄的"}
    assert desk.client.post(f"{desk.url(0)}/void", data=form).status_code == 303
    assert desk.state(0) == "voided"
    desk.client.post(f"{desk.url(0)}/restore", data=form)
    assert desk.state(0) == "submitted"


def test_behind_says_why(desk: Desk, clock: FixedClock, work: Begin) -> None:
    clock.at = datetime(2026, 11, 23, 14, 1, tzinfo=UTC)
    html = desk.client.get("/desk/behind").get_data(as_text=True)
    assert "连续 2 天没交齐" in html
    assert "同学 2" in html


def test_progress_shows_marks_as_page_and_table(desk: Desk, clock: FixedClock) -> None:
    url = f"/desk/cohorts/{desk.cohort.code}/progress"
    html = desk.client.get(url).get_data(as_text=True)
    assert "同学 3" in html
    answer = desk.client.get(f"{url}?format=csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[1][:4] == ["同学 1", "1", "4", "1"]
    assert rows[1][5] == "完成"


@pytest.mark.parametrize("size", [3, 40])
def test_progress_and_queue_cost_the_same_for_every_class(app: Flask, desk: Desk, size: int) -> None:
    with desk.work() as w:
        change_cohort(w, SYSTEM, desk.cohort.id, enrolls_until=w.now + timedelta(days=1))
        make_students(w, desk.cohort, make_people(w, size - 3))
    for url, most in (
        (f"/desk/cohorts/{desk.cohort.code}/progress", 8),
        ("/desk/check-ins", 8),
        ("/desk/behind", 6),
        (desk.url(0), 20),
    ):
        desk.client.get(url)
        with counting(app) as n:
            assert desk.client.get(url).status_code == 200
        assert n.statements <= most, n.said


def test_a_page_of_progress_costs_the_same_with_3_and_300_students(app: Flask, desk: Desk) -> None:
    url = f"/desk/cohorts/{desk.cohort.code}/progress"
    desk.client.get(url)
    with counting(app) as few:
        assert 'rel="next"' not in desk.client.get(url).get_data(as_text=True)
    with desk.work() as w:
        change_cohort(w, SYSTEM, desk.cohort.id, enrolls_until=w.now + timedelta(days=1))
        change_seats(w, SYSTEM, desk.cohort.code, 400)
        make_students(w, desk.cohort, make_people(w, 297))
    with counting(app) as many:
        first = desk.client.get(url).get_data(as_text=True)
    assert many.statements == few.statements <= 8, many.said
    assert "300 人" in first and 'rel="prev"' not in first
    second = desk.client.get(_link(first, "next")).get_data(as_text=True)
    third = desk.client.get(_link(second, "next")).get_data(as_text=True)
    assert [len(_names(html)) for html in (first, second, third)] == [100, 100, 100]
    # The first three and three of the others have the same names.
    assert len({*_names(first), *_names(second), *_names(third)}) == 297 and 'rel="next"' not in third
    assert _names(desk.client.get(_link(third, "prev")).get_data(as_text=True)) == _names(second)
    back = desk.client.get(_link(second, "prev")).get_data(as_text=True)
    assert _names(back) == _names(first) and 'rel="prev"' not in back
    assert _names(desk.client.get(f"{url}?after={10**9}").get_data(as_text=True)) == _names(first)
    assert len(desk.client.get(f"{url}?format=csv").get_data(as_text=True).splitlines()) == 301


def _link(html: str, rel: str) -> str:
    return html.partition(f'" rel="{rel}"')[0].rpartition('href="')[2]


def _names(html: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><bdi>([^<]+)', html)


def test_late_work_is_marked_in_the_queue(desk: Desk, clock: FixedClock, work: Begin) -> None:
    with work() as w:
        people = make_people(w, 1)
        cohort = make_cohort(w, camp=desk.cohort.camp_slug, tutors=(desk.chen.id,))
        make_students(w, cohort, people)
    clock.at = datetime(2026, 11, 21, 14, 0, tzinfo=UTC) + timedelta(hours=1)
    with work() as w:
        make_check_in(w, people[0], task_of(w, cohort))
    assert "晚交" in desk.client.get("/desk/check-ins").get_data(as_text=True)
