"""Reviews, leases, moderation, reminders and the tutor's reads, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM, Actor, Read, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.checkins import errors, models, queries, service
from lms.learning.checkins.jobs import remind
from lms.learning.checkins.queries.plans import load_plan
from lms.learning.checkins.rules import day_marks, missed_in_a_row
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts.queries import Person
from lms.people.messages.queries import list_notices
from tests.factories.accounts import as_actor, cast, make_people, make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import TEXT, make_check_in, task_of
from tests.factories.enrollments import make_enrollment, make_students, student_actor

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
SHANGHAI_10PM = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class Desk:
    """A running cohort with three students and two tutors."""

    def __init__(self, work: Begin, read: Look) -> None:
        with work() as w:
            self.chen, self.cole, self.su = cast(w, "chen"), cast(w, "cole"), cast(w, "su")
            cohort = make_cohort(w, tutors=(self.chen.id, self.cole.id))
            self.people: list[Person] = make_people(w, 3)
            self.enrollments: list[Enrollment] = make_students(w, cohort, self.people)
            self.cohort: Cohort = walk_to(w, cohort, "running")  # type: ignore[arg-type]
            self.tutor, self.other = as_actor(w, self.chen), as_actor(w, self.cole)
            self.operator = as_actor(w, self.su)

    def hand_in(self, work: Begin, place: int, **over: Any) -> str:
        day = over.pop("day", 1)
        with work() as w:
            row = make_check_in(w, self.people[place], task_of(w, self.cohort, day), **over)
            return row.code


@pytest.fixture
def desk(work: Begin, read: Look) -> Desk:
    return Desk(work, read)


def row_of(read: Look, code: str) -> models.CheckIn:
    found = read().session.scalars(
        select(models.CheckIn).where(models.CheckIn.code == code).execution_options(populate_existing=True)
    )
    return found.one()


def topics(read: Look, person: Person) -> list[str]:
    return [notice.topic.rsplit("/", 1)[1] for notice in list_notices(read(), person.id)]


def test_the_queue_is_oldest_first_and_pages_by_key(desk: Desk, work: Begin, read: Look, clock: FixedClock) -> None:
    codes = []
    for place in range(3):
        codes.append(desk.hand_in(work, place))
        clock.advance(timedelta(minutes=1))
    first = queries.queue(read(), desk.tutor, None, 2)
    assert [line.code for line in first.lines] == codes[:2]
    second = queries.queue(read(), desk.tutor, first.after, 2)
    assert [line.code for line in second.lines] == codes[2:]
    assert second.after is None
    assert queries.count_queue(read(), desk.tutor).count == 3
    assert queries.next_in_queue(read(), desk.tutor, codes[0]) == codes[1]
    assert queries.next_in_queue(read(), desk.tutor, codes[1], back=True) == codes[0]


def test_tutors_of_other_cohorts_see_nothing(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        stranger = make_person(w, "别的助教", roles=("student", "tutor"))
        actor = as_actor(w, stranger)
    assert queries.queue(read(), actor).lines == []
    for act in (
        lambda: queries.get_hand_in(read(), actor, code),
        lambda: queries.get_hand_in(read(), student_actor(desk.people[0]), code),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotFound), work() as w:
        service.accept(w, actor, code, "", 1)
    assert queries.get_hand_in(read(), desk.operator, code).code == code


def test_accepting_tells_in_the_app_and_returning_by_mail_too(
    desk: Desk, work: Begin, read: Look, drain: Callable[[], int], mailbox: Any
) -> None:
    drain()
    mailbox.sent.clear()
    accepted, returned = desk.hand_in(work, 0), desk.hand_in(work, 1)
    with work() as w:
        service.accept(w, desk.tutor, accepted, "写得好", 1)
        service.return_(w, desk.tutor, returned, "拆成三句", 1)
    drain()
    assert topics(read, desk.people[0])[0] == "accepted"
    assert topics(read, desk.people[1])[0] == "returned"
    assert [mail.to for mail in mailbox.sent] == [desk.people[1].email]
    assert "拆成三句" in mailbox.sent[0].text


def test_a_return_needs_words(desk: Desk, work: Begin) -> None:
    code = desk.hand_in(work, 0)
    with pytest.raises(errors.CommentMissing) as refused, work() as w:
        service.return_(w, desk.tutor, code, " ", 1)
    assert refused.value.field == "comment"


def test_the_lease_keeps_others_away_until_it_lapses(desk: Desk, work: Begin, read: Look, clock: FixedClock) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.claim(w, desk.tutor, code)
    seen = queries.get_hand_in(read(), desk.other, code)
    assert seen.holder is not None
    assert seen.holder.display_name == desk.chen.display_name
    for act in (service.claim, lambda w, who, code: service.accept(w, who, code, "", 1)):
        with pytest.raises(errors.HandInClaimed) as refused, work() as w:
            act(w, desk.other, code)
    assert "19:03" in refused.value.message().zh
    clock.advance(timedelta(minutes=15))
    with work() as w:
        service.accept(w, desk.other, code, "", 1)
    with pytest.raises(errors.AlreadyReviewed), work() as w:
        service.return_(w, desk.tutor, code, "再改", 1)
    assert row_of(read, code).state == "accepted"


def test_a_lease_can_be_given_back_by_its_holder_only(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.claim(w, desk.tutor, code)
        service.release(w, desk.other, code)
    assert row_of(read, code).claimed_by == desk.chen.id
    with work() as w:
        service.release(w, desk.tutor, code)
    assert row_of(read, code).claimed_by is None


def test_a_new_version_under_the_tutors_eyes_is_a_conflict(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    desk.hand_in(work, 0, text=TEXT + "新的一句。")
    with pytest.raises(errors.HandInChanged) as refused, work() as w:
        service.accept(w, desk.tutor, code, "", 1)
    assert refused.value.values == {"revision": 2}
    assert row_of(read, code).state == "submitted"


def test_the_same_verdict_twice_is_one_review(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    for _ in range(2):
        with work() as w:
            service.accept(w, desk.tutor, code, "好", 1)
    assert read().session.scalar(select(func.count()).select_from(models.Review)) == 1
    with pytest.raises(errors.AlreadyAccepted):
        desk.hand_in(work, 0, text=TEXT + "再来。")


def test_voiding_counts_for_nothing_and_restoring_brings_it_back(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.void(w, desk.tutor, code, "抄的")
    assert queries.list_marks(read(), desk.enrollments[0]).done_required == 0
    with pytest.raises(errors.CheckInVoided):
        desk.hand_in(work, 0, text=TEXT + "再来。")
    with work() as w:
        service.restore(w, desk.tutor, code)
    assert row_of(read, code).state == "submitted"
    assert queries.list_marks(read(), desk.enrollments[0]).done_required == 1


# --- Reads over the class ---------------------------------------------------------


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


# --- Reminders --------------------------------------------------------------------


def reminded(read: Look, desk: Desk) -> list[int]:
    return [topics(read, person).count("reminder") for person in desk.people]


def test_who_has_open_work_is_reminded_once_before_the_cutoff(
    desk: Desk, work: Begin, read: Look, clock: FixedClock
) -> None:
    desk.hand_in(work, 0)
    with work() as w:
        remind(w)
    assert reminded(read, desk) == [0, 0, 0]
    clock.at = SHANGHAI_10PM - timedelta(hours=3)
    for _ in range(2):
        with work() as w:
            remind(w)
        clock.advance(timedelta(minutes=5))
    assert reminded(read, desk) == [0, 1, 1]


def test_nobody_is_reminded_after_the_cutoff_or_in_a_pause(
    desk: Desk, work: Begin, read: Look, clock: FixedClock
) -> None:
    from lms.learning.camps.service import move_cohort

    clock.at = SHANGHAI_10PM
    with work() as w:
        remind(w)
    clock.at = SHANGHAI_10PM + timedelta(hours=22)
    with work() as w:
        move_cohort(w, SYSTEM, desk.cohort.id, "paused", "台风")
        remind(w)
    assert reminded(read, desk) == [0, 0, 0]


def test_an_actor_without_a_person_reviews_nothing(desk: Desk, work: Begin) -> None:
    code = desk.hand_in(work, 0)
    with pytest.raises(ValueError, match="needs a tutor"), work() as w:
        service.accept(w, Actor(None, frozenset({"operator"})), code, "", 1)
