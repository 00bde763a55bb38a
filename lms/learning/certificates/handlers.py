"""What the certificates room does when others tell something."""

from lms.kernel.work import Work
from lms.learning.camps.events import CohortMoved
from lms.learning.camps.rules import CohortState
from lms.learning.certificates import service
from lms.learning.checkins.events import CheckedIn, CheckInAccepted


def on_checked_in(work: Work, event: CheckedIn) -> None:
    """Issue the student's certificate when this was what it took."""
    service.issue_one(work, event.cohort_id, event.enrollment_id)


def on_check_in_accepted(work: Work, event: CheckInAccepted) -> None:
    """Issue the student's certificate when this was what it took."""
    service.issue_one(work, event.cohort_id, event.enrollment_id)


def on_cohort_moved(work: Work, event: CohortMoved) -> None:
    """Issue what is due and close enrollments when a cohort wraps up or ends."""
    if event.to in (CohortState.WRAPPING_UP, CohortState.ENDED):
        service.issue_due(work, event.cohort_id)
