"""The gateway that `app.py` plugged in, typed."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import cast

from lms.commerce.gateway.errors import GatewayNotSetUp
from lms.commerce.gateway.rules import Gateway
from lms.kernel.parts import Parts, current_parts


def connect(key: str, api_base: str, payment_methods: Sequence[str]) -> Gateway:
    """Make Stripe's client, or that of whoever answers like Stripe at `api_base`."""
    # Its library takes a third of a second to load, which commands that never pay need not wait for.
    from lms.commerce.gateway.stripe_gateway import StripeGateway

    return StripeGateway(key, api_base=api_base, payment_methods=payment_methods)


class Connection:
    """A gateway that is made at its first use."""

    def __init__(self, connect: Callable[[], Gateway]) -> None:
        self._connect = connect
        self._lock = Lock()
        self._made: Gateway | None = None

    def open(self) -> Gateway:
        """Give the gateway, the same each time."""
        with self._lock:
            self._made = self._made or self._connect()
            return self._made


def gateway_of(parts: Parts) -> Gateway:
    """Give the gateway of some parts, for errands; GatewayNotSetUp when there is none.

    Never call it inside a work: a call may take ten seconds.
    """
    if parts.gateway is None:
        raise GatewayNotSetUp
    return parts.gateway.open() if isinstance(parts.gateway, Connection) else cast(Gateway, parts.gateway)


def current_gateway() -> Gateway:
    """Give the gateway of the app at work; see `gateway_of`."""
    return gateway_of(current_parts())
