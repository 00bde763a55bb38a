"""Reads across cohorts: what the landing page says about finished ones and the console compares."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.queries.rolls import Seats
from lms.learning.enrollments.rules import LIVE, SEATED, EnrollmentState

_E = tables.Enrollment


@dataclass(frozen=True)
class Results:
    """What became of everybody who was in a cohort once it had started; nobody is left out."""

    joined: int
    completed: int
    left: int


def count_results(read: Read, cohort_id: int, started_at: datetime) -> Results:
    """Count everybody who held a seat at the start or later, in one statement; who left earlier never began."""
    seated_once = (
        select(tables.EnrollmentChange.id)
        .where(
            tables.EnrollmentChange.enrollment_id == _E.id,
            tables.EnrollmentChange.to_state == EnrollmentState.ENROLLED,
        )
        .exists()
    )
    left = and_(_E.state.not_in(LIVE), _E.ended_at >= started_at, seated_once)
    row = read.session.execute(
        select(
            func.count(case((or_(_E.state.in_(SEATED), left), 1))),
            func.count(case((_E.state == EnrollmentState.COMPLETED, 1))),
            func.count(case((left, 1))),
        ).where(_E.cohort_id == cohort_id)
    ).one()
    return Results(*row)


def list_seats(read: Read, cohort_ids: Collection[int]) -> dict[int, Seats]:
    """Count seats, people on them and people in line for many cohorts, in one statement."""
    cohort, counter = camps.cohort_source(), tables.CohortSeats
    waiting = (
        select(func.count())
        .where(_E.cohort_id == cohort.c.id, _E.state == EnrollmentState.WAITLISTED)
        .correlate(cohort)
        .scalar_subquery()
    )
    rows = read.session.execute(
        select(cohort.c.id, func.coalesce(counter.seats, cohort.c.seats), func.coalesce(counter.taken, 0), waiting)
        .join(counter, counter.cohort_id == cohort.c.id, isouter=True)
        .where(cohort.c.id.in_(cohort_ids))
    )
    return {cohort_id: Seats(*numbers) for cohort_id, *numbers in rows}
