"""The Desk: what waits, who needs a hand, and one's classes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.clock import FixedClock
from lms.kernel.work import Work
from tests.conftest import counting
from tests.factories.accounts import cast, make_people
from tests.factories.camps import make_cohort
from tests.factories.checkins import make_check_in, task_of
from tests.factories.enrollments import make_students
from tests.factories.questions import ClassRoom, make_class, make_question

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]


def _hand_in(work: Work, room: ClassRoom, at: int) -> None:
    make_check_in(work, room.students[at], task_of(work, room.cohort))


@pytest.mark.parametrize("url", ["/desk", "/desk/cohorts"])
def test_the_desk_is_for_tutors_and_operators(client: FlaskClient, work: Works, sign_in: SignIn, url: str) -> None:
    assert "/login" in client.get(url).headers["Location"]
    for key, status in (("lin", 403), ("ada", 403), ("fin", 403), ("chen", 200), ("su", 200)):
        with work() as w:
            person = cast(w, key)
        sign_in(client, person)
        assert client.get(url).status_code == status, key


def test_a_tutor_without_a_class_is_told_what_comes(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        chen = cast(w, "chen")
    sign_in(client, chen)
    assert "你还没有带的期" in client.get("/desk").text
    assert "你还没有带的期" in client.get("/desk/cohorts").text


def test_the_oldest_hand_in_comes_first_and_lies_open(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        room = make_class(w)
        _hand_in(w, room, 1)
        make_question(w, room, "标题算字数吗？")
    clock.advance(timedelta(minutes=70))
    with work() as w:
        _hand_in(w, room, 0)
    sign_in(client, room.tutor)
    page = client.get("/desk").text
    assert "最久的一份等了 1 小时" in page
    assert page.index("同学 2") < page.index("同学 1")
    assert "把一个观点写清楚" in page
    assert "标题算字数吗？" in page
    assert "打开点评" in page


def test_who_is_behind_is_named_with_the_reason(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        room = make_class(w, students=1)
    clock.advance(timedelta(days=2))
    sign_in(client, room.tutor)
    page = client.get("/desk").text
    assert "需要拉一把" in page
    assert "还没交过" in page


def test_nobody_sees_the_work_of_others_classes(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room, chen = make_class(w), cast(w, "chen")
        _hand_in(w, room, 0)
    sign_in(client, chen)
    page = client.get("/desk").text
    assert "同学 1" not in page
    assert room.cohort.code not in client.get("/desk/cohorts").text


def test_classes_lead_to_their_progress(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
        _hand_in(w, room, 0)
    sign_in(client, room.tutor)
    page = client.get("/desk/cohorts").text
    assert f"/desk/cohorts/{room.cohort.code}/progress" in page
    assert "今天 1 / 3 人交齐" in page


def test_the_desk_costs_the_same_whatever_waits(
    app: Flask, client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        room = make_class(w, students=12)
        _hand_in(w, room, 0)
        make_question(w, room, "标题算字数吗？")
    sign_in(client, room.tutor)
    client.get("/desk")
    with counting(app) as few:
        client.get("/desk")
    with work() as w:
        for at in range(1, 12):
            _hand_in(w, room, at)
            make_question(w, room, f"第 {at} 段可以放图吗？", at)
        more = make_cohort(w, camp="short-writing", tutors=[room.tutor.id])
        make_students(w, more, make_people(w, 5))
    with counting(app) as many:
        page = client.get("/desk")
    assert page.status_code == 200
    assert many.statements == few.statements <= 25, many.said
    assert len(page.data) < 80_000
    assert page.text.count("/desk/check-ins/") >= 5
