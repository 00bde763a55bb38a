"""The states of payouts and attempts, and which one follows which (money.md §2)."""

from enum import StrEnum

from lms.affiliates.payouts.errors import OutcomeUnknown, OwnPayout, PayoutMoved


class PayoutState(StrEnum):
    """Where a payout stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SUBMITTED = "submitted"
    AWAITING_RECIPIENT = "awaiting_recipient"
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELED = "canceled"
    FAILED_RETRYABLE = "failed_retryable"
    FAILED_TERMINAL = "failed_terminal"
    EXPIRED = "expired"
    RETURNED = "returned"


class AttemptState(StrEnum):
    """Where one send stands. `unknown`: there was no answer, so it may have happened or not."""

    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"


class DestinationKind(StrEnum):
    """How money reaches a partner: an account at the gateway, or a bank account by a bank file."""

    CONNECT = "connect"
    BANK = "bank"


_S = PayoutState
_ENDS_OF_A_SEND = frozenset({_S.SETTLED, _S.FAILED_RETRYABLE, _S.FAILED_TERMINAL, _S.EXPIRED})
_NEXT: dict[PayoutState, frozenset[PayoutState]] = {
    _S.REQUESTED: frozenset({_S.APPROVED, _S.REJECTED, _S.CANCELED}),
    _S.APPROVED: frozenset({_S.SUBMITTED, _S.REJECTED, _S.CANCELED}),
    _S.SUBMITTED: _ENDS_OF_A_SEND | {_S.AWAITING_RECIPIENT},
    _S.AWAITING_RECIPIENT: _ENDS_OF_A_SEND,
    _S.SETTLED: frozenset({_S.RETURNED}),
    _S.FAILED_RETRYABLE: frozenset({_S.APPROVED}),
    _S.EXPIRED: frozenset({_S.APPROVED}),
    _S.REJECTED: frozenset(),
    _S.CANCELED: frozenset(),
    _S.FAILED_TERMINAL: frozenset(),
    _S.RETURNED: frozenset(),
}
UNDECIDED = (AttemptState.SENDING, AttemptState.UNKNOWN)
"""The states of a send whose end we do not know yet."""

# What the gateway calls refusals after which the same account cannot be paid again.
_CLOSED = frozenset(
    {
        "account_closed",
        "account_invalid",
        "no_account",
        "invalid_account",
        "resource_missing",
        "account_country_invalid_address",
    }
)
_EXPIRED = frozenset({"expired", "recipient_timeout"})


def may_move(state: str, to: PayoutState) -> bool:
    """Tell whether a payout may go from one state to another."""
    return to in _NEXT[PayoutState(state)]


def move(state: str, to: PayoutState) -> bool:
    """Tell whether a payout has still to go there; refuses PayoutMoved for a step that its state does not allow."""
    if state == to:
        return False
    if not may_move(state, to):
        raise PayoutMoved
    return True


def require_known(attempt_state: str | None) -> None:
    """Refuse OutcomeUnknown while the last send may still have happened."""
    if attempt_state in UNDECIDED:
        raise OutcomeUnknown


def refuse_own_payout(actor_id: int | None, person_id: int) -> None:
    """Let four eyes see every payout: refuses OwnPayout."""
    if actor_id == person_id:
        raise OwnPayout


def attempt_key(code: str, number: int) -> str:
    """Name one send for ever: the gateway's idempotency key and its reference."""
    return f"payout:{code}:{number}"


def failure_state(refusal: str) -> PayoutState:
    """Read from the gateway's word for a refusal whether sending again can help."""
    if refusal in _EXPIRED:
        return PayoutState.EXPIRED
    return PayoutState.FAILED_TERMINAL if refusal in _CLOSED else PayoutState.FAILED_RETRYABLE
