"""A partner's purse as the next move of their money will find it."""

from dataclasses import dataclass

from sqlalchemy import case, func, select

from lms.affiliates.commissions.models import Commission
from lms.affiliates.commissions.rules import LineState, Purse
from lms.affiliates.partners.queries import Partner
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.work import Read


@dataclass(frozen=True)
class PurseParts:
    """What the lines say of a partner's money: worth and locked by disputes before release, locked after it."""

    held_minor: int
    held_locked_minor: int
    released_locked_minor: int

    @property
    def locked_minor(self) -> int:
        """Give what disputes keep in all."""
        return self.held_locked_minor + self.released_locked_minor


def look_at_purse(read: Read, partner: Partner, currency: str) -> Purse:
    """Give a partner's purse in one currency; under the partner's lock it is what a decision may rest on."""
    return purse_of(partner, ledger.wallet(read, partner.id, currency), parts_of(read, partner.id, currency))


def purse_of(partner: Partner, wallet: Wallet, parts: PurseParts) -> Purse:
    """Read the purse from the books and the lines, also while they do not show a lock or its end yet."""
    spendable = wallet.available
    if partner.is_locked or wallet.locked != parts.locked_minor:
        everything = wallet.locked + wallet.held + wallet.available
        spendable = everything - parts.held_minor - parts.released_locked_minor
    return Purse(partner.id, partner.is_locked, spendable, wallet.debt)


def parts_of(read: Read, partner_id: int, currency: str) -> PurseParts:
    """Sum up a partner's lines in one currency; one statement."""
    held = Commission.state == LineState.HELD
    sums = (
        func.coalesce(func.sum(case((held, Commission.live_minor), else_=0)), 0),
        func.coalesce(func.sum(case((held, Commission.locked_minor), else_=0)), 0),
        func.coalesce(func.sum(case((held, 0), else_=Commission.locked_minor)), 0),
    )
    row = read.session.execute(
        select(*sums).where(
            Commission.partner_id == partner_id,
            Commission.currency == currency,
            held | (Commission.locked_minor > 0),
        )
    ).one()
    return PurseParts(*(int(value) for value in row))
