"""When a payout that was sent should have arrived, and how long a new account is looked at twice."""

from datetime import datetime, timedelta

from lms.affiliates.payouts.rules.moves import DestinationKind, PayoutState

ARRIVES_WITHIN = {DestinationKind.CONNECT: timedelta(days=1), DestinationKind.BANK: timedelta(days=5)}
"""A transfer takes minutes; a bank takes one to three business days, with a weekend between."""

SENT_BY_ITSELF_WITHIN = timedelta(minutes=5)
"""An approved transfer is sent by the worker; only after this does somebody have to look."""

CHANGED_LATELY = timedelta(days=7)
"""How long finance is told that money goes to another account than before: a stolen login changes it first."""

_ON_ITS_WAY = (PayoutState.SUBMITTED, PayoutState.AWAITING_RECIPIENT)


def is_overdue(state: PayoutState, kind: DestinationKind, submitted_at: datetime | None, now: datetime) -> bool:
    """Tell whether a payout on its way should have arrived by now."""
    return state in _ON_ITS_WAY and submitted_at is not None and now - submitted_at > ARRIVES_WITHIN[kind]
