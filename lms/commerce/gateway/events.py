"""What the gateway let us know, whether by notice, on the buyer's return or when reconciling.

Handlers must bear repetition and any order: the gateway promises neither.
"""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PaymentConfirmed(Event):
    """A checkout is paid. `reference` is the order's code; the amount is what was paid, minor units."""

    reference: str
    checkout_id: str
    payment_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event):
    """A payment that was on its way did not come; the order may be paid again."""

    reference: str
    checkout_id: str


@dataclass(frozen=True, kw_only=True)
class CheckoutExpired(Event):
    """A checkout ended unpaid."""

    reference: str
    checkout_id: str


@dataclass(frozen=True, kw_only=True)
class RefundMoved(Event):
    """A refund came to be, succeeded or failed. `reference` is our refund's code, empty when made elsewhere."""

    reference: str
    refund_id: str
    payment_id: str
    amount_minor: int
    currency: str
    state: str


@dataclass(frozen=True, kw_only=True)
class DisputeMoved(Event):
    """A buyer's bank took a payment back for now (open), or decided (won: it is ours, lost: it is gone)."""

    dispute_id: str
    payment_id: str
    amount_minor: int
    currency: str
    state: str


@dataclass(frozen=True, kw_only=True)
class AccountMoved(Event):
    """A partner's account at the gateway changed."""

    account_id: str
    details_submitted: bool
    payouts_enabled: bool


@dataclass(frozen=True, kw_only=True)
class TransferMoved(Event):
    """A transfer was made or came back. `reference` names the payout's attempt; `reversed_minor` in all."""

    reference: str
    transfer_id: str
    amount_minor: int
    reversed_minor: int
    currency: str
