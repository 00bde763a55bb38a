"""Today in every state somebody may be in, at a constant cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.commerce.shop import service as shop
from lms.commerce.shop.rules import Terms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Work
from lms.learning.camps.rules import CohortState
from lms.learning.checkins import service as checkins
from lms.learning.enrollments import service as enrollments
from lms.people.accounts.queries import Person
from tests.conftest import counting
from tests.factories.accounts import cast, make_people, make_person
from tests.factories.camps import make_camp, make_cohort, walk_to
from tests.factories.checkins import make_check_in, task_of
from tests.factories.enrollments import make_enrollment, make_students, student_actor
from tests.factories.questions import ClassRoom, make_class, make_digest

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]
DECEMBER = date(2026, 12, 12)


def _hand_in(work: Work, room: ClassRoom, student: Person, day: int = 1) -> str:
    return make_check_in(work, student, task_of(work, room.cohort, day)).code


@pytest.mark.parametrize("url", ["/today", "/today/head", "/calendar", "/class", "/questions"])
def test_signed_out_people_are_asked_to_sign_in(client: FlaskClient, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 303
    assert "/login" in answer.headers["Location"]


def test_without_a_cohort_today_offers_what_is_open(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        lin = cast(w, "lin")
        make_cohort(w, starts_on=DECEMBER)
    sign_in(client, lin)
    page = client.get("/today").text
    assert "选一个训练营" in page
    assert "/c/short-writing" in page
    for url in ("/calendar", "/class", "/questions"):
        assert client.get(url).status_code == 200


def test_an_address_that_is_not_confirmed_is_asked_for_calmly(
    client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        lin, bo = cast(w, "lin"), make_person(w, "Bo", confirmed=False)
    for person, asked in ((lin, False), (bo, True)):
        sign_in(client, person)
        assert ("邮箱还没确认" in client.get("/today").text) == asked


def test_before_the_first_day_it_counts_down_and_offers_day_0(
    client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        lin = cast(w, "lin")
        make_enrollment(w, make_cohort(w, starts_on=DECEMBER), lin)
    sign_in(client, lin)
    page = client.get("/today").text
    assert "还有 21 天开营" in page
    assert "第 0 天" in page
    assert "写一段" in page


def test_in_line_it_says_which_place(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=DECEMBER, seats=1)
        make_students(w, cohort, make_people(w, 2))
        lin = cast(w, "lin")
        make_enrollment(w, cohort, lin)
    sign_in(client, lin)
    assert "候补第 2 位" in client.get("/today").text


def test_a_seat_held_from_the_line_leads_to_paying(
    client: FlaskClient, work: Works, sign_in: SignIn, gateway: Any, drain: Callable[[], int]
) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=DECEMBER, seats=1)
        shop.set_offer(w, SYSTEM, cohort.code, Terms(39900, "CNY"))
        first, lin = make_person(w, "Bo"), cast(w, "lin")
        seat = enrollments.activate(w, SYSTEM, cohort.id, first.id, None).enrollment
        make_enrollment(w, cohort, lin)
        other = make_cohort(w, camp="short-writing", starts_on=date(2027, 1, 9))
        assert seat is not None
        enrollments.withdraw(w, SYSTEM, seat.id, "")
    sign_in(client, lin)
    checkout = f"/c/short-writing/checkout?cohort={cohort.code}"
    for _ in range(2):
        today, camp = client.get(f"/today?cohort={cohort.code}").text, client.get("/c/short-writing").text
        assert "轮到你了" in today and "明天 18:48 前付款" in today and checkout in today
        assert "候补第" not in today and "现在什么都不用做" not in today
        assert (
            "座位留到明天 18:48，去付款" in camp
            and "轮到你了，座位为你留到明天 18:48" in camp
            and checkout in camp
            and "看名次" not in camp
        )
        # With the order open it is the same: the seat is held, and the way leads to paying.
        with work() as w:
            shop.start_order(w, student_actor(lin), cohort.code, None, "", "zh")
    assert f'name="cohort" value="{other.code}"' in client.get(f"/c/short-writing?cohort={other.code}").text


def test_a_running_day_shows_goal_tasks_class_and_digest(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
        make_digest(w, room, "例子太私人了吗？", "标题算字数吗？")
        _hand_in(w, room, room.students[1])
    sign_in(client, room.students[1])
    page = client.get("/today").text
    for said in ("第 1 天", "写一句话。", "写一段", "读材料", "1</span>", "3 人已打卡", "你问的是第 2 条", "卡住了"):
        assert said in page
    assert f'action="/learn/{room.cohort.code}/questions"' in page


def test_the_next_hand_in_is_the_one_primary_button(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
        task = task_of(w, room.cohort)
    sign_in(client, room.students[0])
    page = client.get("/today").text
    assert "今天 22:00 截止，还有 3 小时" in page
    assert page.count("btn btn-primary") - page.count('btn btn-primary">跳到正文') == 1
    assert f'href="/learn/{room.cohort.code}/tasks/{task.code}" class="btn btn-primary' in page


def test_returned_work_of_another_day_comes_with_the_tutors_words(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        room = make_class(w)
        code = _hand_in(w, room, room.students[0])
        checkins.claim(w, room.desk(w), code)
        checkins.return_(w, room.desk(w), code, "第二段拆成三句。", 1)
    clock.advance(timedelta(hours=14))
    sign_in(client, room.students[0])
    page = client.get("/today").text
    assert "第 2 天" in page
    assert "第 1 天：写一段" in page
    assert "第二段拆成三句。" in page


def test_between_two_days_it_is_time_to_rest(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        room = make_class(w)
    clock.advance(timedelta(hours=5))
    sign_in(client, room.students[0])
    page = client.get("/today").text
    assert "现在是休息时间" in page
    assert "第 2 天" in page


def test_after_the_last_day_it_leads_to_the_next_step(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock
) -> None:
    with work() as w:
        room = make_class(w)
    clock.advance(timedelta(days=9))
    sign_in(client, room.students[0])
    assert "3 天都过完了" in client.get("/today").text
    with work() as w:
        walk_to(w, walk_to(w, room.cohort, CohortState.WRAPPING_UP), CohortState.ENDED)
    page = client.get("/today").text
    assert "这一期结营了" in page
    assert "看下一期和别的训练营" in page


def test_suspended_and_canceled_are_said_plainly(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
        held = make_enrollment(w, room.cohort, room.students[0])
        enrollments.suspend(w, SYSTEM, held.id, "请先联系运营")
        off = make_cohort(w, camp="short-writing", starts_on=DECEMBER)
        make_enrollment(w, off, room.students[1])
        off = walk_to(w, off, CohortState.CANCELED)
    sign_in(client, room.students[0])
    assert "你的学籍暂停中" in client.get("/today").text
    sign_in(client, room.students[1])
    page = client.get(f"/today?cohort={off.code}")
    assert page.status_code == 200


def test_with_several_cohorts_one_can_switch(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
        other = make_cohort(w, camp="short-writing", starts_on=DECEMBER)
        make_enrollment(w, other, room.students[0])
    sign_in(client, room.students[0])
    page = client.get("/today").text
    assert "第 1 天" in page
    assert f"/today?cohort={other.code}" in page
    assert "还有 21 天开营" in client.get(f"/today?cohort={other.code}").text


def test_places_of_the_navigation_lead_into_the_cohort(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
    sign_in(client, room.students[0])
    for url in ("/calendar", "/class", "/questions"):
        answer = client.get(url)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"/learn/{room.cohort.code}/")
        assert client.get(answer.headers["Location"]).status_code == 200


def test_who_waits_in_line_is_not_asked_to_join(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        full = make_cohort(w, starts_on=DECEMBER, seats=1)
        lin = cast(w, "lin")
        make_students(w, full, [make_person(w), lin])
    sign_in(client, lin)
    for url in ("/calendar", "/class", "/questions"):
        page = client.get(url).text
        assert "你在候补" in page and "看我的名次" in page
        assert "看看能报的训练营" not in page


def test_the_head_comes_alone_when_a_task_has_changed(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w)
    sign_in(client, room.students[0])
    part = client.get(f"/today/head?cohort={room.cohort.code}", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert part.text.lstrip().startswith("<section") or 'id="today-head"' in part.text[:400]
    assert "<html" not in part.text
    assert client.get("/today/head").status_code == 303


def test_today_costs_the_same_whatever_there_is(app: Flask, client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w, students=2)
        make_digest(w, room, "标题算字数吗？")
    sign_in(client, room.students[0])
    with counting(app) as few:
        client.get("/today")
    with work() as w:
        make_camp(w, slug="long-writing", days=21)
        long = make_cohort(w, camp="long-writing")
        make_students(w, long, [*make_people(w, 30), room.students[0]])
        long = walk_to(w, long, CohortState.RUNNING)
        tutor = make_person(w, "温澜", roles=("student", "tutor"))
        wide = ClassRoom(long, tutor, room.students)
        _hand_in(w, wide, room.students[0])
    with counting(app) as many:
        page = client.get(f"/today?cohort={long.code}")
    assert few.statements <= 10, few.said
    assert many.statements <= 10, many.said
    assert len(page.data) < 60_000


def test_today_speaks_english(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        room = make_class(w, students=1)
        maya = cast(w, "maya")
        enrollments.change_seats(w, SYSTEM, room.cohort.code, 160)
        other = make_cohort(w, camp="short-writing", starts_on=DECEMBER)
        make_enrollment(w, other, maya)
    sign_in(client, maya)
    assert "21 days to go" in client.get("/today").text
