"""What payouts hear: the gateway's accounts and transfers, approvals of their own, and money that is free again."""

from sqlalchemy import select

from lms.affiliates.partners.events import PartnerUnlocked
from lms.affiliates.payouts import service
from lms.affiliates.payouts.events import PayoutApproved
from lms.affiliates.payouts.models import PayoutAttempt, PayoutDestination
from lms.commerce.gateway.events import AccountMoved, TransferMoved
from lms.commerce.gateway.rules import ConnectedAccount
from lms.kernel.work import Work

_REVERSED = "reversed"


def on_payout_approved(work: Work, event: PayoutApproved) -> None:
    """Send what goes to an account at the gateway; what cannot be sent now waits."""
    service.submit_approved(work, event.payout_id)


def on_partner_unlocked(work: Work, event: PartnerUnlocked) -> None:
    """Send what waited while the partner's money stood still."""
    service.submit_waiting(work, event.partner_id)


def on_account_moved(work: Work, event: AccountMoved) -> None:
    """Note whether an account takes money; payouts that waited for it are sent."""
    account = ConnectedAccount(event.account_id, event.details_submitted, event.payouts_enabled)
    if not service.note_account(work, account):
        return
    owner = select(PayoutDestination.partner_id).where(PayoutDestination.account_id == event.account_id)
    service.submit_waiting(work, work.session.scalars(owner).one())


def on_transfer_moved(work: Work, event: TransferMoved) -> None:
    """Settle a send that arrived, also when its own answer was lost; take back what came back in full."""
    found = select(PayoutAttempt.id).where(PayoutAttempt.key == event.reference)
    attempt_id = work.session.scalar(found)
    if attempt_id is not None:
        note_transfer(work, attempt_id, event.transfer_id, event.amount_minor, event.reversed_minor)


def note_transfer(work: Work, attempt_id: int, transfer_id: str, amount_minor: int, reversed_minor: int) -> None:
    """Note a transfer as the gateway has it now; twice is once."""
    service.settle(work, attempt_id, transfer_id)
    if reversed_minor >= amount_minor:
        service.give_back(work, attempt_id, _REVERSED)
    elif reversed_minor:
        service.note_partly_reversed(work, attempt_id, reversed_minor)
