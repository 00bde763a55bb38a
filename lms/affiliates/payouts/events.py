"""What payouts tell."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PayoutApproved(Event):
    """Finance let a payout go, for the first time or again after it had failed."""

    payout_id: int
    partner_id: int
