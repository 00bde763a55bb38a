"""What finance looks at: payouts by state, one of them, and the home page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from lms.affiliates.partners.queries import Partner, partner_source
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt
from lms.affiliates.payouts.queries.destinations import Destination, destinations_by_id
from lms.affiliates.payouts.queries.payouts import Payout, PayoutFile, get_payout, list_where, read_file
from lms.affiliates.payouts.rules import AttemptState, PayoutState
from lms.affiliates.tracking.rules import day_start, program_day
from lms.commerce.gateway import queries as gateway
from lms.commerce.ledger import queries as ledger
from lms.commerce.shop import queries as shop
from lms.kernel.work import Read
from lms.people.accounts import queries as accounts
from lms.people.accounts.queries import Person

PAGE = 50
TROUBLED = (PayoutState.FAILED_RETRYABLE, PayoutState.EXPIRED)
"""What waits for finance to send it again; a failure for good is the partner's to solve."""


@dataclass(frozen=True)
class FinancePayout:
    """A line of finance's list."""

    payout: Payout
    partner: Partner
    destination: Destination


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
    failed: Queue
    unknown: int
    surprising: Sequence[str]
    trial: Sequence[ledger.TrialLine]
    sold_today: Sequence[shop.Sales]
    refunds_due: int
    discrepancies: int

    @property
    def is_balanced(self) -> bool:
        """Tell whether debits and credits are equal in every currency."""
        sums: dict[str, int] = {}
        for line in self.trial:
            sums[line.currency] = sums.get(line.currency, 0) + line.debit_minor - line.credit_minor
        return not any(sums.values())


def list_payouts(read: Read, state: str = "", before: int | None = None, limit: int = PAGE) -> list[FinancePayout]:
    """List payouts of a state, or of all, newest first, paged by id."""
    payouts = list_where(read, [PayoutRow.state == state] if state else [], before, limit)
    partners = partners_by_id(read, [one.partner_id for one in payouts])
    destinations = destinations_by_id(read, [one.destination_id for one in payouts]) if payouts else {}
    return [FinancePayout(one, partners[one.partner_id], destinations[one.destination_id]) for one in payouts]


def get_payout_file(read: Read, code: str) -> tuple[PayoutFile, Partner, dict[int, Person]]:
    """Get a payout with its story, its partner, and the people that the page names; NotFound."""
    file = read_file(read, get_payout(read, code))
    partner = partners_by_id(read, [file.payout.partner_id])[file.payout.partner_id]
    named = [partner.person_id] + ([file.payout.decided_by] if file.payout.decided_by else [])
    return file, partner, accounts.list_people(read, named)


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
        .limit(PAGE)
    )
    return Desk(
        to_approve=_queue(read, [PayoutState.REQUESTED]),
        to_send=_queue(read, [PayoutState.APPROVED]),
        on_their_way=_queue(read, [PayoutState.SUBMITTED, PayoutState.AWAITING_RECIPIENT]),
        failed=_queue(read, TROUBLED),
        unknown=int(read.session.scalar(unknown) or 0),
        surprising=list(read.session.scalars(odd)),
        trial=ledger.trial_balance(read),
        sold_today=shop.sales(read, day_start(program_day(read.now)), read.now + timedelta(seconds=1)),
        refunds_due=shop.count_due(read),
        discrepancies=gateway.count_discrepancies(read),
    )


def partners_by_id(read: Read, ids: Sequence[int]) -> dict[int, Partner]:
    """Give partners by id."""
    if not ids:
        return {}
    source = partner_source()
    statement = select(source.c.id, source.c.code, source.c.person_id, source.c.name, source.c.state)
    rows = read.session.execute(statement.where(source.c.id.in_(set(ids))))
    return {row[0]: Partner(*row) for row in rows}


def _queue(read: Read, states: Sequence[PayoutState]) -> Queue:
    statement = (
        select(PayoutRow.currency, func.count(), func.min(PayoutRow.requested_at), func.sum(PayoutRow.gross_minor))
        .where(PayoutRow.state.in_(states))
        .group_by(PayoutRow.currency)
    )
    rows = read.session.execute(statement).all()
    oldest = min((row[2] for row in rows), default=None)
    return Queue(sum(row[1] for row in rows), oldest, {row[0]: int(row[3]) for row in rows})
