"""What a line is worth (money.md §1): minor units of one currency, rates in basis points."""

from lms.affiliates.commissions.rules.terms import Terms
from lms.kernel.money import BPS, half_up


def pay(net_minor: int, terms: Terms) -> int:
    """Give what the terms pay on a base, before the cap: one rounding, half up."""
    return half_up(net_minor, terms.percent_bps)


def room(net_minor: int, terms: Terms, taken_minor: int = 0) -> int:
    """Give what the cap leaves for lines of an order on which `taken_minor` is paid already; floored."""
    return max(0, net_minor * terms.cap_bps // BPS - taken_minor)


def capped(amount_minor: int, net_minor: int, terms: Terms, taken_minor: int = 0) -> int:
    """Trim an amount to the room an order has left."""
    return min(amount_minor, room(net_minor, terms, taken_minor))


def live(amount_minor: int, net_minor: int, refunded_minor: int) -> int:
    """Give what is left of a line after refunds of `refunded_minor` in all, at most the base."""
    return half_up(amount_minor, net_minor - refunded_minor, net_minor)


def reversal(amount_minor: int, net_minor: int, before_minor: int, after_minor: int) -> int:
    """Give what a line loses when the refunds of its order grow from one sum to another."""
    return live(amount_minor, net_minor, before_minor) - live(amount_minor, net_minor, after_minor)
