"""Finance decides; never about their own money."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from lms.affiliates.payouts import rules
from lms.affiliates.payouts.errors import PayoutMoved, ReasonMissing
from lms.affiliates.payouts.events import PayoutApproved
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.queries.payouts import Payout
from lms.affiliates.payouts.rules import PayoutState
from lms.affiliates.payouts.service.holding import Held, audit, end, hold, hold_by_id, seen
from lms.affiliates.payouts.service.requesting import release
from lms.affiliates.payouts.service.telling import tell_partner
from lms.kernel.work import Actor, Work


@dataclass(frozen=True)
class Approved:
    """How many payouts were approved, and the codes of those left as they were."""

    count: int
    skipped: list[str]


def approve(work: Work, who: Actor, code: str) -> Payout:
    """Let a payout go; to an account at the gateway it is sent soon, a bank account waits for a bank file.

    Approved already: the same answer. Refuses OwnPayout and PayoutMoved.
    """
    held = hold(work, code)
    rules.refuse_own_payout(who.person_id, held.partner.person_id)
    # A failed one is sent again by `retry`, which sets the money aside anew.
    if held.row.state not in (PayoutState.REQUESTED, PayoutState.APPROVED):
        raise PayoutMoved
    if rules.move(held.row.state, PayoutState.APPROVED):
        _let_go(work, who, held)
    return seen(work, held.row)


def approve_many(work: Work, who: Actor, codes: Iterable[str]) -> Approved:
    """Let many payouts go at once; own ones and those no longer waiting are left as they are."""
    wanted = sorted(set(codes))
    rows = work.session.execute(
        select(PayoutRow.id, PayoutRow.code)
        .where(PayoutRow.code.in_(wanted))
        # Partners are held in one order everywhere, so that two works never wait for each other.
        .order_by(PayoutRow.partner_id, PayoutRow.id)
    ).all()
    done = set()
    for payout_id, code in rows:
        held = hold_by_id(work, payout_id)
        if held.row.state == PayoutState.REQUESTED and held.partner.person_id != who.person_id:
            _let_go(work, who, held)
            done.add(code)
    return Approved(len(done), [code for code in wanted if code not in done])


def reject(work: Work, who: Actor, code: str, reason: str) -> Payout:
    """Refuse a payout with a reason the partner reads; the money is available again, a debt is paid first.

    Refuses ReasonMissing, OwnPayout and, once it is sent, PayoutMoved.
    """
    words = " ".join(reason.split())
    if not words:
        raise ReasonMissing(field="reason")
    held = hold(work, code)
    row = held.row
    rules.refuse_own_payout(who.person_id, held.partner.person_id)
    before = row.state
    if rules.move(row.state, PayoutState.REJECTED):
        release(work, row)
        row.decided_at, row.decided_by = work.now, who.person_id
        end(work, row, PayoutState.REJECTED, words)
        audit(work, row, "payout.rejected", before, reason=row.reason)
        tell_partner(work, row, held.partner, "rejected")
    return seen(work, row)


def _let_go(work: Work, who: Actor, held: Held) -> None:
    row = held.row
    before = row.state
    row.state = PayoutState.APPROVED
    row.decided_at, row.decided_by = work.now, who.person_id
    work.session.flush()
    audit(work, row, "payout.approved", before)
    tell_partner(work, row, held.partner, "approved")
    work.tell(PayoutApproved(happened_at=work.now, payout_id=row.id, partner_id=row.partner_id))
