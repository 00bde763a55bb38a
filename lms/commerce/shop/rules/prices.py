"""Prices and coupons. Amounts are whole minor units."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.commerce.shop.errors import (
    CouponElsewhere,
    CouponEnded,
    CouponInvalid,
    CouponOver,
    CurrencyUnknown,
    DiscountInvalid,
    EarlyInvalid,
    PriceChanged,
    PriceEarlyOver,
    PriceInvalid,
    RefundUntilLong,
    RefundUntilOver,
    UsesInvalid,
    WindowInvalid,
)
from lms.kernel.errors import Refusal
from lms.kernel.money import BPS, Money, half_up, share_out, write_money
from lms.kernel.text import current_language

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD")
MOST_PRICE_MINOR = 99_999_999
"""What the gateway takes in one payment: eight digits."""
REFUND_AFTER_END = timedelta(days=14)
"""How long after its end the refunds of a cohort may stay open: commissions wait for them."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,23}")


@dataclass(frozen=True)
class Terms:
    """What a seat of a cohort costs: the price, perhaps a lower one until a moment, and how long it is refunded."""

    price_minor: int
    currency: str
    early_price_minor: int | None = None
    early_until: datetime | None = None
    refund_until: datetime | None = None


def terms_faults(terms: Terms, before: Terms | None, now: datetime, ends: datetime) -> Iterator[Refusal]:
    """Find all that makes no sense of a cohort that ends at `ends`; what was set before may pass and stay.

    CurrencyUnknown, PriceInvalid, EarlyInvalid, PriceEarlyOver, RefundUntilOver, and RefundUntilLong, far after
    the end.
    """
    if terms.currency not in CURRENCIES:
        yield CurrencyUnknown(field="currency")
    if not 0 < terms.price_minor <= MOST_PRICE_MINOR:
        yield PriceInvalid(field="price", most=_written(MOST_PRICE_MINOR, terms.currency))
    early, until = terms.early_until, terms.refund_until
    is_lower = terms.early_price_minor is None or 0 < terms.early_price_minor < terms.price_minor
    if (terms.early_price_minor is None) != (early is None) or not is_lower:
        yield EarlyInvalid(field="early_price")
    if early is not None and early <= now and (before is None or before.early_until != early):
        yield PriceEarlyOver(field="early_until")
    if until is None or (before is not None and before.refund_until == until):
        return
    if until <= now:
        yield RefundUntilOver(field="refund_until")
    if until > ends + REFUND_AFTER_END:
        latest = (ends + REFUND_AFTER_END).date().isoformat()
        yield RefundUntilLong(field="refund_until", days=REFUND_AFTER_END.days, until=latest)


def price_now(terms: Terms, now: datetime) -> int:
    """Give the price of this moment: the early one up to and without `early_until`."""
    if terms.early_price_minor is not None and terms.early_until is not None and now < terms.early_until:
        return terms.early_price_minor
    return terms.price_minor


def early_ended(terms: Terms, now: datetime) -> bool:
    """Tell whether there was an early price and its time is over."""
    return terms.early_until is not None and terms.early_until <= now


def require_shown(due: Money, shown: Money | None) -> None:
    """Refuse to ask more than the page showed, or another currency: PriceChanged. None: nothing was shown.

    Less is never refused: a coupon typed at the last moment takes off what the page did not know of.
    """
    if shown is not None and (due.currency != shown.currency or due.minor > shown.minor):
        raise PriceChanged


def _written(minor: int, currency: str) -> str:
    return write_money(Money(minor, currency), current_language())


# --- Coupons ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CouponTerms:
    """What a coupon takes off, where and when: a share or an amount, for a camp, a cohort or everything."""

    percent_bps: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    camp_id: int | None = None
    cohort_id: int | None = None
    owner_id: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    uses_most: int | None = None


def clean_code(typed: str, field: str = "coupon") -> str:
    """Give a coupon's code as it is kept: upper case, no spaces. Refuses CouponInvalid, at `field`."""
    code = "".join(typed.split()).upper()
    if not _CODE.fullmatch(code):
        raise CouponInvalid(field=field)
    return code


def require_coupon_terms(terms: CouponTerms, now: datetime) -> CouponTerms:
    """Refuse a coupon that makes no sense: what `coupon_faults` finds first."""
    for fault in coupon_faults(terms, now):
        raise fault
    return terms


def coupon_faults(terms: CouponTerms, now: datetime) -> Iterator[Refusal]:
    """Find all that makes no sense: DiscountInvalid, CurrencyUnknown, WindowInvalid, CouponEnded, UsesInvalid."""
    both_or_none = (terms.percent_bps is None) == (terms.amount_minor is None)
    if both_or_none or (terms.percent_bps is not None and not 0 < terms.percent_bps <= BPS):
        yield DiscountInvalid(field="percent")
    if terms.amount_minor is not None:
        if not 0 < terms.amount_minor <= MOST_PRICE_MINOR:
            yield DiscountInvalid(field="amount")
        if terms.currency not in CURRENCIES:
            yield CurrencyUnknown(field="currency")
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        yield WindowInvalid(field="valid_until")
    if terms.valid_until and terms.valid_until <= now:
        yield CouponEnded(field="valid_until")
    if terms.uses_most is not None and terms.uses_most < 1:
        yield UsesInvalid(field="uses_most")


def require_usable(terms: CouponTerms, now: datetime, camp_id: int, cohort_id: int, currency: str) -> None:
    """Refuse a coupon outside its window (CouponOver; its last instant is too late) or scope (CouponElsewhere)."""
    if (terms.valid_from and now < terms.valid_from) or (terms.valid_until and now >= terms.valid_until):
        raise CouponOver(field="coupon")
    fits = terms.camp_id in (None, camp_id) and terms.cohort_id in (None, cohort_id)
    if not fits or (terms.amount_minor is not None and terms.currency != currency):
        raise CouponElsewhere(field="coupon")


def discount(price_minor: int, terms: CouponTerms) -> int:
    """Give what a coupon takes off a price, never more than the price."""
    if terms.percent_bps is not None:
        return half_up(price_minor, terms.percent_bps)
    return min(price_minor, terms.amount_minor or 0)


def spread(discount_minor: int, lines: Sequence[int]) -> list[int]:
    """Spread a discount over the lines of an order by largest remainder (money.md §1, P7)."""
    return share_out(discount_minor, lines)
