"""What is said to a payment gateway and what it answers: plain values, amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from lms.kernel.text import Text


class CheckoutState(StrEnum):
    """How far a checkout at the gateway is. `confirming`: the buyer is done, the money is on its way."""

    OPEN = "open"
    CONFIRMING = "confirming"
    PAID = "paid"
    EXPIRED = "expired"


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class CheckoutRequest:
    """One attempt to pay one order. `reference` is the order's code, `attempt` counts from 1."""

    reference: str
    attempt: int
    title: str
    amount_minor: int
    currency: str
    language: Literal["zh", "en"]
    email: str
    expires_at: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class Checkout:
    """A checkout as the gateway knows it. `url` is where the buyer pays, None once it is over.

    `payment_id` names the payment for refunds and disputes; `amount_minor` is what was or is to be paid.
    """

    id: str
    state: CheckoutState
    reference: str
    amount_minor: int
    currency: str
    url: str | None
    payment_id: str | None
    expires_at: datetime


@dataclass(frozen=True)
class GatewayRefund:
    """A refund at the gateway."""

    id: str
    payment_id: str
    state: RefundState
    amount_minor: int
    currency: str
    reference: str
    """Our refund's code, empty for one that was made in the gateway's own pages."""


@dataclass(frozen=True)
class ConnectedAccount:
    """A partner's account at the gateway that transfers go to."""

    id: str
    details_submitted: bool
    payouts_enabled: bool


@dataclass(frozen=True)
class Transfer:
    """Money moved to a connected account. `reversed_minor` of it came back."""

    id: str
    reference: str
    destination: str
    amount_minor: int
    reversed_minor: int
    currency: str


@dataclass(frozen=True)
class BalanceEntry:
    """One movement of our balance at the gateway: net = amount − fee, all signed."""

    id: str
    kind: str
    source_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    at: datetime


class GatewayRefused(Exception):
    """The gateway said no, for good: nothing happened there. `code` is the gateway's word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class GatewayUnreachable(Exception):
    """No answer: it may have happened or not. Ask, or repeat with the same key."""


class Gateway(Protocol):
    """What the product asks of a gateway. `key` makes a repetition harmless: one key, one effect.

    Every call may raise GatewayUnreachable (within ten seconds) and GatewayRefused.
    """

    def open_checkout(self, key: str, request: CheckoutRequest) -> Checkout: ...
    def get_checkout(self, checkout_id: str) -> Checkout: ...
    def expire_checkout(self, checkout_id: str) -> Checkout:
        """End a checkout; one that is paid or over already is given as it is."""
        ...

    def refund(self, key: str, payment_id: str, amount_minor: int, reference: str) -> GatewayRefund: ...
    def get_refund(self, refund_id: str) -> GatewayRefund: ...
    def open_account(self, key: str, email: str, country: str) -> ConnectedAccount: ...
    def account_link(self, account_id: str, refresh_url: str, return_url: str) -> str: ...
    def get_account(self, account_id: str) -> ConnectedAccount: ...
    def transfer(self, key: str, destination: str, amount_minor: int, currency: str, reference: str) -> Transfer: ...
    def find_transfer(self, reference: str) -> Transfer | None:
        """Find the transfer made for a reference (a payout attempt): what to ask before anything is repeated."""
        ...

    def list_paid(self, since: datetime) -> list[Checkout]: ...
    def list_refunds(self, since: datetime) -> list[GatewayRefund]: ...
    def list_transfers(self, since: datetime) -> list[Transfer]:
        """List the transfers made since, with what came back of them."""
        ...

    def list_balance(self, since: datetime) -> list[BalanceEntry]: ...


DISPUTE_REASONS = {
    "bank_cannot_process": Text("银行处理不了这笔付款", "The bank could not process it"),
    "credit_not_processed": Text("买家说该退的没有退", "The buyer waited for a refund"),
    "customer_initiated": Text("买家提出", "The buyer asked for it"),
    "debit_not_authorized": Text("买家说没有授权扣款", "The buyer did not allow the debit"),
    "duplicate": Text("买家说扣了两次", "Charged twice"),
    "fraudulent": Text("买家说不是本人付的", "The buyer says they did not pay"),
    "general": Text("没有说明原因", "No reason given"),
    "incorrect_account_details": Text("账户信息不对", "Wrong account details"),
    "insufficient_funds": Text("账户余额不足", "Too little on the account"),
    "product_not_received": Text("买家说没有得到服务", "The buyer says nothing was delivered"),
    "product_unacceptable": Text("买家说和描述不符", "Not as described"),
    "subscription_canceled": Text("买家说已经取消", "The buyer had canceled"),
    "unrecognized": Text("买家不认得这笔付款", "The buyer does not know the charge"),
}
