"""What the clock does in the tracking room."""

from datetime import timedelta

from lms.affiliates.tracking import service
from lms.affiliates.tracking.spool import current_spool
from lms.kernel.outbox import Pump
from lms.kernel.parts import Parts
from lms.kernel.work import begin_work

_BATCH = 1000


def ingest(_parts: Parts) -> None:
    """Take the spool's clicks into the database, then let go of the files that are done.

    A segment is removed only after its commit, so a kill at any moment loses nothing.
    """
    spool = current_spool()
    for segment in spool.segments():
        for start in range(0, len(segment.clicks), _BATCH):
            with begin_work() as work:
                service.ingest_clicks(work, segment.clicks[start : start + _BATCH])
        spool.committed(segment)


INGEST = Pump(name="clicks", every=timedelta(seconds=1), run=ingest)
