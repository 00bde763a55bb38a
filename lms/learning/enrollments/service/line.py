"""The waiting list: who moves up, and whose seat is held until they have paid. Needs the counter's lock."""

from sqlalchemy import ColumnElement, Select, select

from lms.kernel.work import SYSTEM, Actor, Work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.events import Enrolled, SeatOffered
from lms.learning.enrollments.queries.rolls import who_moves_up
from lms.learning.enrollments.rules import OFFER_HOURS, EnrollmentState, WithdrawCause
from lms.learning.enrollments.service.holds import drop_hold, find_hold, hold_one, use_hold
from lms.learning.enrollments.service.record import change, note, tell_withdrawn
from lms.learning.enrollments.service.seats import lock_seats, take_seat
from lms.learning.enrollments.service.telling import tell_offer, tell_person

_E = tables.Enrollment


def fill_free_seats(work: Work, who: Actor, cohort: Cohort) -> int:
    """Move people up from the line, first come first, while seats are free. Gives how many got or were offered one.

    Where entry is paid, who has paid already gets the seat; for the others it is held for a day.
    """
    waiting = who_moves_up(cohort, work.now)
    if waiting is None:
        return 0
    moved = 0
    while row := work.session.scalars(_first_in_line(waiting)).one_or_none():
        if not move_one(work, who, cohort, row):
            break
        moved += 1
    return moved


def _first_in_line(waiting: ColumnElement[bool]) -> Select[tables.Enrollment]:
    hold = tables.SeatHold
    held = select(hold.id).where(hold.cohort_id == _E.cohort_id, hold.person_id == _E.person_id).exists()
    return select(_E).where(waiting, ~held).order_by(_E.id).limit(1)


def move_one(work: Work, who: Actor, cohort: Cohort, row: tables.Enrollment) -> bool:
    """Give a free seat to one person in line, or hold it until they have paid; False when none is free."""
    if lock_seats(work, cohort.id).paid_entry and not row.prepaid:
        return _offer(work, cohort, row)
    if not take_seat(work, cohort.id):
        return False
    seat_from_line(work, who, row)
    tell_person(work, cohort, row, "moved_up")
    return True


def seat_from_line(work: Work, who: Actor, row: tables.Enrollment) -> None:
    """Put somebody from the line on a seat that was taken for them; telling the person is the caller's."""
    before, row.state = row.state, EnrollmentState.ENROLLED
    # The days that closed while somebody stood in line are not theirs to catch up on.
    row.joined_at = work.now
    work.session.flush()
    note(work, who, row, before, "")
    tell_enrolled(work, row)


def tell_enrolled(work: Work, row: tables.Enrollment) -> None:
    """Tell the rooms above that somebody has a seat."""
    work.tell(
        Enrolled(
            happened_at=work.now,
            enrollment_id=row.id,
            cohort_id=row.cohort_id,
            person_id=row.person_id,
            referral=row.referral,
        )
    )


def _offer(work: Work, cohort: Cohort, row: tables.Enrollment) -> bool:
    until = work.now + OFFER_HOURS
    if not hold_one(work, cohort.id, row.person_id, until, offered=True):
        return False
    work.tell(
        SeatOffered(
            happened_at=work.now,
            enrollment_id=row.id,
            cohort_id=cohort.id,
            person_id=row.person_id,
            until=until,
        )
    )
    tell_offer(work, cohort, row, until)
    return True


def leave_line(work: Work, cohort_id: int, person_id: int) -> bool:
    """Drop what was offered to somebody who leaves the line; an order keeps its seat until it is let go."""
    hold = find_hold(work, cohort_id, person_id)
    if hold is None:
        return False
    if hold.ordered:
        hold.offered_until = None
        work.session.flush()
        return False
    drop_hold(work, hold)
    return True


def lapse(work: Work, cohort: Cohort, person_id: int) -> None:
    """End the place in line of somebody whose offered seat was not paid for, and tell them.

    Their place ends, since they would be first again at once and be asked day after day.
    """
    waiting = select(_E).where(_E.cohort_id == cohort.id, _E.person_id == person_id)
    row = work.session.scalars(waiting.where(_E.state == EnrollmentState.WAITLISTED)).one_or_none()
    if row is None or row.prepaid:
        return
    change(work, SYSTEM, row, EnrollmentState.WITHDRAWN, WithdrawCause.OFFER_LAPSED)
    tell_withdrawn(work, row, had_seat=False, cause=WithdrawCause.OFFER_LAPSED)
    tell_person(work, cohort, row, "offer_lapsed")


def seat_offered(work: Work, who: Actor, cohort: Cohort) -> None:
    """Seat everybody whose seat was on offer: entry has become free, so nothing is left to wait for."""
    hold = tables.SeatHold
    offered = select(_E).join(hold, (hold.cohort_id == _E.cohort_id) & (hold.person_id == _E.person_id))
    mine = offered.where(_E.cohort_id == cohort.id, _E.state == EnrollmentState.WAITLISTED, ~hold.ordered)
    for row in work.session.scalars(mine.order_by(_E.id)).all():
        use_hold(work, cohort.id, row.person_id)
        seat_from_line(work, who, row)
        tell_person(work, cohort, row, "moved_up")
