"""What the clock does to cohorts: they start on their first day and wrap up after their last."""

from datetime import timedelta

from sqlalchemy import Select, func, or_, select

from lms.kernel.outbox import Schedule
from lms.kernel.work import SYSTEM, Work
from lms.learning.camps.models import Cohort, CohortDay
from lms.learning.camps.rules import CohortState
from lms.learning.camps.service.cohorts import move_cohort


def turn(work: Work) -> None:
    """Start cohorts whose first day has unlocked, and wrap up those whose last day is due.

    One that still takes students, because its window reaches beyond the first day, starts when that closes.
    Paused and canceled cohorts stay as they are.
    """
    for cohort_id, state in work.session.execute(_starting(work)).tuples().all():
        if state == CohortState.ENROLLING:
            move_cohort(work, SYSTEM, cohort_id, CohortState.CLOSED)
        move_cohort(work, SYSTEM, cohort_id, CohortState.RUNNING)
    for cohort_id in work.session.scalars(_ending(work)).all():
        move_cohort(work, SYSTEM, cohort_id, CohortState.WRAPPING_UP)


def _starting(work: Work) -> Select[int, str]:
    first = select(func.min(CohortDay.unlocks_at)).where(CohortDay.cohort_id == Cohort.id, CohortDay.number > 0)
    window_closed = or_(Cohort.enrolls_until.is_(None), Cohort.enrolls_until <= work.now)
    return (
        select(Cohort.id, Cohort.state)
        .where(Cohort.state.in_((CohortState.ENROLLING, CohortState.CLOSED)), window_closed)
        .where(first.scalar_subquery() <= work.now)
        .order_by(Cohort.id)
    )


def _ending(work: Work) -> Select[int]:
    last = select(func.max(CohortDay.cutoff_at)).where(CohortDay.cohort_id == Cohort.id)
    return (
        select(Cohort.id)
        .where(Cohort.state == CohortState.RUNNING, last.scalar_subquery() <= work.now)
        .order_by(Cohort.id)
    )


TURN = Schedule(name="camps.turn", every=timedelta(minutes=5), run=turn)
