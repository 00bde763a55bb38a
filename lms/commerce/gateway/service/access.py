"""The gateway that `app.py` plugged in, typed."""

from typing import cast

from lms.commerce.gateway.errors import GatewayNotSetUp
from lms.commerce.gateway.rules import Gateway
from lms.kernel.parts import Parts, current_parts


def gateway_of(parts: Parts) -> Gateway:
    """Give the gateway of some parts, for errands; GatewayNotSetUp when there is none.

    Never call it inside a work: a call may take ten seconds.
    """
    if parts.gateway is None:
        raise GatewayNotSetUp
    return cast(Gateway, parts.gateway)


def current_gateway() -> Gateway:
    """Give the gateway of the app at work; see `gateway_of`."""
    return gateway_of(current_parts())
