"""Holding a payout while its money moves, and what every step shares."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.affiliates.partners.queries import Partner
from lms.affiliates.partners.service import lock_partner
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt, PayoutDestination
from lms.affiliates.payouts.queries import get_payout
from lms.affiliates.payouts.queries.payouts import Payout
from lms.affiliates.payouts.rules import DestinationKind, PayoutState, Split
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger import service as books
from lms.commerce.ledger.rules import Entry
from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.work import Work


@dataclass(frozen=True)
class Held:
    """A payout's row and its partner, both held until the work ends."""

    row: PayoutRow
    partner: Partner

    @property
    def parts(self) -> Split:
        """Give what became of the gross amount at the last send."""
        return Split(self.row.gross_minor, self.row.tax_minor, self.row.fee_minor)


def hold(work: Work, code: str) -> Held:
    """Hold a payout by its code, the partner first; NotFound."""
    return hold_by_id(work, get_payout(work, code).id)


def hold_by_id(work: Work, payout_id: int) -> Held:
    """Hold a payout, the partner first; NotFound."""
    partner_id = work.session.scalar(select(PayoutRow.partner_id).where(PayoutRow.id == payout_id))
    if partner_id is None:
        raise NotFound
    partner = lock_partner(work, partner_id)
    return Held(lock(work, PayoutRow, payout_id), partner)


def last_attempt(work: Work, payout_id: int) -> PayoutAttempt | None:
    """Find the newest send of a payout that is held."""
    statement = select(PayoutAttempt).where(PayoutAttempt.payout_id == payout_id)
    newest = statement.order_by(PayoutAttempt.number.desc()).limit(1)
    return work.session.scalars(newest.execution_options(populate_existing=True)).one_or_none()


def destination_of(work: Work, row: PayoutRow | PayoutAttempt) -> PayoutDestination:
    """Get the destination a payout or one of its sends has."""
    found = work.session.get(PayoutDestination, row.destination_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def kind_of(work: Work, row: PayoutRow | PayoutAttempt) -> DestinationKind:
    """Tell how the money of a payout, or of one of its sends, goes out."""
    return DestinationKind(destination_of(work, row).kind)


def debt_of(work: Work, row: PayoutRow) -> int:
    """Give what the partner owes, minor units; what comes back pays it first."""
    return ledger.wallet(work, row.partner_id, row.currency).debt


def book(work: Work, row: PayoutRow, step: str, entries: list[Entry]) -> bool:
    """Book a step of a payout; the same step once."""
    return books.post(work, f"payout:{row.id}", step, row.currency, entries)


def minimum_minor() -> int:
    """Give the least that is paid out, minor units of any currency."""
    return current_parts().settings.payout_minimum_minor


def seen(work: Work, row: PayoutRow) -> Payout:
    """Write a row and give its value."""
    work.session.flush()
    return get_payout(work, row.code)


def audit(work: Work, row: PayoutRow, act: str, before: str, **more: Any) -> None:
    """Write who moved a payout from which state to which, with the amount."""
    after = {"state": str(row.state), "gross_minor": row.gross_minor, "currency": row.currency, **more}
    work.audit(act, subject=f"payout:{row.code}", before={"state": str(before)}, after=after)


def end(work: Work, row: PayoutRow, state: PayoutState, reason: str = "") -> None:
    """Put a payout into a state that ends it, for now or for good."""
    row.state = state
    row.ended_at = work.now
    row.reason = reason[:300]
    work.session.flush()
