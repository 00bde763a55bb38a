"""What the enrollments room does when others tell something."""

from lms.kernel.work import Work
from lms.learning.camps.events import CohortOpened
from lms.learning.enrollments import service


def on_cohort_opened(work: Work, event: CohortOpened) -> None:
    """Make the seat counter and the first class."""
    service.prepare_cohort(work, event.cohort_id, event.seats)
