"""Reads of what was given and taken by hand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.affiliates.commissions.models import Adjustment
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
