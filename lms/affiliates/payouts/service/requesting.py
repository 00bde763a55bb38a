"""Asking for a payout, and thinking better of it."""

from sqlalchemy import select

from lms.affiliates.partners.queries import Partner, require_partner
from lms.affiliates.partners.service import lock_partner
from lms.affiliates.payouts import rules
from lms.affiliates.payouts.errors import NoDestination, RequestDiffers
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.queries import payable_destination
from lms.affiliates.payouts.queries.payouts import Payout
from lms.affiliates.payouts.rules import Asked, PayoutState
from lms.affiliates.payouts.service.holding import book, debt_of, end, hold, minimum_minor, seen
from lms.commerce.ledger import queries as ledger
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work


def request(work: Work, who: Actor, amount_minor: int, currency: str, client_key: str) -> Payout:
    """Ask for an amount of the acting partner's; it is set aside at once. The same key gives the same payout.

    Refuses WalletLocked, InDebt, BelowMinimum, AboveAvailable, NoDestination, and RequestDiffers when the
    key was used for another amount.
    """
    partner = lock_partner(work, require_partner(work, who).id)
    before = _same(work, partner.id, client_key)
    if before is not None:
        if (before.gross_minor, before.currency) != (amount_minor, currency):
            raise RequestDiffers
        return seen(work, before)
    destination_id = _require_payable(work, partner, amount_minor, currency)
    row = work.add(
        PayoutRow(
            code=work.new_code(),
            partner_id=partner.id,
            currency=currency,
            gross_minor=amount_minor,
            net_minor=amount_minor,
            tax_minor=0,
            fee_minor=0,
            state=PayoutState.REQUESTED,
            client_key=client_key,
            destination_id=destination_id,
            requested_at=work.now,
            reason="",
        )
    )
    book(work, row, "requested", rules.requested(partner.id, amount_minor))
    return seen(work, row)


def cancel(work: Work, who: Actor, code: str) -> Payout:
    """Take back one's own request before it is sent; the money is available again, a debt is paid first.

    Canceled already: the same answer. NotFound for anybody else's, PayoutMoved once it is sent.
    """
    partner = require_partner(work, who)
    held = hold(work, code)
    if held.row.partner_id != partner.id:
        raise NotFound
    if rules.move(held.row.state, PayoutState.CANCELED):
        release(work, held.row)
        end(work, held.row, PayoutState.CANCELED)
    return seen(work, held.row)


def release(work: Work, row: PayoutRow) -> None:
    """Give back what was set aside for a payout that will not be sent."""
    book(work, row, "canceled", rules.canceled(row.partner_id, row.gross_minor, debt_of(work, row)))


def _same(work: Work, partner_id: int, client_key: str) -> PayoutRow | None:
    return work.session.scalars(
        select(PayoutRow).where(PayoutRow.partner_id == partner_id, PayoutRow.client_key == client_key)
    ).one_or_none()


def _require_payable(work: Work, partner: Partner, amount_minor: int, currency: str) -> int:
    """Refuse what cannot be paid out now; give the id of the destination it would go to."""
    wallet = ledger.wallet(work, partner.id, currency)
    found = payable_destination(work, partner.id)
    asked = Asked(
        amount_minor, currency, wallet.available, wallet.debt, minimum_minor(), partner.is_locked, found is not None
    )
    rules.require_payable(asked)
    if found is None:
        raise NoDestination
    return found.id
