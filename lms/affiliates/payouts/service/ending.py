"""How a send ends: paid out, failed, or come back. Each is booked once, whoever says it and how often."""

from lms.affiliates.payouts import rules
from lms.affiliates.payouts.errors import PayoutMoved, ReasonMissing
from lms.affiliates.payouts.models import PayoutAttempt
from lms.affiliates.payouts.queries.payouts import Payout
from lms.affiliates.payouts.rules import UNDECIDED, AttemptState, DestinationKind, PayoutState
from lms.affiliates.payouts.service.destinations import close_account
from lms.affiliates.payouts.service.holding import (
    Held,
    audit,
    book,
    debt_of,
    end,
    hold,
    hold_by_id,
    kind_of,
    last_attempt,
    seen,
)
from lms.affiliates.payouts.service.telling import tell_partner
from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work


def settle(work: Work, attempt_id: int, provider_id: str = "") -> bool:
    """Note that a send arrived; tell whether that is news. `provider_id` is the gateway's name for it.

    A send that had failed and arrived all the same is marked for finance: nothing is booked twice.
    """
    held, attempt = _hold_attempt(work, attempt_id)
    attempt.provider_id = provider_id or attempt.provider_id
    if attempt.state not in UNDECIDED:
        if attempt.state == AttemptState.FAILED:
            attempt.error = "arrived_after_failing"
            work.session.flush()
        return False
    attempt.state = AttemptState.SENT
    attempt.ended_at = work.now
    book(
        work, held.row, f"settled:{attempt.number}", rules.settled(held.partner.id, held.parts, kind_of(work, attempt))
    )
    end(work, held.row, PayoutState.SETTLED)
    tell_partner(work, held.row, held.partner, "paid", attempt.number)
    return True


def fail(work: Work, attempt_id: int, refusal: str, state: PayoutState | None = None) -> bool:
    """Note that a send did not happen: the money is back, a debt is paid first; tell whether that is news.

    `refusal` is the gateway's word or the bank's reason; `state` is read from the gateway's word if not given.
    An account that was refused for good takes no more money.
    """
    held, attempt = _hold_attempt(work, attempt_id)
    if attempt.state not in UNDECIDED:
        return False
    to = state or rules.failure_state(refusal)
    attempt.state = AttemptState.FAILED
    attempt.error = refusal[:300]
    attempt.ended_at = work.now
    debt = debt_of(work, held.row)
    book(work, held.row, f"failed:{attempt.number}", rules.failed(held.partner.id, held.parts, debt))
    end(work, held.row, to, refusal)
    if to is PayoutState.FAILED_TERMINAL:
        close_account(work, attempt.destination_id)
    tell_partner(work, held.row, held.partner, "failed_terminal" if _is_final(to) else "failed", attempt.number)
    return True


def give_back(work: Work, attempt_id: int, reason: str) -> bool:
    """Note that what had arrived came back: the wallet has it again, a debt first; tell whether that is news."""
    held, attempt = _hold_attempt(work, attempt_id)
    if attempt.state != AttemptState.SENT or held.row.state != PayoutState.SETTLED:
        return False
    attempt.state = AttemptState.RETURNED
    attempt.error = reason[:300]
    attempt.ended_at = work.now
    kind = kind_of(work, attempt)
    entries = rules.returned(held.partner.id, held.parts, debt_of(work, held.row), kind)
    book(work, held.row, f"returned:{attempt.number}", entries)
    end(work, held.row, PayoutState.RETURNED, reason)
    tell_partner(work, held.row, held.partner, "returned", attempt.number)
    return True


def take_back(work: Work, who: Actor, code: str, reason: str) -> Payout:
    """Note by hand that a bank sent a payment back, as its statement shows.

    Refuses ReasonMissing, OwnPayout, and PayoutMoved for what was not paid out through a bank.
    """
    words = " ".join(reason.split())
    if not words:
        raise ReasonMissing(field="reason")
    held = hold(work, code)
    rules.refuse_own_payout(who.person_id, held.partner.person_id)
    before = held.row.state
    last = last_attempt(work, held.row.id)
    if last is None or kind_of(work, last) is not DestinationKind.BANK or before != PayoutState.SETTLED:
        raise PayoutMoved
    give_back(work, last.id, words)
    audit(work, held.row, "payout.returned", before, reason=words)
    return seen(work, held.row)


def note_partly_reversed(work: Work, attempt_id: int, reversed_minor: int) -> None:
    """Mark a transfer of which a part came back: only people can say what that means."""
    _, attempt = _hold_attempt(work, attempt_id)
    if attempt.state == AttemptState.SENT:
        attempt.error = f"partly_reversed:{reversed_minor}"
        work.session.flush()


def _hold_attempt(work: Work, attempt_id: int) -> tuple[Held, PayoutAttempt]:
    found = work.session.get(PayoutAttempt, attempt_id)
    if found is None:
        raise NotFound
    held = hold_by_id(work, found.payout_id)
    return held, lock(work, PayoutAttempt, attempt_id)


def _is_final(state: PayoutState) -> bool:
    return state is PayoutState.FAILED_TERMINAL
