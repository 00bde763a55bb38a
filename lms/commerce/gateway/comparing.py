"""Comparing what the gateway has with what is settled here. Pure; amounts in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lms.commerce.gateway.rules import BalanceEntry, Checkout, CheckoutState, GatewayRefund, RefundState
from lms.commerce.ledger.rules import Account, Entry


class Kind(StrEnum):
    """What is settled here and exists there."""

    PAYMENT = "payment"
    REFUND = "refund"


class Difference(StrEnum):
    """How the two may differ. `unsettled`: there, not here; `missing`: here, not there; `differs`: other amounts."""

    UNSETTLED = "unsettled"
    MISSING = "missing"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Settled:
    """A payment (by its checkout) or a refund, on either side, that is final and good."""

    kind: Kind
    object_id: str
    reference: str
    amount_minor: int
    currency: str

    @property
    def key(self) -> tuple[Kind, str]:
        """Name it on both sides."""
        return self.kind, self.object_id


@dataclass(frozen=True)
class Finding:
    """A difference about one thing, with the amounts of both sides (None: not on that side)."""

    difference: Difference
    kind: Kind
    object_id: str
    reference: str
    here: Settled | None
    there: Settled | None

    @property
    def key(self) -> str:
        """Name the difference, so that it is noted once."""
        return f"{self.difference}:{self.kind}:{self.object_id}"


def paid_there(checkouts: Iterable[Checkout]) -> list[Settled]:
    """Take what is paid and ours; a checkout without a reference was made by somebody else."""
    return [
        Settled(Kind.PAYMENT, one.id, one.reference, one.amount_minor, one.currency)
        for one in checkouts
        if one.state is CheckoutState.PAID and one.reference
    ]


def refunded_there(refunds: Iterable[GatewayRefund]) -> list[Settled]:
    """Take the refunds that went through."""
    return [
        Settled(Kind.REFUND, one.id, one.reference, one.amount_minor, one.currency)
        for one in refunds
        if one.state is RefundState.SUCCEEDED
    ]


def compare(here: Iterable[Settled], there: Iterable[Settled]) -> list[Finding]:
    """Find what is on one side only or with other amounts; the order does not matter, nor do repetitions."""
    ours, theirs = {one.key: one for one in here}, {one.key: one for one in there}
    found = [_finding(ours.get(key), theirs.get(key)) for key in sorted({*ours, *theirs})]
    return [one for one in found if one is not None]


def _finding(here: Settled | None, there: Settled | None) -> Finding | None:
    one = here or there
    if one is None or (here and there and (here.amount_minor, here.currency) == (there.amount_minor, there.currency)):
        return None
    difference = Difference.UNSETTLED if here is None else Difference.MISSING if there is None else Difference.DIFFERS
    return Finding(difference, one.kind, one.object_id, one.reference, here, there)


def sightings_needed(difference: Difference) -> int:
    """Say at which comparison a difference concerns people: what is told again may settle by itself first."""
    return 2 if difference is Difference.UNSETTLED else 1


# --- The gateway's balance --------------------------------------------------

_OWN_COST = frozenset({"fee", "network_cost", "tax"})
_BANK = frozenset({"payout", "payout_reversal", "topup", "topup_reversal"})
_BOOKED_ABOVE = frozenset(
    {"charge", "charge_failure", "refund", "refund_failure"}
    | {"dispute", "dispute_reversal", "transfer", "transfer_reversal"}
)


def has_place(entry: BalanceEntry) -> bool:
    """Tell whether the books know an entry's kind: booked here, or by the room that caused it."""
    return entry.kind in _OWN_COST | _BANK | _BOOKED_ABOVE


def entries_of(entry: BalanceEntry) -> list[Entry]:
    """Write the journal of a balance entry: its fee, and what went to or came from our bank (money.md §4).

    Charges, refunds, disputes and transfers are booked where they are settled; of these only the fee is.
    """
    cost = entry.fee_minor - (entry.amount_minor if entry.kind in _OWN_COST else 0)
    moved = entry.amount_minor if entry.kind in _BANK else 0
    return [
        Entry(Account.PSP_FEE, cost),
        Entry(Account.PSP_CLEARING, -cost),
        Entry(Account.BANK, -moved),
        Entry(Account.PSP_CLEARING, moved),
    ]
