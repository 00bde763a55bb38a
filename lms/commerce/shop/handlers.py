"""What the shop does when others tell something. Each bears repetition and any order."""

from lms.commerce.gateway.events import CheckoutExpired, DisputeMoved, PaymentConfirmed, PaymentFailed, RefundMoved
from lms.commerce.shop import service
from lms.commerce.shop.events import OrderPaid
from lms.commerce.shop.models import ShopOrder
from lms.commerce.shop.service.records import paid_payment
from lms.commerce.shop.service.telling import tell_collected, tell_paid, tell_payment_failed
from lms.kernel.work import Work
from lms.learning.camps.events import CohortMoved
from lms.learning.camps.rules import CohortState
from lms.learning.enrollments.events import Enrolled, Withdrawn
from lms.learning.enrollments.rules import WithdrawCause


def on_payment_confirmed(work: Work, event: PaymentConfirmed) -> None:
    """Settle what was paid."""
    service.settle(work, event)


def on_payment_failed(work: Work, event: PaymentFailed) -> None:
    """Tell the buyer that the order may be paid again."""
    order = service.note_failed(work, event.reference, event.checkout_id)
    if order is not None:
        tell_payment_failed(work, order.id, event.checkout_id)


def on_checkout_expired(work: Work, event: CheckoutExpired) -> None:
    """Keep that a checkout ended unpaid."""
    service.note_expired(work, event.reference, event.checkout_id)


def on_refund_moved(work: Work, event: RefundMoved) -> None:
    """Move a refund, and the seat with it."""
    service.move_refund(work, event)


def on_dispute_moved(work: Work, event: DisputeMoved) -> None:
    """Open or close a dispute."""
    service.move_dispute(work, event)


def on_order_paid(work: Work, event: OrderPaid) -> None:
    """Welcome the buyer with the receipt, tell who collected, and take in what was told before it was known."""
    order = work.session.get_one(ShopOrder, event.order_id, populate_existing=True)
    tell_paid(work, order)
    paid = paid_payment(work, order.id)
    if paid is not None and paid.agent_id is not None:
        tell_collected(work, order, paid.agent_id)
    service.unpark(work, event.order_id)


def on_cohort_moved(work: Work, event: CohortMoved) -> None:
    """Give the money back when a cohort is canceled, and to those still in line when it is over."""
    if event.to == CohortState.CANCELED:
        service.refund_cohort(work, event.cohort_id)
    elif event.to == CohortState.WRAPPING_UP:
        service.refund_line(work, event.cohort_id)


def on_enrolled(work: Work, event: Enrolled) -> None:
    """Keep that a paid place in line has become a seat."""
    service.note_seated(work, event.cohort_id, event.person_id)


def on_withdrawn(work: Work, event: Withdrawn) -> None:
    """Give the money back to somebody who leaves the line, or who gives a seat up while it may be refunded."""
    own_wish = event.cause == WithdrawCause.OWN_WISH
    service.note_left(work, event.cohort_id, event.person_id, event.happened_at, own_wish=own_wish)
