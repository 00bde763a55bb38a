"""What the clock does: seats that were offered and not paid for go on to the next in line."""

from datetime import timedelta

from lms.kernel.outbox import Schedule
from lms.kernel.work import Work
from lms.learning.enrollments import service


def pass_on(work: Work) -> None:
    """Pass on what was offered and not paid for in time."""
    service.lapse_offers(work)


OFFERS = Schedule(name="enrollments.offers", every=timedelta(minutes=1), run=pass_on)
