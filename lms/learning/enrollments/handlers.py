"""What the enrollments room does when others tell something."""

from lms.kernel.work import Work
from lms.learning.camps.events import CohortMoved, CohortOpened
from lms.learning.camps.rules import CohortState
from lms.learning.enrollments import service


def on_cohort_opened(work: Work, event: CohortOpened) -> None:
    """Make the seat counter and the first class."""
    service.prepare_cohort(work, event.cohort_id, event.seats)


def on_cohort_moved(work: Work, event: CohortMoved) -> None:
    """Let everybody go when a cohort is canceled, and tell them."""
    if event.to == CohortState.CANCELED:
        service.close_canceled(work, event.cohort_id)
