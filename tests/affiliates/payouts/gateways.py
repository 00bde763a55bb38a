"""The gateway in memory with the faults that sending money meets: any refusal, silence before or after it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lms.commerce.gateway.rules import ConnectedAccount, GatewayRefused, GatewayUnreachable, Transfer
from tests.fake_gateway import FakeGateway


@dataclass
class MemoryGateway(FakeGateway):
    """Transfers and accounts by their key; `said` is what was asked about transfers."""

    transfers: dict[str, Transfer] = field(default_factory=dict)
    accounts: dict[str, ConnectedAccount] = field(default_factory=dict)
    refuses: str = ""
    silent_before: int = 0
    silent_after: int = 0
    said: list[str] = field(default_factory=list)

    def transfer(self, key: str, destination: str, amount_minor: int, currency: str, reference: str) -> Transfer:
        """Make a transfer, once per key; `silent_before` calls do nothing, `silent_after` ones do it unheard."""
        self.said.append(f"transfer {key}")
        if self.silent_before:
            self.silent_before -= 1
            raise GatewayUnreachable
        if self.refuses:
            raise GatewayRefused(self.refuses, "no")
        made = Transfer(f"tr_{len(self.transfers) + 1}", reference, destination, amount_minor, 0, currency)
        made = self.transfers.setdefault(key, made)
        if self.silent_after:
            self.silent_after -= 1
            raise GatewayUnreachable
        return made

    def find_transfer(self, reference: str) -> Transfer | None:
        """Find by reference; here reference and key are the same text."""
        self.said.append(f"find {reference}")
        return self.transfers.get(reference)

    def open_account(self, key: str, email: str, country: str) -> ConnectedAccount:
        """Open an account, once per key."""
        if self.silent_before:
            self.silent_before -= 1
            raise GatewayUnreachable
        if self.refuses:
            raise GatewayRefused(self.refuses, "no")
        return self.accounts.setdefault(key, ConnectedAccount(f"acct_{len(self.accounts) + 1:04}", False, False))

    def get_account(self, account_id: str) -> ConnectedAccount:
        """Give an account as it is."""
        return next(one for one in self.accounts.values() if one.id == account_id)

    def account_link(self, account_id: str, refresh_url: str, return_url: str) -> str:
        """Give a page of the gateway's."""
        return f"https://connect.stripe.com/setup/{account_id}"

    def enable(self, account_id: str, enabled: bool = True) -> ConnectedAccount:
        """Let an account take money, or no more."""
        for key, one in self.accounts.items():
            if one.id == account_id:
                self.accounts[key] = ConnectedAccount(account_id, True, enabled)
                return self.accounts[key]
        raise LookupError(account_id)


def plug(app: Any, gateway: MemoryGateway) -> MemoryGateway:
    """Let the app speak with this gateway."""
    from lms.kernel.parts import EXTENSION

    app.extensions[EXTENSION].gateway = gateway
    return gateway
