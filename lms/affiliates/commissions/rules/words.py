"""The words that rows of this room are written in."""

from enum import StrEnum

from lms.commerce.ledger.rules import Account


class LineKind(StrEnum):
    """What a line pays for (money.md §5)."""

    BASE = "base"
    TRUE_UP = "true_up"
    UPLIFT = "uplift"
    TEAM = "team"


EXPENSES = {
    LineKind.BASE: Account.COMMISSION_EXP,
    LineKind.TRUE_UP: Account.COMMISSION_EXP,
    LineKind.UPLIFT: Account.UPLIFT_EXP,
    LineKind.TEAM: Account.TEAM_EXP,
}
"""The expense account of each kind of line."""


class LineState(StrEnum):
    """Whether a line's observation lasts or its money was released. A lock lies beside it."""

    HELD = "held"
    RELEASED = "released"


class Outcome(StrEnum):
    """What came of an order: who earned, or why nobody did. `waiting`: news came before the payment."""

    WAITING = "waiting"
    EARNED = "earned"
    NOBODY = "nobody"
    SELF = "self"
    ZERO_BASE = "zero_base"
    NO_PLAN = "no_plan"
    TOO_SMALL = "too_small"


class Cause(StrEnum):
    """Why a line was reduced."""

    REFUND = "refund"
    DISPUTE = "dispute"
    RE_RANK = "re_rank"
    TRUE_UP = "true_up"


class ChangeState(StrEnum):
    """What is known of a refund (taken, or refused because it exceeds the order) or of a dispute."""

    TAKEN = "taken"
    REFUSED = "refused"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
