"""Whether the seat that an order paid for was ever given: who left it and waits again is not owed the money."""

from sqlalchemy import ColumnElement, exists, select

from lms.commerce.shop import models as tables
from lms.kernel.work import Read
from lms.learning.enrollments import queries as enrollments

_O = tables.ShopOrder


def had_seat() -> ColumnElement[bool]:
    """Tell, in a statement over orders, whether the buyer was seated in the cohort since the order was paid."""
    given = enrollments.seating_source()
    mine = (given.c.cohort_id == _O.cohort_id, given.c.person_id == _O.buyer_id)
    return exists().where(*mine, given.c.at >= _O.paid_at)


def has_had_seat(read: Read, order_id: int) -> bool:
    """Tell whether the seat that an order paid for was given once, also when it was left again."""
    return bool(read.session.scalar(select(had_seat()).select_from(_O).where(_O.id == order_id)))
