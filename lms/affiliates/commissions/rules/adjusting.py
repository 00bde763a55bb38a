"""What may be given to or taken from a partner by hand."""

import unicodedata
from datetime import timedelta

from lms.affiliates.commissions.errors import AdjustmentInvalid, AdjustmentTooLarge, ReasonTooShort
from lms.affiliates.commissions.rules.purse import Change, Purse, charge, credit_purse
from lms.affiliates.commissions.rules.terms import MOST_REASON
from lms.kernel.money import Money, precision

MOST_ADJUSTED = 50_000
"""The most one adjustment moves, in whole units of its currency: many times the dearest camp, far below a slip."""

REPEATED_WITHIN = timedelta(days=1)
"""The same amount again within this time is asked about before it is booked."""

_LEAST_WIDTH = 8


def most_adjusted(currency: str) -> Money:
    """Give the most that one adjustment moves."""
    return Money(MOST_ADJUSTED * 10 ** precision(currency), currency)


def check_adjustment(amount: Money, reason: str) -> str:
    """Give the reason without spaces around it; refuses AdjustmentInvalid, AdjustmentTooLarge, ReasonTooShort."""
    words = reason.strip()
    if amount.minor == 0 or not words or len(words) > MOST_REASON:
        raise AdjustmentInvalid(field="reason" if amount.minor else "amount")
    if abs(amount.minor) > most_adjusted(amount.currency).minor:
        raise AdjustmentTooLarge(field="amount", most=f"{MOST_ADJUSTED:,} {amount.currency}")
    if _width(words) < _LEAST_WIDTH:
        raise ReasonTooShort(field="reason")
    return words


def adjust_purse(purse: Purse, amount_minor: int) -> Change:
    """Give (above 0) or take (below 0) an amount; the other side of the journal is the caller's."""
    return credit_purse(purse, amount_minor) if amount_minor > 0 else charge(purse, -amount_minor)


def _width(words: str) -> int:
    """Measure words as they stand on paper: a Han character is as wide as two letters and says as much."""
    said = [sign for sign in words if sign.isalnum()]
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in said)
