"""Admission on both engines: seats, the line, and what people are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM
from lms.learning.enrollments import queries, service
from lms.learning.enrollments.errors import (
    JoinClosed,
    JoinTooLate,
    SeatsGone,
    SeatsTaken,
    StateRefused,
    StillWaiting,
)
from tests.factories.accounts import as_actor, cast, make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.enrollments import make_enrollment, make_students, student_actor
from tests.learning.enrollments.staging import Begin, Look, setting, topics


def test_a_seat_is_given_once_however_often_it_is_asked_for(work: Begin, read: Look) -> None:
    cohort, (lin, *_) = setting(work)
    with work() as w:
        first = make_enrollment(w, cohort, lin, {"partner_id": 7})
    with work() as w:
        again = make_enrollment(w, cohort, lin)
    assert again == first
    assert first.state == "enrolled"
    assert queries.count_seats(read(), cohort.id).taken == 1
    assert topics(read(), lin) == ["joined"]


def test_a_full_cohort_puts_people_in_line_in_order(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 4, seats=2)
    with work() as w:
        found = make_students(w, cohort, people)
    assert [one.state for one in found] == ["enrolled", "enrolled", "waitlisted", "waitlisted"]
    assert [queries.waiting_position(read(), one) for one in found] == [0, 0, 1, 2]
    assert queries.seats_left(read(), [cohort.id]) == {cohort.id: 0}
    assert topics(read(), people[3]) == ["waitlisted"]


def test_a_cohort_nobody_joined_has_all_its_seats(work: Begin, read: Look) -> None:
    cohort, _ = setting(work, 0, seats=12)
    assert queries.seats_left(read(), [cohort.id]) == {cohort.id: 12}
    assert queries.count_seats(read(), cohort.id) == queries.Seats(12, 0, 0)


def test_leaving_moves_up_the_first_in_line_who_is_told(work: Begin, read: Look, clock: FixedClock) -> None:
    cohort, people = setting(work, 4, seats=2)
    with work() as w:
        found = make_students(w, cohort, people)
    clock.advance(timedelta(hours=1))
    with work() as w:
        service.withdraw(w, student_actor(people[0]), found[0].id, "own_wish")
    moved = queries.get_enrollment(read(), found[2].id)
    assert moved.state == "enrolled"
    assert moved.joined_at == clock.now()
    assert queries.get_enrollment(read(), found[3].id).state == "waitlisted"
    assert queries.waiting_position(read(), queries.get_enrollment(read(), found[3].id)) == 1
    assert queries.count_seats(read(), cohort.id) == queries.Seats(2, 2, 1)
    assert topics(read(), people[2]) == ["moved_up", "waitlisted"]


def test_leaving_twice_frees_one_seat(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 2)
    with work() as w:
        found = make_students(w, cohort, people)
        service.withdraw(w, student_actor(people[0]), found[0].id, "own_wish")
    with work() as w:
        service.withdraw(w, student_actor(people[0]), found[0].id, "own_wish")
    assert queries.count_seats(read(), cohort.id).taken == 1


def test_leaving_the_line_frees_no_seat(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 3, seats=1)
    with work() as w:
        found = make_students(w, cohort, people)
        service.withdraw(w, student_actor(people[1]), found[1].id, "own_wish")
    assert queries.count_seats(read(), cohort.id) == queries.Seats(1, 1, 1)
    assert queries.waiting_position(read(), found[2]) == 1


def test_who_left_may_come_back_at_the_end_of_the_line(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 3, seats=1)
    with work() as w:
        first, *_ = make_students(w, cohort, people)
        service.withdraw(w, student_actor(people[0]), first.id, "own_wish")
        again = make_enrollment(w, cohort, people[0])
    assert again.id != first.id
    assert again.state == "waitlisted"
    assert queries.waiting_position(read(), again) == 2


def test_joining_is_refused_outside_the_window(work: Begin, clock: FixedClock) -> None:
    until = clock.now() + timedelta(days=1)
    cohort, (lin, *_) = setting(work, enrolls_until=until)
    clock.advance(timedelta(days=1))
    with pytest.raises(JoinTooLate), work() as w:
        make_enrollment(w, cohort, lin)


def test_a_running_cohort_takes_late_joiners_within_its_window(work: Begin, clock: FixedClock) -> None:
    cohort, (lin, he, _) = setting(work, state="running", enrolls_until=clock.now() + timedelta(days=1))
    with work() as w:
        assert make_enrollment(w, cohort, lin).state == "enrolled"
        closed = make_cohort(w, camp=cohort.camp_slug, state="running")
    with pytest.raises(JoinClosed), work() as w:
        make_enrollment(w, closed, he)


def test_the_line_cannot_be_jumped_by_resuming(work: Begin) -> None:
    cohort, people = setting(work, 2, seats=1)
    with work() as w:
        found = make_students(w, cohort, people)
    with pytest.raises(StateRefused), work() as w:
        service.resume(w, SYSTEM, found[1].id)


def test_an_operator_gives_a_free_seat_out_of_turn_only_if_there_is_one(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 3, seats=1)
    with work() as w:
        found = make_students(w, cohort, people)
    with pytest.raises(SeatsGone), work() as w:
        service.move_up(w, SYSTEM, found[2].id)
    assert queries.get_enrollment(read(), found[2].id).state == "waitlisted"


def test_more_seats_go_to_the_line_and_fewer_than_taken_are_refused(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 4, seats=1)
    with work() as w:
        make_students(w, cohort, people)
        assert service.change_seats(w, SYSTEM, cohort.code, 3) == 2
    assert queries.count_seats(read(), cohort.id) == queries.Seats(3, 3, 1)
    with pytest.raises(SeatsTaken), work() as w:
        service.change_seats(w, SYSTEM, cohort.code, 2)


def test_a_seat_freed_after_the_camp_stays_free(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 2, seats=1)
    with work() as w:
        found = make_students(w, cohort, people)
        walk_to(w, cohort, "wrapping_up")  # type: ignore[arg-type]
        service.withdraw(w, SYSTEM, found[0].id, "operator")
    assert queries.get_enrollment(read(), found[1].id).state == "waitlisted"


def test_finishing_is_final_but_a_late_review_may_still_complete(work: Begin) -> None:
    cohort, (lin, *_) = setting(work)
    with work() as w:
        one = make_enrollment(w, cohort, lin)
        assert service.finish(w, SYSTEM, one.id, False).state == "not_completed"
        assert service.finish(w, SYSTEM, one.id, True).state == "completed"
        assert service.finish(w, SYSTEM, one.id, True).state == "completed"
        with pytest.raises(StateRefused):
            service.finish(w, SYSTEM, one.id, False)


def test_strangers_find_nothing_and_the_waiting_read_nothing(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 3, seats=1)
    with work() as w:
        make_students(w, cohort, people[:2])
        tutor = cast(w, "chen")
        actor = as_actor(w, tutor)
    with pytest.raises(NotFound):
        queries.require_student(read(), student_actor(people[2]), cohort.code)
    with pytest.raises(StillWaiting):
        queries.require_student(read(), student_actor(people[1]), cohort.code)
    with pytest.raises(NotFound):
        queries.require_member(read(), actor, cohort.code)
    from lms.learning.camps.service import assign_tutor

    with work() as w:
        assign_tutor(w, SYSTEM, cohort.id, tutor.id)
    assert queries.require_member(read(), actor, cohort.code)[1] is None
    assert queries.may_open_day(read(), actor, cohort.id, 3)
    assert queries.may_open_day(read(), student_actor(people[0]), cohort.id, 0)
    assert not queries.may_open_day(read(), student_actor(people[0]), cohort.id, 3)
    assert not queries.may_open_day(read(), student_actor(people[1]), cohort.id, 0)


def test_my_cohorts_come_newest_first(work: Begin, read: Look) -> None:
    cohort, (lin, *_) = setting(work)
    with work() as w:
        other = make_cohort(w, camp=cohort.camp_slug)
        make_enrollment(w, cohort, lin)
        make_enrollment(w, other, lin)
    assert [mine.cohort.id for mine in queries.list_my_cohorts(read(), lin.id)] == [other.id, cohort.id]


def test_every_change_keeps_who_and_why(work: Begin, read: Look) -> None:
    cohort, (lin, *_) = setting(work)
    with work() as w:
        one = make_enrollment(w, cohort, lin)
        service.suspend(w, as_actor(w, cast(w, "su")), one.id, "等材料")
    newest, oldest = queries.list_changes(read(), one.id)
    assert (newest.to_state, newest.why, newest.who) == ("suspended", "等材料", "苏")
    assert (oldest.to_state, oldest.who) == ("enrolled", lin.display_name)


def test_a_person_is_made_for_the_cohort_they_asked_for(work: Begin) -> None:
    cohort, _ = setting(work, 0)
    with work() as w:
        one = make_enrollment(w, cohort, make_person(w))
    assert one.class_id is not None
