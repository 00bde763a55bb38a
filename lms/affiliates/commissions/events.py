"""What the commissions room tells."""

from dataclasses import dataclass
from datetime import date

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CommissionMoved(Event):
    """What a partner earned on a day changed: `amount_minor` is the difference, below zero for a reversal.

    `day` is the day of the payment in the program's zone, whenever it was reduced.
    """

    partner_id: int
    day: date
    currency: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class PlanPublished(Event):
    """A version of a plan was published; it may take effect later."""

    version_id: int
