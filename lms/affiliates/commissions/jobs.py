"""What the clock does in the commissions room."""

from datetime import timedelta

from lms.affiliates.commissions import queries, service
from lms.kernel.outbox import Pump
from lms.kernel.parts import Parts
from lms.kernel.work import begin_read, begin_work


def release(_parts: Parts) -> None:
    """Release what is due, a partner at a time, so that nobody's lock is held for long."""
    for partner_id in queries.partners_to_redate(begin_read()):
        with begin_work() as work:
            service.redate(work, partner_id)
    for partner_id in queries.partners_due(begin_read()):
        with begin_work() as work:
            service.release_due(work, partner_id)


RELEASE = Pump(name="release", every=timedelta(minutes=1), run=release)
