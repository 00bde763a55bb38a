"""Leaving and being suspended, removed or let go, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.kernel.work import SYSTEM
from lms.learning.camps import service as camps
from lms.learning.enrollments import queries, service
from lms.learning.enrollments.errors import (
    ReasonMissing,
    ReturnBarred,
    Suspended,
)
from tests.factories.accounts import as_actor, cast, make_people
from tests.factories.camps import make_cohort
from tests.factories.enrollments import make_enrollment, make_students, student_actor
from tests.learning.enrollments.staging import Begin, Look, setting, topics


def test_the_expelled_cannot_come_back_and_read_why(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 2, seats=1)
    with work() as w:
        found = make_students(w, cohort, people)
        operator = as_actor(w, cast(w, "su"))
        with pytest.raises(ReasonMissing):
            service.expel(w, operator, found[0].id, "  ")
        service.expel(w, operator, found[0].id, "多次抄袭")
    with pytest.raises(ReturnBarred) as refused, work() as w:
        make_enrollment(w, cohort, people[0])
    assert "多次抄袭" in refused.value.message().zh
    assert queries.get_enrollment(read(), found[1].id).state == "enrolled"
    assert topics(read(), people[0])[0] == "expelled"


def test_who_is_withdrawn_reads_why_and_may_come_back(work: Begin, read: Look) -> None:
    with work() as w:
        cohort = make_cohort(w, seats=2)
        (lin,) = make_people(w, 1)
        (found,) = make_students(w, cohort, [lin])
        operator = as_actor(w, cast(w, "su"))
    with work() as w, pytest.raises(ReasonMissing):
        service.withdraw_student(w, operator, found.id, "  ")
    with work() as w:
        service.withdraw_student(w, operator, found.id, "换到下一期")
    assert topics(read(), lin)[0] == "withdrawn"
    assert queries.last_reason(read(), found.id) == "换到下一期"
    with work() as w:
        assert service.join(w, student_actor(lin), cohort.code, None).state == "enrolled"


def test_suspending_keeps_the_seat_and_closes_the_content(work: Begin, read: Look) -> None:
    cohort, (lin, *_) = setting(work)
    with work() as w:
        one = make_enrollment(w, cohort, lin)
        operator = as_actor(w, cast(w, "su"))
        service.suspend(w, operator, one.id, "等材料")
    with pytest.raises(Suspended):
        queries.require_student(read(), student_actor(lin), cohort.code)
    assert queries.count_seats(read(), cohort.id).taken == 1
    with work() as w:
        service.resume(w, operator, one.id)
    assert queries.require_student(read(), student_actor(lin), cohort.code)[1].state == "enrolled"


def test_a_canceled_cohort_lets_everybody_go_and_tells_each_once(
    app: Flask, work: Begin, read: Look, drain: Callable[..., Any]
) -> None:
    cohort, people = setting(work, 4, seats=2, state="running", enrolls_until=read().now + timedelta(days=1))
    with work() as w:
        found = make_students(w, cohort, people[:3])
        service.finish(w, SYSTEM, found[1].id, True)
        camps.move_cohort(w, SYSTEM, cohort.id, "canceled", "人数不够")
    drain()
    states = [queries.get_enrollment(read(), one.id).state for one in found]
    assert states == ["withdrawn", "completed", "withdrawn"]
    assert queries.count_seats(read(), cohort.id) == queries.Seats(2, 1, 0)
    assert [topics(read(), person)[0] for person in people[:3]] == ["canceled", "joined", "canceled"]
    assert queries.last_reason(read(), found[2].id) == "cohort_canceled"
    with work() as w:
        assert service.close_canceled(w, cohort.id) == 0
    assert topics(read(), people[2]) == ["canceled", "waitlisted"]


def test_a_cohort_that_takes_place_lets_nobody_go(work: Begin, read: Look) -> None:
    cohort, people = setting(work, 1)
    with work() as w:
        found = make_students(w, cohort, people)
        assert service.close_canceled(w, cohort.id) == 0
    assert queries.get_enrollment(read(), found[0].id).state == "enrolled"
