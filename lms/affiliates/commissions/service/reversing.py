"""Taking back: refunds and disputes of orders, in any order and however often they are told."""

import structlog
from sqlalchemy import select

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.models import Accrual, AccrualChange, Commission, CommissionReversal
from lms.affiliates.commissions.rules import EXPENSES, Cause, ChangeState, LineKind, Outcome
from lms.affiliates.commissions.service import telling
from lms.affiliates.commissions.service.orders import held_lines, hold_order, list_changes, note_change, open_disputes
from lms.affiliates.commissions.service.purses import HeldPurse, book, standing
from lms.affiliates.commissions.service.releasing import release_line
from lms.kernel.work import Work

log = structlog.get_logger("commissions")


def claw_back(work: Work, order_id: int, refund_id: int, amount_minor: int) -> None:
    """Take back an order's commissions in proportion to a refund; told twice, once.

    Before the payment is known the refund is kept for later. A refund that makes the sum greater than what was
    paid is refused: nothing is posted and finance is told.
    """
    order = hold_order(work, order_id)
    if not note_change(work, order, Cause.REFUND, refund_id, amount_minor, ChangeState.TAKEN):
        return
    if order.outcome != Outcome.WAITING:
        take_refund(work, order, _change(work, order, Cause.REFUND, refund_id))


def take_refund(work: Work, order: Accrual, change: AccrualChange) -> None:
    """Apply a refund that is noted to an order that is paid. After a lost dispute it changes nothing."""
    if order.lost:
        return
    before, net = order.refunded_minor, order.net_minor or 0
    if before + change.amount_minor > net:
        change.state = ChangeState.REFUSED
        work.session.flush()
        _alert(work, order, change)
        return
    order.refunded_minor = before + change.amount_minor
    work.session.flush()
    if not net:
        return
    for held, line in held_lines(work, order):
        amount = line.live_minor - rules.live(line.amount_minor, net, order.refunded_minor)
        _reduce(work, held, line, amount, Cause.REFUND, change.cause_id)


def open_dispute(work: Work, order_id: int, dispute_id: int, amount_minor: int) -> None:
    """Lock what an order's lines are worth while the buyer's bank decides; told twice or too late, nothing."""
    order = hold_order(work, order_id)
    if not note_change(work, order, Cause.DISPUTE, dispute_id, amount_minor, ChangeState.OPEN):
        return
    if order.outcome != Outcome.WAITING and not order.lost and len(open_disputes(list_changes(work, order))) == 1:
        lock_lines(work, order, dispute_id)


def close_dispute(work: Work, order_id: int, dispute_id: int, amount_minor: int, won: bool) -> None:
    """Take the bank's decision: won frees the lines unless another dispute is open, lost takes them back.

    The first decision on a dispute counts; it may become known before the dispute itself.
    """
    order = hold_order(work, order_id)
    state = ChangeState.WON if won else ChangeState.LOST
    if not note_change(work, order, Cause.DISPUTE, dispute_id, amount_minor, state):
        change = _change(work, order, Cause.DISPUTE, dispute_id)
        if change.state != ChangeState.OPEN:
            return
        change.state = state
        work.session.flush()
    if order.outcome == Outcome.WAITING or order.lost:
        return
    if not won:
        lose(work, order, dispute_id)
    elif not open_disputes(list_changes(work, order)):
        _free_lines(work, order, dispute_id)


def lock_lines(work: Work, order: Accrual, dispute_id: int) -> None:
    """Lock what is left of an order's lines."""
    for held, line in held_lines(work, order):
        if line.live_minor == 0:
            continue
        book(work, held, line, f"dispute:{dispute_id}:locked", rules.lock_line(held.purse, standing(line)))
        telling.disputed(work, held.partner, order, line)


def lose(work: Work, order: Accrual, dispute_id: int) -> None:
    """Take back all that is left of an order's lines, once and for good."""
    order.lost = True
    work.session.flush()
    for held, line in held_lines(work, order):
        _reduce(work, held, line, line.live_minor, Cause.DISPUTE, dispute_id)


def _free_lines(work: Work, order: Accrual, dispute_id: int) -> None:
    for held, line in held_lines(work, order):
        if line.locked_minor:
            book(work, held, line, f"dispute:{dispute_id}:won", rules.free_line(held.purse, standing(line)))
        if line.live_minor:
            telling.dispute_won(work, held.partner, order, line)
            release_line(work, held, line)


def _reduce(work: Work, held: HeldPurse, line: Commission, amount_minor: int, cause: Cause, cause_id: int) -> None:
    if amount_minor == 0:
        return
    step = f"refund:{cause_id}" if cause == Cause.REFUND else f"dispute:{cause_id}:lost"
    debt = held.purse.debt_minor
    expense = EXPENSES[LineKind(line.kind)]
    book(work, held, line, step, rules.take_back(held.purse, standing(line), amount_minor, expense))
    row = CommissionReversal(
        commission_id=line.id, cause=cause.value, cause_id=cause_id, amount_minor=amount_minor, at=work.now
    )
    work.add(row)
    telling.moved(work, line, -amount_minor)
    telling.taken_back(work, held.partner, line, row, held.purse.debt_minor - debt)


def _change(work: Work, order: Accrual, cause: Cause, cause_id: int) -> AccrualChange:
    wanted = (AccrualChange.accrual_id == order.id, AccrualChange.cause == cause, AccrualChange.cause_id == cause_id)
    return work.session.scalars(select(AccrualChange).where(*wanted)).one()


def _alert(work: Work, order: Accrual, change: AccrualChange) -> None:
    seen = {"amount_minor": change.amount_minor, "refunded_minor": order.refunded_minor, "net_minor": order.net_minor}
    log.error("commission.refund_refused", order=order.order_code, **seen)
    work.audit("commission.refund_refused", subject=f"order:{order.order_code}", before=seen)
    telling.refund_refused(work, order, change)
