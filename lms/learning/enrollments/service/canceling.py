"""What becomes of seats and places in line when a cohort does not take place."""

from collections.abc import Sequence

from sqlalchemy import select, update

from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.rules import MOVES, SEATED, EnrollmentState, WithdrawCause
from lms.learning.enrollments.service.holds import drop_all
from lms.learning.enrollments.service.record import tell_withdrawn
from lms.learning.enrollments.service.seats import lock_seats
from lms.people.messages import service as messages

_E = tables.Enrollment
_LEAVING = [state for state, to in MOVES.items() if EnrollmentState.WITHDRAWN in to]


def close_canceled(work: Work, cohort_id: int) -> int:
    """Withdraw everybody in a canceled cohort, the waiting list included, and tell each once. Gives how many.

    Nobody moves up. Who completed before keeps that. Safe to repeat, and nothing in any other state.
    """
    cohort = camps.get_cohort_by_id(work, cohort_id)
    if cohort.state != CohortState.CANCELED:
        return 0
    counter = lock_seats(work, cohort.id)
    counter.taken -= drop_all(work, cohort.id)
    rows = work.session.scalars(
        select(_E).where(_E.cohort_id == cohort.id, _E.state.in_(_LEAVING)).order_by(_E.id)
    ).all()
    if not rows:
        return 0
    counter.taken -= sum(row.state in SEATED for row in rows)
    _note_all(work, rows)
    work.session.execute(
        update(_E)
        .where(_E.id.in_([row.id for row in rows]))
        .values(state=EnrollmentState.WITHDRAWN, ended_at=work.now)
        .execution_options(synchronize_session=False)
    )
    _tell_all(work, cohort, rows)
    return len(rows)


def _note_all(work: Work, rows: Sequence[tables.Enrollment]) -> None:
    work.session.add_all(
        tables.EnrollmentChange(
            enrollment_id=row.id,
            from_state=row.state,
            to_state=EnrollmentState.WITHDRAWN,
            who_id=None,
            why=WithdrawCause.COHORT_CANCELED,
            at=work.now,
        )
        for row in rows
    )
    for row in rows:
        tell_withdrawn(work, row, had_seat=row.state in SEATED, cause=WithdrawCause.COHORT_CANCELED)


def _tell_all(work: Work, cohort: Cohort, rows: Sequence[tables.Enrollment]) -> None:
    moves = camps.list_changes(work, cohort.id)
    messages.send(
        work,
        [row.person_id for row in rows],
        "learning/enrollments/canceled",
        key=f"cohort:{cohort.code}:canceled",
        link=f"/c/{cohort.camp_slug}",
        values={"camp": cohort.camp_title, "cohort": cohort.name, "reason": moves[0].why if moves else ""},
    )
