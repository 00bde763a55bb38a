"""Money: whole minor units of one currency, and the two ways of rounding. Pure; no float ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from unicodedata import normalize

from babel.numbers import format_currency, get_currency_precision

BPS = 10_000
"""Basis points of the whole: 1 % is 100."""


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units (fen, cents) of one currency (ISO 4217, upper case)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError(f"money is whole minor units, not {self.minor!r}")


def half_up(amount_minor: int, numerator: int, denominator: int = BPS) -> int:
    """Give `amount × numerator / denominator`, rounded half up; amounts are never negative (money.md §1 Rounding).

    With the default denominator the numerator is a rate in basis points.
    """
    if amount_minor < 0 or numerator < 0:
        raise ValueError("rounding takes no negative amounts")
    return (2 * amount_minor * numerator + denominator) // (2 * denominator)


def share_out(pool_minor: int, weights: Sequence[int]) -> list[int]:
    """Split a pool by largest remainder; ties go to the earlier one. The parts sum to the pool.

    Weights are not negative; when all are 0 nobody gets anything and the pool must be 0.
    """
    total = sum(weights)
    if total == 0:
        if pool_minor:
            raise ValueError("nobody to share with")
        return [0] * len(weights)
    parts = [pool_minor * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(pool_minor * weights[i] % total), i))
    for i in by_remainder[: pool_minor - sum(parts)]:
        parts[i] += 1
    return parts


@lru_cache(maxsize=64)
def precision(currency: str) -> int:
    """Give the number of decimals a currency's amounts are written with: 2 for CNY, 0 for JPY."""
    return int(get_currency_precision(currency))


def as_decimal(amount: Money) -> str:
    """Write an amount in major units without sign of the currency, as files carry it: 399.00, -12.50."""
    digits = precision(amount.currency)
    if digits == 0:
        return str(amount.minor)
    whole, part = divmod(abs(amount.minor), 10**digits)
    return f"{'-' if amount.minor < 0 else ''}{whole}.{part:0{digits}d}"


def parse_decimal(text: str, currency: str) -> int:
    """Read minor units from what a person types: 399, 399.5, 1,299.00, ¥399. Raises ValueError for anything else."""
    # What input methods for Chinese type wide is meant as the plain sign; an English page writes CN¥399.
    plain = normalize("NFKC", text).strip().removeprefix("CN").lstrip("¥$€£").replace(",", "").replace(" ", "")
    whole, point, part = plain.partition(".")
    digits = precision(currency)
    # isdecimal alone would take digits of other scripts.
    if not (whole.isascii() and whole.isdecimal()) or (point and not (part.isascii() and part.isdecimal())):
        raise ValueError(text)
    if len(part) > digits or len(whole) > 12:
        raise ValueError(text)
    return int(whole + part.ljust(digits, "0"))


def write_money(amount: Money, language: Literal["zh", "en"], *, short: bool = False) -> str:
    """Write an amount for people: ¥399.00, US$69.00. `short` leaves out decimals that are zero, as prices do.

    In English renminbi is CN¥399.00: a bare sign would be read as yen there.
    """
    return _written(amount.minor, amount.currency, "zh_Hans_CN" if language == "zh" else "en_US", short)


@lru_cache(maxsize=8192)
def _written(minor: int, currency: str, locale: str, short: bool) -> str:
    digits = precision(currency)
    written: str = format_currency(Decimal(minor).scaleb(-digits), currency, locale=locale)
    if short and digits and minor % 10**digits == 0:
        written = written[: -(digits + 1)]
    return written.replace("-", "\N{MINUS SIGN}") if minor < 0 else written
