"""Releasing: the observation is over and the money is the partner's."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.models import Accrual, Commission
from lms.affiliates.commissions.queries import get_version, known_until, redatable
from lms.affiliates.commissions.rules import LineState
from lms.affiliates.commissions.service import telling
from lms.affiliates.commissions.service.purses import HeldPurse, book, hold_purse, standing
from lms.affiliates.partners import service as partners
from lms.commerce.ledger import queries as ledger
from lms.kernel.work import Work

_ONE_TIME = 500


def release_line(work: Work, held: HeldPurse, line: Commission) -> bool:
    """Release one line if it is due and nothing locks it; the caller holds its purse."""
    if not _is_due(line, work.now) or held.purse.locked:
        return False
    book(work, held, line, "released", rules.release(held.purse, standing(line)))
    return True


def release_due(work: Work, partner_id: int) -> int:
    """Release a partner's lines that are due, at most 500, each with its own journal; count them.

    Twice is once; a locked partner's stay. The partner is told once for each currency.
    """
    statement = (
        select(Commission.currency)
        .where(Commission.partner_id == partner_id, *_due(work.now))
        .distinct()
        .order_by(Commission.currency)
    )
    return sum(_release(work, hold_purse(work, partner_id, currency)) for currency in work.session.scalars(statement))


def follow_lock(work: Work, partner_id: int) -> None:
    """Bring the books in line with a lock on a partner or its end; what is due then is released at once."""
    for currency in ledger.wallet_currencies(work, partner_id):
        _release(work, hold_purse(work, partner_id, currency))


def redate(work: Work, partner_id: int) -> int:
    """Fix the dates of a partner's lines that were estimates, now that the calendar reaches them; count them."""
    partners.lock_partner(work, partner_id)
    rows = work.session.scalars(
        select(Commission)
        .where(Commission.partner_id == partner_id, *redatable(known_until()))
        .execution_options(populate_existing=True)
    ).all()
    for line in rows:
        order = work.session.get_one(Accrual, line.accrual_id)
        terms = get_version(work, line.plan_version_id).terms
        there = rules.available_at(line.paid_at, order.refund_until, terms, rules.read_calendar(terms.calendar))
        line.available_at = there.at
        line.estimate = there.estimate
        line.workings = {**line.workings, "business_days": [day.isoformat() for day in there.business_days]}
    work.session.flush()
    return len(rows)


def _release(work: Work, held: HeldPurse) -> int:
    if held.purse.locked:
        return 0
    rows = (
        select(Commission)
        .where(Commission.partner_id == held.partner.id, Commission.currency == held.currency, *_due(work.now))
        .order_by(Commission.id)
        .limit(_ONE_TIME)
        .execution_options(populate_existing=True)
    )
    debt = held.purse.debt_minor
    released = [line for line in work.session.scalars(rows).all() if release_line(work, held, line)]
    if released:
        telling.released(work, held.partner, released, debt - held.purse.debt_minor)
    return len(released)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Commission.state == LineState.HELD,
        Commission.available_at <= now,
        Commission.locked_minor == 0,
        Commission.live_minor > 0,
    )


def _is_due(line: Commission, now: datetime) -> bool:
    waiting = line.state == LineState.HELD and line.locked_minor == 0 and line.live_minor > 0
    return waiting and line.available_at <= now
