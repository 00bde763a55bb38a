"""What the contests room does when it hears of something."""

from datetime import date

from lms.affiliates.commissions.events import CommissionMoved
from lms.affiliates.contests import service
from lms.affiliates.tracking.events import NumbersMoved
from lms.kernel.work import Work


def on_numbers_moved(work: Work, event: NumbersMoved) -> None:
    """Bring the board in line with what moved."""
    for partner_id, day in event.moved:
        service.recount(work, int(partner_id), date.fromisoformat(str(day)))


def on_commission_moved(work: Work, event: CommissionMoved) -> None:
    """Bring the boards of money in line with a line that was earned or taken back."""
    service.recount_money(work, event.partner_id, event.day, event.currency)
