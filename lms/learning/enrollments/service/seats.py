"""The counter of seats: its row is the lock of admission, so seats are exact at any crowd."""

from sqlalchemy import select, update

from lms.kernel.db import insert_once
from lms.kernel.text import Text, as_language
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.enrollments import models as tables

_FIRST_CLASS = Text("一班", "First class")


def prepare_cohort(work: Work, cohort_id: int, seats: int) -> None:
    """Make the seat counter and the first class of a cohort, unless they are there."""
    if insert_once(work, tables.CohortSeats, ["cohort_id"], cohort_id=cohort_id, seats=seats, taken=0):
        name = _FIRST_CLASS.in_(as_language(camps.get_cohort_by_id(work, cohort_id).language))
        insert_once(work, tables.CohortClass, ["cohort_id", "name"], cohort_id=cohort_id, name=name)


def lock_seats(work: Work, cohort_id: int) -> tables.CohortSeats:
    """Hold the counter until the commit: admissions and leavings of a cohort go one by one."""
    statement = (
        select(tables.CohortSeats)
        .where(tables.CohortSeats.cohort_id == cohort_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    counter = work.session.scalars(statement).one_or_none()
    if counter is None:
        prepare_cohort(work, cohort_id, camps.get_cohort_by_id(work, cohort_id).seats)
        counter = work.session.scalars(statement).one()
    return counter


def take_seat(work: Work, cohort_id: int) -> bool:
    """Take one seat if there is one; say whether."""
    counter = tables.CohortSeats
    taken = work.session.execute(
        update(counter)
        .where(counter.cohort_id == cohort_id, counter.taken < counter.seats)
        .values(taken=counter.taken + 1)
        .returning(counter.taken)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return taken is not None


def free_seat(work: Work, cohort_id: int) -> None:
    """Give one seat back."""
    counter = tables.CohortSeats
    work.session.execute(
        update(counter)
        .where(counter.cohort_id == cohort_id)
        .values(taken=counter.taken - 1)
        .execution_options(synchronize_session=False)
    )
