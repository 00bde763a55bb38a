"""A payment gateway in memory: the protocol's own, with buyers, banks and faults on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from lms.commerce.gateway.rules import (
    BalanceEntry,
    Checkout,
    CheckoutRequest,
    CheckoutState,
    ConnectedAccount,
    GatewayRefund,
    GatewayRefused,
    GatewayUnreachable,
    RefundState,
    Transfer,
)

FEE_MINOR = 30

T = TypeVar("T")


@dataclass
class Fault:
    """What goes wrong with the next calls of a method: `refused`, `dropped` (before) or `lost` (after it happened)."""

    kind: str
    method: str = "*"
    times: int = 1


@dataclass
class FakeGateway:
    """Implements rules.Gateway. `called` lists what was asked, `fail` orders faults, `pay` and others are the world."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    called: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    entries: list[BalanceEntry] = field(default_factory=list)
    _checkouts: dict[str, Checkout] = field(default_factory=dict)
    _refunds: dict[str, GatewayRefund] = field(default_factory=dict)
    _accounts: dict[str, ConnectedAccount] = field(default_factory=dict)
    _transfers: dict[str, Transfer] = field(default_factory=dict)
    _paid_at: dict[str, datetime] = field(default_factory=dict)
    _made_at: dict[str, datetime] = field(default_factory=dict)
    _keys: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: count(1))

    # --- The protocol ---

    def open_checkout(self, key: str, request: CheckoutRequest) -> Checkout:
        def do() -> Checkout:
            name = f"cs_{next(self._ids)}"
            money = (request.amount_minor, request.currency)
            url = f"https://pay.example.com/{name}"
            return self._keep(
                Checkout(name, CheckoutState.OPEN, request.reference, *money, url, None, request.expires_at)
            )

        return self._call("open_checkout", do, key, request)

    def get_checkout(self, checkout_id: str) -> Checkout:
        return self._call("get_checkout", lambda: self._checkout(checkout_id))

    def expire_checkout(self, checkout_id: str) -> Checkout:
        def do() -> Checkout:
            found = self._checkout(checkout_id)
            if found.state is not CheckoutState.OPEN:
                return found
            return self._keep(replace(found, state=CheckoutState.EXPIRED, url=None))

        return self._call("expire_checkout", do)

    def refund(self, key: str, payment_id: str, amount_minor: int, reference: str) -> GatewayRefund:
        def do() -> GatewayRefund:
            paid = next((one for one in self._checkouts.values() if one.payment_id == payment_id), None)
            if paid is None:
                raise GatewayRefused("resource_missing", payment_id)
            gone = [r for r in self._refunds.values() if r.payment_id == payment_id and r.state != RefundState.FAILED]
            if amount_minor > paid.amount_minor - sum(r.amount_minor for r in gone):
                raise GatewayRefused("amount_too_large", str(amount_minor))
            return self._give_back(payment_id, amount_minor, paid.currency, reference)

        return self._call("refund", do, key, (payment_id, amount_minor, reference))

    def get_refund(self, refund_id: str) -> GatewayRefund:
        return self._call("get_refund", lambda: self._of(self._refunds, refund_id))

    def open_account(self, key: str, email: str, country: str) -> ConnectedAccount:
        def do() -> ConnectedAccount:
            made = ConnectedAccount(f"acct_{next(self._ids)}", False, False)
            self._accounts[made.id] = made
            return made

        return self._call("open_account", do, key, (email, country))

    def account_link(self, account_id: str, refresh_url: str, return_url: str) -> str:
        def do() -> str:
            return f"https://connect.example.com/{self._of(self._accounts, account_id).id}"

        return self._call("account_link", do)

    def get_account(self, account_id: str) -> ConnectedAccount:
        return self._call("get_account", lambda: self._of(self._accounts, account_id))

    def transfer(self, key: str, destination: str, amount_minor: int, currency: str, reference: str) -> Transfer:
        def do() -> Transfer:
            if not self._of(self._accounts, destination).payouts_enabled:
                raise GatewayRefused("insufficient_capabilities_for_transfer", destination)
            made = Transfer(f"tr_{next(self._ids)}", reference, destination, amount_minor, 0, currency)
            self._transfers[made.id] = made
            self._made_at[made.id] = self.now()
            self.move("transfer", made.id, -amount_minor, currency)
            return made

        return self._call("transfer", do, key, (destination, amount_minor, currency, reference))

    def find_transfer(self, reference: str) -> Transfer | None:
        def do() -> Transfer | None:
            return next((one for one in self._transfers.values() if one.reference == reference), None)

        return self._call("find_transfer", do)

    def list_paid(self, since: datetime) -> list[Checkout]:
        def do() -> list[Checkout]:
            return [self._checkouts[name] for name, at in self._paid_at.items() if at >= since]

        return self._call("list_paid", do)

    def list_refunds(self, since: datetime) -> list[GatewayRefund]:
        def do() -> list[GatewayRefund]:
            return [one for name, one in self._refunds.items() if self._made_at[name] >= since]

        return self._call("list_refunds", do)

    def list_transfers(self, since: datetime) -> list[Transfer]:
        def do() -> list[Transfer]:
            return [one for name, one in self._transfers.items() if self._made_at[name] >= since]

        return self._call("list_transfers", do)

    def list_balance(self, since: datetime) -> list[BalanceEntry]:
        return self._call("list_balance", lambda: [one for one in self.entries if one.at >= since])

    # --- What the world does ---

    def pay(self, checkout_id: str, *, later: bool = False) -> Checkout:
        """Let the buyer pay; `later`: the money is on its way until this is called again."""
        found = self._checkout(checkout_id)
        if found.state is CheckoutState.PAID:
            return found
        payment_id = found.payment_id or f"pi_{next(self._ids)}"
        state = CheckoutState.CONFIRMING if later else CheckoutState.PAID
        if not later:
            self._paid_at[found.id] = self.now()
            self.move("charge", payment_id, found.amount_minor, found.currency, FEE_MINOR)
        return self._keep(replace(found, state=state, payment_id=payment_id, url=None))

    def refund_elsewhere(self, payment_id: str, amount_minor: int, currency: str = "CNY") -> GatewayRefund:
        """Refund on the gateway's own pages."""
        return self._give_back(payment_id, amount_minor, currency, "")

    def move_refund(self, refund_id: str, state: RefundState) -> GatewayRefund:
        """Let a refund succeed or fail."""
        moved = replace(self._of(self._refunds, refund_id), state=state)
        self._refunds[refund_id] = moved
        if state is RefundState.FAILED:
            self.move("refund_failure", refund_id, moved.amount_minor, moved.currency)
        return moved

    def enable(self, account_id: str) -> ConnectedAccount:
        """Let a partner fill in the account."""
        self._accounts[account_id] = ConnectedAccount(account_id, True, True)
        return self._accounts[account_id]

    def reverse_transfer(self, transfer_id: str, amount_minor: int) -> Transfer:
        """Send a transfer back, all or a part."""
        found = self._of(self._transfers, transfer_id)
        moved = replace(found, reversed_minor=found.reversed_minor + amount_minor)
        self._transfers[transfer_id] = moved
        self.move("transfer_reversal", transfer_id, amount_minor, found.currency)
        return moved

    def move(self, kind: str, source_id: str, amount_minor: int, currency: str, fee_minor: int = 0) -> BalanceEntry:
        """Move the gateway's balance."""
        entry = BalanceEntry(f"txn_{next(self._ids)}", kind, source_id, amount_minor, fee_minor, currency, self.now())
        self.entries.append(entry)
        return entry

    def forget(self, checkout_id: str) -> None:
        """Lose a checkout, as if it had been another account's."""
        self._checkouts.pop(checkout_id)
        self._paid_at.pop(checkout_id, None)

    def fail(self, kind: str, method: str = "*", times: int = 1) -> None:
        """Order a fault."""
        self.faults.append(Fault(kind, method, times))

    # --- Inside ---

    def _call(self, method: str, do: Callable[[], T], key: str = "", asked: object = None) -> T:
        self.called.append(method)
        fault = next((one for one in self.faults if one.method in ("*", method)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times < 1:
                self.faults.remove(fault)
        kind = fault.kind if fault else ""
        if kind == "refused":
            raise GatewayRefused("ordered", method)
        if kind == "dropped":
            raise GatewayUnreachable(method)
        answer = self._once(do, key, asked)
        if kind == "lost":
            raise GatewayUnreachable(method)
        return answer

    def _once(self, do: Callable[[], T], key: str, asked: object) -> T:
        if not key:
            return do()
        if key not in self._keys:
            self._keys[key] = (asked, do())
        before, answer = self._keys[key]
        if before != asked:
            raise GatewayUnreachable("one key for two things")
        return answer  # type: ignore[no-any-return]

    def _keep(self, checkout: Checkout) -> Checkout:
        self._checkouts[checkout.id] = checkout
        return checkout

    def _give_back(self, payment_id: str, amount_minor: int, currency: str, reference: str) -> GatewayRefund:
        made = GatewayRefund(
            f"re_{next(self._ids)}", payment_id, RefundState.SUCCEEDED, amount_minor, currency, reference
        )
        self._refunds[made.id] = made
        self._made_at[made.id] = self.now()
        self.move("refund", made.id, -amount_minor, currency)
        return made

    def _checkout(self, checkout_id: str) -> Checkout:
        found = self._of(self._checkouts, checkout_id)
        if found.state is CheckoutState.OPEN and found.expires_at <= self.now():
            return self._keep(replace(found, state=CheckoutState.EXPIRED, url=None))
        return found

    @staticmethod
    def _of(things: dict[str, T], id: str) -> T:
        if id not in things:
            raise GatewayRefused("resource_missing", id)
        return things[id]
