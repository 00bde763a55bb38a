"""Reads of what the clock has to do."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from lms.affiliates.commissions.models import Commission
from lms.affiliates.commissions.rules import CALENDARS, LineState, day_start, read_calendar
from lms.affiliates.partners.queries import partner_source
from lms.kernel.work import Read


def partners_due(read: Read) -> list[int]:
    """List the partners with lines whose observation is over, without the locked ones."""
    partner = partner_source()
    statement = (
        select(Commission.partner_id)
        .join(partner, partner.c.id == Commission.partner_id)
        .where(
            Commission.state == LineState.HELD,
            Commission.available_at <= read.now,
            Commission.locked_minor == 0,
            Commission.live_minor > 0,
            partner.c.locked_at.is_(None),
        )
        .distinct()
        .order_by(Commission.partner_id)
    )
    return list(read.session.scalars(statement))


def known_until() -> date:
    """Give the day up to which all calendars know their make-up workdays."""
    return min(read_calendar(name).known_until for name in CALENDARS)


def redatable(until: date) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions for lines whose date was an estimate and can be fixed by calendars known until a day."""
    return (
        Commission.estimate.is_(True),
        Commission.state == LineState.HELD,
        Commission.available_at < day_start(until + timedelta(days=1)),
    )


def partners_to_redate(read: Read) -> list[int]:
    """List the partners with estimated dates that a newer calendar knows."""
    statement = select(Commission.partner_id).where(*redatable(known_until())).distinct()
    return list(read.session.scalars(statement.order_by(Commission.partner_id)))
