"""Whether an amount may be asked for: each no is a refusal of its own that says what to do."""

from dataclasses import dataclass

from lms.affiliates.payouts.errors import AboveAvailable, BelowMinimum, InDebt, NoDestination, WalletLocked
from lms.kernel.money import Money, write_money

MOST_MINOR = 10**14
"""More than this is nobody's payout but a mistake of the hand."""


@dataclass(frozen=True)
class Asked:
    """An amount asked for, minor units, against the wallet it is to come from."""

    amount_minor: int
    currency: str
    available_minor: int
    debt_minor: int
    minimum_minor: int
    locked: bool
    has_destination: bool


def require_payable(asked: Asked) -> None:
    """Refuse WalletLocked, InDebt, BelowMinimum, AboveAvailable or NoDestination, in this order."""
    if asked.locked:
        raise WalletLocked
    if asked.debt_minor > 0:
        raise InDebt(**_both("debt", asked.debt_minor, asked.currency))
    if asked.amount_minor < asked.minimum_minor:
        raise BelowMinimum(field="amount", **_both("minimum", asked.minimum_minor, asked.currency))
    if asked.amount_minor > asked.available_minor:
        raise AboveAvailable(field="amount", **_both("available", asked.available_minor, asked.currency))
    if not asked.has_destination:
        raise NoDestination


def _both(name: str, minor: int, currency: str) -> dict[str, str]:
    money = Money(minor, currency)
    return {f"{name}_zh": write_money(money, "zh"), f"{name}_en": write_money(money, "en")}
