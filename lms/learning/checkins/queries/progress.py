"""Class progress: students by days, a page at a time or whole."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy import BigInteger, Select, bindparam, func, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Day
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.cards import HANDED_IN, TRAIL_WORDS, Author
from lms.learning.checkins.queries.plans import Plan, load_plan
from lms.learning.checkins.rules import DayFold, DayMark, HandIn, Timing, hand_in_of
from lms.learning.enrollments.queries import enrollment_source
from lms.learning.enrollments.rules import READING
from lms.people.accounts.queries import person_source

PAGE = 100


@dataclass(frozen=True)
class StudentMarks:
    """A line of the class progress: marks in the order of the days."""

    enrollment_id: int
    person: Author
    state: str
    marks: Sequence[DayMark]
    streak: int
    done: int
    total: int

    @property
    def trail(self) -> list[str]:
        """Give the marks in the words of the trail."""
        return [TRAIL_WORDS[mark] for mark in self.marks]


@dataclass(frozen=True)
class ClassProgress:
    """All students of a cohort by all of its days."""

    days: Sequence[Day]
    students: Sequence[StudentMarks]


@dataclass(frozen=True)
class ProgressPage:
    """A page of the class progress, in order of joining.

    `total` students and `done` of them on each day, in the order of the days, are of the whole class. `before`
    and `after` are the keys of the pages next to this one, None where there is none.
    """

    days: Sequence[Day]
    students: Sequence[StudentMarks]
    total: int
    done: Sequence[int]
    before: int | None
    after: int | None


def class_progress(read: Read, cohort_id: int) -> ClassProgress:
    """Give every student's marks: four statements, whatever the size of the class."""
    plan = load_plan(read, cohort_id)
    people = read.session.execute(_people_statement("all"), {"cohort": cohort_id})
    marks = read.session.execute(_marks_of_class(), {"cohort": cohort_id})
    return ClassProgress(plan.days, _fold(read, plan, people, marks))


def progress_page(
    read: Read, cohort_id: int, *, after: int = 0, before: int | None = None, limit: int = PAGE
) -> ProgressPage:
    """Give the students that follow an enrollment, or that come before one: five statements.

    A key beyond the class leads to its first page.
    """
    back = before is not None
    asked = {"cohort": cohort_id, "key": before if back else after, "most": limit + 1}
    found = list(read.session.execute(_people_statement("before" if back else "after"), asked))
    if not found and (back or after):
        return progress_page(read, cohort_id, limit=limit)
    people = found[:limit][:: -1 if back else 1]
    is_first, is_last = (len(found) <= limit, False) if back else (not after, len(found) <= limit)
    plan = load_plan(read, cohort_id)
    marks: Any = read.session.execute(_marks_of(), {"ids": [row.id for row in people]}) if people else ()
    return ProgressPage(
        plan.days,
        _fold(read, plan, people, marks),
        people[0].total if people else 0,
        _done(read, cohort_id, plan) if people else [],
        None if is_first else people[0].id,
        None if is_last else people[-1].id,
    )


def _fold(read: Read, plan: Plan, people: Iterable[Any], marks: Iterable[Any]) -> list[StudentMarks]:
    fold = DayFold(plan.folds, read.now)
    hand_ins: dict[int, dict[int, HandIn]] = {}
    for enrollment_id, task_id, state, timing in marks:
        one = hand_in_of(state, timing)
        if one is not None:
            hand_ins.setdefault(enrollment_id, {})[task_id] = one
    students = []
    for row in people:
        found = fold.progress(hand_ins.get(row.id, {}), row.joined_at)
        days = tuple(found.marks.values())
        author = Author(row.code, row.display_name)
        students.append(
            StudentMarks(row.id, author, row.state, days, found.streak, found.done_required, found.total_required)
        )
    return students


def _done(read: Read, cohort_id: int, plan: Plan) -> list[int]:
    """Count for each day the students who have it done, which is everything required on time (see DayFold)."""
    required = Counter(task.day_number for task in plan.tasks if task.required)
    counted = {
        (number, tasks): students
        for number, tasks, students in read.session.execute(_done_statement(), {"cohort": cohort_id})
    }
    return [counted.get((day.number, required[day.number]), 0) for day in plan.days]


@cache  # putting them together takes longer than running them
def _people_statement(which: Literal["all", "after", "before"]) -> Select[*tuple[Any, ...]]:
    enrollment, person, everyone = enrollment_source(), person_source(), enrollment_source().alias("everyone")
    cohort, key = bindparam("cohort", type_=BigInteger()), bindparam("key", type_=BigInteger())
    total = select(func.count()).where(everyone.c.cohort_id == cohort, everyone.c.state.in_(READING))
    statement = (
        select(
            enrollment.c.id,
            enrollment.c.state,
            enrollment.c.joined_at,
            person.c.code,
            person.c.display_name,
            total.scalar_subquery().label("total"),
        )
        .join(person, person.c.id == enrollment.c.person_id)
        .where(enrollment.c.cohort_id == cohort, enrollment.c.state.in_(READING))
    )
    if which == "all":
        return statement.order_by(enrollment.c.id)
    most = bindparam("most", type_=BigInteger())
    if which == "before":
        return statement.where(enrollment.c.id < key).order_by(enrollment.c.id.desc()).limit(most)
    return statement.where(enrollment.c.id > key).order_by(enrollment.c.id).limit(most)


def _marks() -> Select[*tuple[Any, ...]]:
    row = tables.CheckIn
    return select(row.enrollment_id, row.cohort_task_id, row.state, row.timing).where(row.state.in_(HANDED_IN))


@cache
def _marks_of_class() -> Select[*tuple[Any, ...]]:
    return _marks().where(tables.CheckIn.cohort_id == bindparam("cohort"))


@cache
def _marks_of() -> Select[*tuple[Any, ...]]:
    return _marks().where(tables.CheckIn.enrollment_id.in_(bindparam("ids", expanding=True)))


@cache
def _done_statement() -> Select[*tuple[Any, ...]]:
    """Per day and number of required tasks that somebody handed in on time: how many students did."""
    enrollment, task, row = enrollment_source(), camps.cohort_task_source(), tables.CheckIn
    each = (
        select(task.c.day_number, func.count().label("tasks"))
        .select_from(row)
        .join(task, task.c.id == row.cohort_task_id)
        .join(enrollment, enrollment.c.id == row.enrollment_id)
        .where(row.cohort_id == bindparam("cohort"), row.state.in_(HANDED_IN), row.timing == Timing.ON_TIME)
        .where(task.c.required, enrollment.c.state.in_(READING))
        .group_by(row.enrollment_id, task.c.day_number)
        .subquery("each_student")
    )
    return select(each.c.day_number, each.c.tasks, func.count()).group_by(each.c.day_number, each.c.tasks)
