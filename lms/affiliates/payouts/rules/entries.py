"""What each step of a payout books (money.md §4). Amounts in minor units; `p` is the partner."""

from dataclasses import dataclass

from lms.affiliates.payouts.rules.moves import DestinationKind
from lms.commerce.ledger.rules import Account, Entry, credit, debit


@dataclass(frozen=True)
class Split:
    """What becomes of a gross amount: tax withheld, the fee the partner bears, and what arrives."""

    gross_minor: int
    tax_minor: int = 0
    fee_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Give what arrives."""
        return self.gross_minor - self.tax_minor - self.fee_minor


def split(gross_minor: int, tax_minor: int, fee_minor: int) -> Split:
    """Divide a gross amount; tax and fee are never negative and never more than there is (tax first)."""
    if gross_minor < 0 or tax_minor < 0 or fee_minor < 0:
        raise ValueError("a payout has no negative parts")
    tax = min(tax_minor, gross_minor)
    return Split(gross_minor, tax, min(fee_minor, gross_minor - tax))


def paid_from(kind: DestinationKind) -> Account:
    """Name our account the money leaves, and comes back to."""
    return Account.PSP_CLEARING if kind is DestinationKind.CONNECT else Account.PAYOUT_BANK


def requested(p: int, gross_minor: int) -> list[Entry]:
    """Set an amount aside, for a request and for sending again."""
    return [debit(Account.AVAILABLE, gross_minor, p), credit(Account.RESERVED, gross_minor, p)]


def canceled(p: int, gross_minor: int, debt_minor: int) -> list[Entry]:
    """Give back what was set aside; it pays a debt first."""
    return [debit(Account.RESERVED, gross_minor, p), *_to_wallet(p, gross_minor, debt_minor)]


def submitted(p: int, parts: Split) -> list[Entry]:
    """Send what was set aside on its way, tax and fee taken off."""
    return [
        debit(Account.RESERVED, parts.gross_minor, p),
        credit(Account.TAX_PAYABLE, parts.tax_minor),
        credit(Account.PAYOUT_FEE, parts.fee_minor),
        credit(Account.IN_TRANSIT, parts.net_minor, p),
    ]


def settled(p: int, parts: Split, kind: DestinationKind) -> list[Entry]:
    """Book what arrived."""
    return [debit(Account.IN_TRANSIT, parts.net_minor, p), credit(paid_from(kind), parts.net_minor)]


def failed(p: int, parts: Split, debt_minor: int) -> list[Entry]:
    """Undo a send that did not arrive, tax and fee too; it pays a debt first."""
    return [
        debit(Account.IN_TRANSIT, parts.net_minor, p),
        debit(Account.TAX_PAYABLE, parts.tax_minor),
        debit(Account.PAYOUT_FEE, parts.fee_minor),
        *_to_wallet(p, parts.gross_minor, debt_minor),
    ]


def returned(p: int, parts: Split, debt_minor: int, kind: DestinationKind) -> list[Entry]:
    """Take back what had arrived, to the account it had left; it pays a debt first."""
    return [
        debit(paid_from(kind), parts.net_minor),
        debit(Account.TAX_PAYABLE, parts.tax_minor),
        debit(Account.PAYOUT_FEE, parts.fee_minor),
        *_to_wallet(p, parts.gross_minor, debt_minor),
    ]


def _to_wallet(p: int, amount_minor: int, debt_minor: int) -> list[Entry]:
    owed = min(amount_minor, debt_minor)
    return [credit(Account.PARTNER_DEBT, owed, p), credit(Account.AVAILABLE, amount_minor - owed, p)]
