"""What a sale would bring a partner, as far as can be said before it."""

from dataclasses import dataclass
from typing import Protocol

from lms.affiliates.commissions.rules import Terms, capped, paid_bps, pay, percent_text

PROGRAM_CURRENCY = "CNY"


@dataclass(frozen=True)
class Promise:
    """What one sale earns at the price of the moment, without a coupon; minor units of the currency."""

    amount_minor: int
    price_minor: int
    currency: str
    percent: str


def promise_of(price_minor: int, currency: str, terms: Terms) -> Promise | None:
    """Say what a sale at a price earns by some terms; None where it comes to nothing."""
    amount = capped(pay(price_minor, terms), price_minor, terms)
    return Promise(amount, price_minor, currency, percent_text(paid_bps(terms))) if amount else None


class Scoped(Protocol):
    """Where a coupon may be used: everywhere, or in one camp or cohort; an amount only in its currency."""

    @property
    def camp_id(self) -> int | None: ...
    @property
    def cohort_id(self) -> int | None: ...
    @property
    def amount_minor(self) -> int | None: ...
    @property
    def currency(self) -> str | None: ...


def fits(coupon: Scoped, camp_id: int, cohort_id: int, currency: str) -> bool:
    """Say whether a coupon takes something off a seat of a cohort."""
    in_scope = coupon.camp_id in (None, camp_id) and coupon.cohort_id in (None, cohort_id)
    return in_scope and (coupon.amount_minor is None or coupon.currency == currency)
