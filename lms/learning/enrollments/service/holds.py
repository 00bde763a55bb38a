"""Seats held for one person: each counts as taken on the counter. The caller holds the counter's lock."""

from datetime import datetime

from sqlalchemy import delete, select

from lms.kernel.work import Work
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.service.seats import free_seat, take_seat

_H = tables.SeatHold


def find_hold(work: Work, cohort_id: int, person_id: int) -> tables.SeatHold | None:
    """Find what is held for a person."""
    mine = (_H.cohort_id == cohort_id, _H.person_id == person_id)
    return work.session.scalars(select(_H).where(*mine).execution_options(populate_existing=True)).one_or_none()


def hold_one(work: Work, cohort_id: int, person_id: int, until: datetime, *, offered: bool) -> bool:
    """Hold one more seat, for an order or as an offer; False when none is free."""
    if not take_seat(work, cohort_id):
        return False
    work.add(
        _H(
            cohort_id=cohort_id,
            person_id=person_id,
            until=until,
            ordered=not offered,
            offered_until=until if offered else None,
        )
    )
    return True


def use_hold(work: Work, cohort_id: int, person_id: int) -> bool:
    """Turn a person's hold into their seat: the hold is gone, the counter stays. False when nothing was held."""
    gone = delete(_H).where(_H.cohort_id == cohort_id, _H.person_id == person_id).returning(_H.id)
    return work.session.scalar(gone.execution_options(synchronize_session=False)) is not None


def drop_hold(work: Work, hold: tables.SeatHold) -> None:
    """Give a held seat back to the counter."""
    work.session.delete(hold)
    work.session.flush()
    free_seat(work, hold.cohort_id)


def drop_all(work: Work, cohort_id: int) -> int:
    """Let all holds of a cohort go without touching the counter; gives how many there were."""
    gone = delete(_H).where(_H.cohort_id == cohort_id).returning(_H.id)
    return len(work.session.scalars(gone.execution_options(synchronize_session=False)).all())
