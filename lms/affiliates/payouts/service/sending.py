"""Sending: each send is an attempt with its own key, frozen before anything leaves the house."""

from datetime import timedelta

from sqlalchemy import select

from lms.affiliates.payouts import rules
from lms.affiliates.payouts.errors import NoDestination, PayoutMoved, WalletLocked
from lms.affiliates.payouts.events import PayoutApproved
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt
from lms.affiliates.payouts.queries import payable_destination
from lms.affiliates.payouts.queries.payouts import Payout
from lms.affiliates.payouts.rules import (
    UNDECIDED,
    Asked,
    AttemptState,
    DestinationKind,
    PayoutState,
    Split,
    attempt_key,
)
from lms.affiliates.payouts.service.holding import (
    Held,
    audit,
    book,
    destination_of,
    hold,
    hold_by_id,
    kind_of,
    last_attempt,
    seen,
)
from lms.commerce.ledger import queries as ledger
from lms.kernel.db import lock
from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, Work

SEND_ERRAND = "payouts.send"
OVERDUE = timedelta(hours=8)
"""After this long without an answer the errand has given up, and the clock asks again."""


def submit(work: Work, who: Actor, code: str) -> Payout:
    """Send an approved payout to its account at the gateway. Sent already: the same answer.

    Refuses PayoutMoved, WalletLocked, and NoDestination when the account takes no money any more.
    """
    held = hold(work, code)
    if rules.move(held.row.state, PayoutState.SUBMITTED):
        before = held.row.state
        if held.partner.is_locked:
            raise WalletLocked
        if kind_of(work, held.row) is not DestinationKind.CONNECT:
            raise PayoutMoved
        if not destination_of(work, held.row).ready:
            raise NoDestination
        _send(work, held)
        audit(work, held.row, "payout.submitted", before)
    return seen(work, held.row)


def submit_approved(work: Work, payout_id: int) -> bool:
    """Send an approved payout if it can be sent now; tell whether it was.

    What cannot (money locked, account not ready, bank account) stays approved and waits.
    """
    held = hold_by_id(work, payout_id)
    if held.row.state != PayoutState.APPROVED or held.partner.is_locked:
        return False
    destination = destination_of(work, held.row)
    if destination.kind != DestinationKind.CONNECT or not destination.ready:
        return False
    _send(work, held)
    return True


def submit_waiting(work: Work, partner_id: int) -> int:
    """Send what waited while a partner's money was locked or the account was not ready; count it."""
    waiting = select(PayoutRow.id).where(PayoutRow.partner_id == partner_id, PayoutRow.state == PayoutState.APPROVED)
    return sum(submit_approved(work, id_) for id_ in work.session.scalars(waiting.order_by(PayoutRow.id)).all())


def next_split(row: PayoutRow) -> Split:
    """Say what the next send of a payout takes off; no tax is withheld by the engine `none`."""
    return rules.split(row.gross_minor, 0, current_parts().settings.payout_fee_minor)


def begin_attempt(work: Work, held: Held, batch_id: int | None = None) -> PayoutAttempt:
    """Freeze the next send of an approved payout and book it on its way: tax and fee are taken off now."""
    row = held.row
    last = last_attempt(work, row.id)
    rules.require_known(last.state if last else None)
    number = last.number + 1 if last else 1
    parts = next_split(row)
    row.tax_minor, row.fee_minor, row.net_minor = parts.tax_minor, parts.fee_minor, parts.net_minor
    row.state = PayoutState.SUBMITTED
    row.submitted_at = work.now
    destination = destination_of(work, row)
    attempt = work.add(
        PayoutAttempt(
            payout_id=row.id,
            number=number,
            key=attempt_key(row.code, number),
            destination_id=destination.id,
            destination=destination.account_id or destination.hint,
            batch_id=batch_id,
            net_minor=parts.net_minor,
            state=AttemptState.SENDING,
            made_at=work.now,
            provider_id="",
            error="",
        )
    )
    book(work, row, f"submitted:{number}", rules.submitted(row.partner_id, parts))
    return attempt


def retry(work: Work, who: Actor, code: str) -> Payout:
    """Send a failed or expired payout again, as the next attempt, to where the partner's money goes now.

    Refuses OutcomeUnknown while the last send may still have happened, OwnPayout, PayoutMoved, and what
    `request` refuses of a wallet.
    """
    held = hold(work, code)
    row = held.row
    rules.refuse_own_payout(who.person_id, held.partner.person_id)
    last = last_attempt(work, row.id)
    rules.require_known(last.state if last else None)
    if row.state == PayoutState.REQUESTED or not rules.move(row.state, PayoutState.APPROVED) or last is None:
        raise PayoutMoved
    _require_covered(work, held)
    before = row.state
    row.state = PayoutState.APPROVED
    row.decided_at, row.decided_by, row.ended_at, row.reason = work.now, who.person_id, None, ""
    book(work, row, f"retried:{last.number + 1}", rules.requested(row.partner_id, row.gross_minor))
    audit(work, row, "payout.retried", before)
    work.tell(PayoutApproved(happened_at=work.now, payout_id=row.id, partner_id=row.partner_id))
    return seen(work, row)


def ask_again(work: Work, who: Actor, code: str) -> bool:
    """Ask the gateway once more how the last send ended; tell whether there is anything to ask."""
    held = hold(work, code)
    last = last_attempt(work, held.row.id)
    if last is None or last.batch_id is not None or last.state not in UNDECIDED:
        return False
    audit(work, held.row, "payout.asked_again", held.row.state)
    _ask(work, last, f"{work.now:%Y%m%d%H%M%S}")
    return True


def ask_overdue(work: Work) -> None:
    """Ask again about sends that nobody has heard of for long."""
    overdue = select(PayoutAttempt).where(
        PayoutAttempt.state.in_(UNDECIDED),
        PayoutAttempt.batch_id.is_(None),
        PayoutAttempt.made_at <= work.now - OVERDUE,
    )
    for attempt in work.session.scalars(overdue.order_by(PayoutAttempt.id).limit(100)):
        _ask(work, attempt, f"{work.now:%Y%m%d%H}")


def note_unknown(work: Work, attempt_id: int) -> None:
    """Let it be seen that a send had no answer."""
    attempt = lock(work, PayoutAttempt, attempt_id)
    if attempt.state == AttemptState.SENDING:
        attempt.state = AttemptState.UNKNOWN
        work.session.flush()


def _send(work: Work, held: Held) -> None:
    attempt = begin_attempt(work, held)
    work.errand(SEND_ERRAND, key=attempt.key, payload={"attempt_id": attempt.id})


def _ask(work: Work, attempt: PayoutAttempt, when: str) -> None:
    # The gateway is always given the attempt's own key; this one only tells two askings apart.
    work.errand(SEND_ERRAND, key=f"{attempt.key}:asked:{when}", payload={"attempt_id": attempt.id})


def _require_covered(work: Work, held: Held) -> None:
    row = held.row
    wallet = ledger.wallet(work, row.partner_id, row.currency)
    destination = payable_destination(work, row.partner_id)
    covered = Asked(
        row.gross_minor, row.currency, wallet.available, wallet.debt, 0, held.partner.is_locked, destination is not None
    )
    rules.require_payable(covered)
    row.destination_id = destination.id if destination else row.destination_id
