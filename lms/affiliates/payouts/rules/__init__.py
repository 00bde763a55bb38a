"""What a payout may do, what it books, and where its money may go. Pure."""

from lms.affiliates.payouts.rules.accounts import (
    BankDetails,
    account_hint,
    check_bank_details,
    is_bank_card,
    is_iban,
    plain_number,
)
from lms.affiliates.payouts.rules.bank_file import BankLine, bank_file, defused
from lms.affiliates.payouts.rules.entries import (
    Split,
    canceled,
    failed,
    paid_from,
    requested,
    returned,
    settled,
    split,
    submitted,
)
from lms.affiliates.payouts.rules.moves import (
    UNDECIDED,
    AttemptState,
    DestinationKind,
    PayoutState,
    attempt_key,
    failure_state,
    may_move,
    move,
    refuse_own_payout,
    require_known,
)
from lms.affiliates.payouts.rules.overdue import ARRIVES_WITHIN, SENT_BY_ITSELF_WITHIN, is_overdue
from lms.affiliates.payouts.rules.requesting import MOST_MINOR, Asked, require_payable
from lms.affiliates.payouts.rules.wallet_lines import LineKind, WalletLine, read_lines, source_id

__all__ = [
    "ARRIVES_WITHIN",
    "MOST_MINOR",
    "SENT_BY_ITSELF_WITHIN",
    "UNDECIDED",
    "Asked",
    "AttemptState",
    "BankDetails",
    "BankLine",
    "DestinationKind",
    "LineKind",
    "PayoutState",
    "Split",
    "WalletLine",
    "account_hint",
    "attempt_key",
    "bank_file",
    "canceled",
    "check_bank_details",
    "defused",
    "failed",
    "failure_state",
    "is_bank_card",
    "is_iban",
    "is_overdue",
    "may_move",
    "move",
    "paid_from",
    "plain_number",
    "read_lines",
    "refuse_own_payout",
    "requested",
    "require_known",
    "require_payable",
    "returned",
    "settled",
    "source_id",
    "split",
    "submitted",
]
