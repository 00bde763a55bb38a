"""What finance looks at: payouts by state, one of them, and the home page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt, PayoutDestination
from lms.affiliates.payouts.queries.listing import partners_by_id
from lms.affiliates.payouts.queries.payouts import PayoutFile, get_payout, read_file
from lms.affiliates.payouts.rules import ARRIVES_WITHIN, AttemptState, PayoutState
from lms.affiliates.tracking.rules import day_start, program_day
from lms.commerce.gateway import queries as gateway
from lms.commerce.ledger import queries as ledger
from lms.commerce.shop import queries as shop
from lms.kernel.work import Read
from lms.people.accounts import queries as accounts
from lms.people.accounts.queries import Person

_MOST_ODD = 50
ON_THEIR_WAY = (PayoutState.SUBMITTED, PayoutState.AWAITING_RECIPIENT)
TROUBLED = (PayoutState.FAILED_RETRYABLE, PayoutState.EXPIRED)
"""What waits for finance to send it again; a failure for good is the partner's to solve."""


@dataclass(frozen=True)
class Queue:
    """Payouts that wait for something: how many, since when, and how much by currency (minor units)."""

    count: int
    oldest_at: datetime | None
    sums: dict[str, int]


@dataclass(frozen=True)
class Desk:
    """Finance's home."""

    to_approve: Queue
    to_send: Queue
    on_their_way: Queue
    overdue: int
    failed: Queue
    unknown: int
    surprising: Sequence[str]
    trial: Sequence[ledger.TrialLine]
    sold_today: Sequence[shop.Sales]
    refunds_due: int
    disputes: tuple[int, datetime | None]
    discrepancies: int

    @property
    def is_balanced(self) -> bool:
        """Tell whether debits and credits are equal in every currency."""
        sums: dict[str, int] = {}
        for line in self.trial:
            sums[line.currency] = sums.get(line.currency, 0) + line.debit_minor - line.credit_minor
        return not any(sums.values())


def get_payout_file(read: Read, code: str) -> tuple[PayoutFile, Partner, dict[int, Person]]:
    """Get a payout with its story, its partner, and the people that the page names; NotFound."""
    file = read_file(read, get_payout(read, code))
    partner = partners_by_id(read, [file.payout.partner_id])[file.payout.partner_id]
    decided = [file.payout.decided_by, *(step.by for step in file.steps)]
    return file, partner, accounts.list_people(read, [partner.person_id, *(by for by in decided if by is not None)])


def count_by_state(read: Read) -> dict[str, int]:
    """Count payouts per state; every state is there."""
    rows = read.session.execute(select(PayoutRow.state, func.count()).group_by(PayoutRow.state))
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    return {state.value: counted.get(state.value, 0) for state in PayoutState}


def count_to_approve(read: Read) -> tuple[int, datetime | None]:
    """Count the payouts that wait for approval, with the moment of the oldest."""
    queue = _queue(read, [PayoutState.REQUESTED])
    return queue.count, queue.oldest_at


def look_at_desk(read: Read) -> Desk:
    """Look at what waits for finance and whether the books are equal."""
    unknown = select(func.count()).where(PayoutAttempt.state == AttemptState.UNKNOWN)
    odd = (
        select(PayoutRow.code)
        .join(PayoutAttempt, PayoutAttempt.payout_id == PayoutRow.id)
        .where(
            PayoutAttempt.error != "",
            or_(PayoutAttempt.state == AttemptState.SENT, PayoutAttempt.provider_id != ""),
            PayoutAttempt.state != AttemptState.RETURNED,
        )
        .distinct()
        .limit(_MOST_ODD)
    )
    return Desk(
        to_approve=_queue(read, [PayoutState.REQUESTED]),
        to_send=_queue(read, [PayoutState.APPROVED]),
        on_their_way=_queue(read, ON_THEIR_WAY),
        overdue=_count_overdue(read),
        failed=_queue(read, TROUBLED),
        unknown=int(read.session.scalar(unknown) or 0),
        surprising=list(read.session.scalars(odd)),
        trial=ledger.trial_balance(read),
        sold_today=shop.sales(read, day_start(program_day(read.now)), read.now + timedelta(seconds=1)),
        refunds_due=shop.count_due(read),
        disputes=shop.count_open_disputes(read),
        discrepancies=gateway.count_discrepancies(read),
    )


def _count_overdue(read: Read) -> int:
    late = [
        (PayoutDestination.kind == kind) & (PayoutRow.submitted_at < read.now - within)
        for kind, within in ARRIVES_WITHIN.items()
    ]
    statement = select(func.count(PayoutRow.id)).join(
        PayoutDestination, PayoutDestination.id == PayoutRow.destination_id
    )
    return int(read.session.scalar(statement.where(PayoutRow.state.in_(ON_THEIR_WAY), or_(*late))) or 0)


def _queue(read: Read, states: Sequence[PayoutState]) -> Queue:
    statement = (
        select(PayoutRow.currency, func.count(), func.min(PayoutRow.requested_at), func.sum(PayoutRow.gross_minor))
        .where(PayoutRow.state.in_(states))
        .group_by(PayoutRow.currency)
    )
    rows = read.session.execute(statement).all()
    oldest = min((row[2] for row in rows), default=None)
    return Queue(sum(row[1] for row in rows), oldest, {row[0]: int(row[3]) for row in rows})
