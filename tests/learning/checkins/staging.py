"""Small words of the tests of check-ins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort, Task
from lms.learning.checkins import models
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts.queries import Person
from lms.people.messages.queries import list_notices
from tests.factories.accounts import as_actor, cast, make_people, make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import make_check_in, task_of
from tests.factories.enrollments import make_enrollment, make_students, student_actor

Begin = Callable[[], AbstractContextManager[Work]]


Look = Callable[[], Read]


class Stage:
    """林晓 in a running cohort on its day 1, due at 22:00 in Shanghai."""

    def __init__(self, work: Begin, read: Look, **plan: Any) -> None:
        with work() as w:
            self.cohort: Cohort = make_cohort(w, **plan)
            self.lin: Person = make_person(w, "林晓")
            self.enrollment: Enrollment = make_enrollment(w, self.cohort, self.lin)
            self.cohort = walk_to(w, self.cohort, "running")  # type: ignore[arg-type]
        self.who = student_actor(self.lin)
        self.write: Task = task_of(read(), self.cohort)
        self.read_task: Task = task_of(read(), self.cohort, key="read")

    def row(self, read: Look, task: Task | None = None) -> models.CheckIn:
        found = read().session.scalars(
            select(models.CheckIn)
            .where(models.CheckIn.cohort_task_id == (task or self.write).id)
            .execution_options(populate_existing=True)
        )
        return found.one()


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


def topics(read: Look, person: Person) -> list[str]:
    return [notice.topic.rsplit("/", 1)[1] for notice in list_notices(read(), person.id)]
