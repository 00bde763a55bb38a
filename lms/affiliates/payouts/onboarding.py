"""A partner's account at the gateway: a call between two works, harmless to repeat."""

from lms.affiliates.partners.queries import require_partner
from lms.affiliates.payouts import service
from lms.affiliates.payouts.errors import GatewayDeclined, GatewaySilent, NoDestination
from lms.affiliates.payouts.queries import connect_destination
from lms.commerce.gateway.rules import GatewayRefused, GatewayUnreachable
from lms.commerce.gateway.service import current_gateway
from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, begin_read, begin_work

_PLACE = "/partner/wallet/destination"


def open_account(who: Actor, country: str) -> None:
    """Open the acting partner's account at the gateway, or take up the one begun before.

    Refuses GatewaySilent, GatewayDeclined.
    """
    with begin_work() as work:
        wanted = service.begin_account(work, who, country)
    gateway = current_gateway()
    try:
        if wanted.account_id is None:
            account = gateway.open_account(wanted.key, wanted.email, wanted.country)
        else:
            account = gateway.get_account(wanted.account_id)
    except GatewayUnreachable:
        raise GatewaySilent from None
    except GatewayRefused:
        raise GatewayDeclined from None
    with begin_work() as work:
        service.note_account(work, account, wanted.destination_id)


def onboarding_url(who: Actor) -> str:
    """Give a fresh address where the partner tells the gateway who they are; refuses NoDestination too."""
    account_id = _account_id(who)
    site = current_parts().settings.public_url
    try:
        return current_gateway().account_link(account_id, f"{site}{_PLACE}/onboarding", f"{site}{_PLACE}/return")
    except GatewayUnreachable:
        raise GatewaySilent from None
    except GatewayRefused:
        raise GatewayDeclined from None


def refresh_account(who: Actor) -> None:
    """Ask the gateway how far the acting partner's account is; refuses GatewaySilent."""
    account_id = _account_id(who)
    try:
        account = current_gateway().get_account(account_id)
    except (GatewayUnreachable, GatewayRefused):
        raise GatewaySilent from None
    with begin_work() as work:
        service.note_account(work, account)


def _account_id(who: Actor) -> str:
    read = begin_read()
    found = connect_destination(read, require_partner(read, who).id)
    if found is None or found.account_id is None:
        raise NoDestination
    return found.account_id
