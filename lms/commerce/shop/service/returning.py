"""Coming back to a seat that was given up and whose money stayed."""

from lms.commerce.shop.errors import CannotReturn
from lms.commerce.shop.queries import Order
from lms.commerce.shop.queries.orders import order_value, refundable
from lms.commerce.shop.rules import SeatState
from lms.commerce.shop.service.records import get_locked
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.rules import Outcome

_SEATS = {Outcome.SEATED: SeatState.GIVEN, Outcome.IN_LINE: SeatState.IN_LINE}


def take_seat_again(work: Work, who: Actor, order_code: str) -> Order:
    """Seat the buyer of a paid order again who had left, or put them in line when no seat is free. Twice is once.

    Refuses CannotReturn where no money is left on the order, or the person is in the cohort by another way;
    ReturnOver once the cohort wraps up, ReturnBarred; NotFound for anybody else's order.
    """
    order = get_locked(work, order_code)
    if who.person_id is None or order.buyer_id != who.person_id:
        raise NotFound
    if order.seat != SeatState.NONE:
        return order_value(order)
    if refundable(work, order_value(order)) <= 0:
        raise CannotReturn
    outcome = enrollments.come_back(work, who, order.cohort_id, order.buyer_id, order.referral).outcome
    if outcome not in _SEATS:
        raise CannotReturn
    order.seat = _SEATS[outcome]
    work.session.flush()
    return order_value(order)
