"""What the clock does: holds that ran out, tuition that is earned."""

from datetime import timedelta

from lms.commerce.shop import service
from lms.kernel.outbox import Schedule
from lms.kernel.work import Work


def _expire(work: Work) -> None:
    service.ask_expired(work)


def _earn(work: Work) -> None:
    service.earn_due(work)


HOLDS = Schedule(name="shop.holds", every=timedelta(minutes=1), run=_expire)
TUITION = Schedule(name="shop.tuition", every=timedelta(minutes=15), run=_earn)
