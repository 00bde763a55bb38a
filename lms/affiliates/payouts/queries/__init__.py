"""Reads of the payouts room."""

from lms.affiliates.payouts.queries.batches import Batch, BatchLine, get_batch, list_batches, read_batch_file
from lms.affiliates.payouts.queries.destinations import (
    Destination,
    changed_lately,
    connect_destination,
    destinations_by_id,
    payable_destination,
)
from lms.affiliates.payouts.queries.finance import (
    Desk,
    Queue,
    count_by_state,
    count_to_approve,
    get_payout_file,
    look_at_desk,
)
from lms.affiliates.payouts.queries.listing import FinancePayout, Order, Wanted, list_payouts
from lms.affiliates.payouts.queries.payouts import (
    Attempt,
    Payout,
    PayoutFile,
    Step,
    codes_of,
    get_my_payout,
    get_payout,
    list_my_payouts,
)
from lms.affiliates.payouts.queries.wallet import WalletPage, look_at_wallet

__all__ = [
    "Attempt",
    "Batch",
    "BatchLine",
    "Desk",
    "Destination",
    "FinancePayout",
    "Order",
    "Payout",
    "PayoutFile",
    "Queue",
    "Step",
    "WalletPage",
    "Wanted",
    "changed_lately",
    "codes_of",
    "connect_destination",
    "count_by_state",
    "count_to_approve",
    "destinations_by_id",
    "get_batch",
    "get_my_payout",
    "get_payout",
    "get_payout_file",
    "list_batches",
    "list_my_payouts",
    "list_payouts",
    "look_at_desk",
    "look_at_wallet",
    "payable_destination",
    "read_batch_file",
]
