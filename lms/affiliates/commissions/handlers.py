"""What the commissions room does when it hears of something."""

from lms.affiliates.commissions import service
from lms.affiliates.commissions.events import PlanPublished
from lms.affiliates.partners.events import PartnerLocked, PartnerUnlocked
from lms.commerce.shop.events import DisputeClosed, DisputeOpened, OrderPaid, OrderRefunded
from lms.kernel.work import Work


def on_order_paid(work: Work, event: OrderPaid) -> None:
    """Book what the order's partner earned."""
    service.accrue(work, event)


def on_order_refunded(work: Work, event: OrderRefunded) -> None:
    """Take back in proportion."""
    service.claw_back(work, event.order_id, event.refund_id, event.amount_minor)


def on_dispute_opened(work: Work, event: DisputeOpened) -> None:
    """Lock what the order's lines are worth."""
    service.open_dispute(work, event.order_id, event.dispute_id, event.amount_minor)


def on_dispute_closed(work: Work, event: DisputeClosed) -> None:
    """Free the lines, or take them back."""
    service.close_dispute(work, event.order_id, event.dispute_id, event.amount_minor, event.won)


def on_partner_locked(work: Work, event: PartnerLocked) -> None:
    """Move the partner's money to where it stands still."""
    service.follow_lock(work, event.partner_id)


def on_partner_unlocked(work: Work, event: PartnerUnlocked) -> None:
    """Give back what the lock kept, and release what came due meanwhile."""
    service.follow_lock(work, event.partner_id)


def on_plan_published(work: Work, event: PlanPublished) -> None:
    """Tell the partners whom the plan may pay: many notices, so not in the operator's commit."""
    service.tell_partners(work, event.version_id)
