"""Amounts of money as pages write them, in the reader's language."""

from __future__ import annotations

from lms.kernel.money import Money, write_money
from lms.kernel.text import current_language


def money(minor: int, currency: str) -> str:
    """Write minor units to the cent: ¥79.80. What balances, wallets and receipts show."""
    return write_money(Money(minor, currency), current_language())


def price(minor: int, currency: str) -> str:
    """Write minor units as a price: ¥399, ¥399.50. What offers and headlines show."""
    return write_money(Money(minor, currency), current_language(), short=True)
