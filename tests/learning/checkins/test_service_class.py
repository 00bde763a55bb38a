"""Reads over a class on both engines: counts, pulse, who is behind, today."""

from __future__ import annotations

from datetime import timedelta

from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.checkins import queries, service
from lms.learning.checkins.queries.plans import load_plan
from lms.learning.checkins.rules import day_marks, missed_in_a_row
from lms.people.accounts.queries import Person
from tests.factories.accounts import make_person
from tests.factories.checkins import task_of
from tests.factories.enrollments import make_enrollment, student_actor
from tests.learning.checkins.staging import SHANGHAI_10PM, Begin, Desk, Look


def test_counts_by_sql_equal_the_rules(desk: Desk, work: Begin, read: Look, clock: FixedClock) -> None:
    desk.hand_in(work, 0)
    desk.hand_in(work, 1)
    clock.at = SHANGHAI_10PM + timedelta(hours=10)
    with work() as w:
        late = make_person(w, "后来的")
        make_enrollment_late(w, desk.cohort, late)
    desk.hand_in(work, 0, day=2)
    clock.at = SHANGHAI_10PM + timedelta(days=2, minutes=1)
    done = queries.required_done(read(), desk.cohort.id)
    table = queries.class_progress(read(), desk.cohort.id)
    assert len(table.students) == 4
    plan = load_plan(read(), desk.cohort.id)
    page = queries.progress_page(read(), desk.cohort.id)
    assert page.students == table.students and page.total == 4
    marks = zip(*(one.marks for one in table.students), strict=True)
    assert page.done == [sum(mark in ("done", "made_up") for mark in of_day) for of_day in marks]
    assert any(page.done)
    for one in table.students:
        assert done[one.enrollment_id] == (one.done, one.total)
    assert [s.done for s in table.students] == [2, 1, 0, 0]
    assert table.students[3].total == table.students[0].total - 2
    by_name = {one.person.display_name: one for one in queries.list_behind(read(), desk.cohort.id)}
    assert by_name["同学 2"].missed_days == 2
    assert by_name["同学 3"].never_started
    assert by_name["同学 3"].missed_days == missed_in_a_row(plan.folds, {}, clock.now())
    assert by_name["后来的"].missed_days == 2
    assert "同学 1" not in by_name
    assert list(day_marks(plan.folds, {}, clock.now()).values()) == list(table.students[2].marks)


def make_enrollment_late(work: Work, cohort: Cohort, person: Person) -> None:
    from lms.learning.camps.service import change_cohort

    change_cohort(work, SYSTEM, cohort.id, enrolls_until=work.now + timedelta(days=1))
    make_enrollment(work, cohort, person)


def test_returned_work_left_lying_is_behind(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    assert queries.list_behind(read(), desk.cohort.id) == []
    with work() as w:
        service.return_(w, desk.tutor, code, "再改", 1)
    (one,) = queries.list_behind(read(), [desk.cohort.id])
    assert (one.returned, one.never_started, one.missed_days) == (1, False, 0)
    assert one.last_active_at is not None


def test_the_pulse_counts_people_not_hand_ins(desk: Desk, work: Begin, read: Look) -> None:
    desk.hand_in(work, 1)
    with work() as w:
        service.tick(w, student_actor(desk.people[1]), task_of(w, desk.cohort, key="read").code, True)
    day = camps.list_days(read(), desk.cohort.id)[1]
    pulse = queries.class_pulse(read(), desk.cohort.id, day)
    assert (pulse.done, pulse.total) == (1, 3)
    assert [author.display_name for author in pulse.latest] == ["同学 2"]
    assert queries.list_checked_in(read(), desk.cohort.id, 1) == {desk.enrollments[1].id}


def test_today_shows_the_day_what_came_back_and_what_is_owed(
    desk: Desk, work: Begin, read: Look, clock: FixedClock
) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.return_(w, desk.tutor, code, "再改", 1)
    view = queries.today_view(read(), desk.enrollments[0], desk.cohort)
    assert view.day is not None
    assert view.day.number == 1
    assert [card.state for card in view.tasks] == ["open", "returned"]
    assert view.returned == []
    clock.at = SHANGHAI_10PM + timedelta(hours=10)
    view = queries.today_view(read(), desk.enrollments[0], desk.cohort)
    assert view.day.number == 2 if view.day else False
    assert [card.day_number for card in view.returned] == [1]
    assert view.returned[0].said is not None
    assert view.owed == 1  # day 0 was never handed in
    assert view.marks == ["done", "today", "locked"]
    assert queries.today_view(read(), desk.enrollments[1], desk.cohort).owed == 2
