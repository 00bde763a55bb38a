"""Reads of what was given and taken by hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.affiliates.commissions.models import Adjustment
from lms.affiliates.commissions.rules import REPEATED_WITHIN
from lms.kernel.money import Money
from lms.kernel.work import Read


@dataclass(frozen=True)
class Adjusted:
    """One adjustment, minor units: above 0 given, below 0 taken."""

    amount_minor: int
    currency: str
    reason: str
    made_by: int | None
    made_at: datetime


def list_adjustments(read: Read, partner_id: int, limit: int = 50) -> list[Adjusted]:
    """List a partner's latest adjustments, newest first; one statement."""
    columns = (
        Adjustment.amount_minor, Adjustment.currency, Adjustment.reason, Adjustment.made_by, Adjustment.made_at,
    )  # fmt: skip
    statement = select(*columns).where(Adjustment.partner_id == partner_id).order_by(Adjustment.id.desc()).limit(limit)
    return [Adjusted(*row) for row in read.session.execute(statement)]


def list_like(read: Read, partner_id: int, amount: Money, client_key: str) -> list[datetime]:
    """List when other forms booked the very same amount lately, newest first; one statement."""
    statement = select(Adjustment.made_at).where(
        Adjustment.partner_id == partner_id,
        Adjustment.amount_minor == amount.minor,
        Adjustment.currency == amount.currency,
        Adjustment.client_key != client_key,
        Adjustment.made_at > read.now - REPEATED_WITHIN,
    )
    return list(read.session.scalars(statement.order_by(Adjustment.id.desc())))


def adjustment_reasons(read: Read, partner_id: int, forms: Collection[str]) -> dict[str, str]:
    """Tell why a partner was given or had to give money, by the form's key; one statement, none for no form."""
    if not forms:
        return {}
    columns = select(Adjustment.client_key, Adjustment.reason)
    rows = read.session.execute(columns.where(Adjustment.partner_id == partner_id, Adjustment.client_key.in_(forms)))
    return dict(rows.tuples().all())
