"""Earning: an order was paid."""

from dataclasses import dataclass
from typing import Any

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.models import Accrual, Commission
from lms.affiliates.commissions.queries import InForce, plan_for
from lms.affiliates.commissions.rules import EXPENSES, Cause, ChangeState, LineKind, LineState, Outcome
from lms.affiliates.commissions.service import telling
from lms.affiliates.commissions.service.orders import hold_order, list_changes, open_disputes
from lms.affiliates.commissions.service.purses import HeldPurse, book, hold_purse
from lms.affiliates.commissions.service.reversing import lock_lines, lose, take_refund
from lms.affiliates.partners.queries import Partner, find_partner_by_id
from lms.commerce.shop.events import OrderPaid
from lms.kernel.work import Work


@dataclass(frozen=True)
class _Decision:
    """Who earns on an order, by what and how much; or why nobody does."""

    outcome: Outcome
    partner: Partner | None = None
    plan: InForce | None = None
    amount_minor: int = 0


def accrue(work: Work, paid: OrderPaid) -> Outcome:
    """Book what an order's partner earned, by the version in force when it was paid; told twice, once.

    Refunds and disputes that became known before are taken in afterwards. Gives what came of it.
    """
    order = hold_order(work, paid.order_id)
    if order.outcome != Outcome.WAITING:
        return Outcome(order.outcome)
    decision = _decide(work, paid)
    # Before the row names the partner: a foreign key shares the partner's row, and two works that share it
    # cannot both go on to hold it.
    held = hold_purse(work, decision.partner.id, paid.currency) if decision.partner else None
    order.outcome = decision.outcome
    order.partner_id = decision.partner.id if decision.partner else None
    order.plan_version_id = decision.plan.version.id if decision.plan else None
    order.order_code = paid.order_code
    order.cohort_id = paid.cohort_id
    order.referral = paid.referral or {}
    order.link_id = order.referral.get("link_id")
    order.net_minor = paid.net_minor
    order.currency = paid.currency
    order.paid_at = paid.paid_at
    order.refund_until = paid.refund_until
    work.session.flush()
    if held is not None and decision.plan is not None and decision.outcome == Outcome.EARNED:
        _earn(work, order, held, decision.plan, decision.amount_minor)
    _catch_up(work, order)
    return decision.outcome


def _decide(work: Work, paid: OrderPaid) -> _Decision:
    referral = paid.referral or {}
    partner_id = referral.get("partner_id")
    partner = find_partner_by_id(work, partner_id) if isinstance(partner_id, int) else None
    if partner is None:
        return _Decision(Outcome.SELF if referral.get("self") else Outcome.NOBODY)
    if partner.person_id == paid.buyer_id:
        return _Decision(Outcome.SELF, partner)
    if paid.net_minor == 0:
        return _Decision(Outcome.ZERO_BASE, partner)
    plan = plan_for(work, paid.camp_id, partner.group_id, paid.paid_at)
    if plan is None:
        return _Decision(Outcome.NO_PLAN, partner)
    amount = rules.capped(rules.pay(paid.net_minor, plan.terms), paid.net_minor, plan.terms)
    return _Decision(Outcome.EARNED if amount else Outcome.TOO_SMALL, partner, plan, amount)


def _earn(work: Work, order: Accrual, held: HeldPurse, plan: InForce, amount_minor: int) -> None:
    line = work.add(_line(work, order, held.partner, plan, amount_minor))
    book(work, held, line, "accrued", rules.accrue(held.purse, amount_minor, EXPENSES[LineKind.BASE]))
    telling.moved(work, line, amount_minor)
    telling.earned(work, held.partner, order, line)


def _line(work: Work, order: Accrual, partner: Partner, plan: InForce, amount_minor: int) -> Commission:
    paid_at, net = order.paid_at, order.net_minor
    if paid_at is None or net is None:
        raise ValueError("an order that is not paid earns nothing")
    terms = plan.terms
    there = rules.available_at(paid_at, order.refund_until, terms, rules.read_calendar(terms.calendar))
    workings: dict[str, Any] = {
        "percent_bps": terms.percent_bps,
        "pay_minor": rules.pay(net, terms),
        "cap_bps": terms.cap_bps,
        "cap_minor": rules.room(net, terms),
        "counted_from": there.counted_from.isoformat(),
        "business_days": [day.isoformat() for day in there.business_days],
    }
    return Commission(
        code=work.new_code(),
        accrual_id=order.id,
        order_id=order.order_id,
        partner_id=partner.id,
        kind=LineKind.BASE,
        step=0,
        plan_version_id=plan.version.id,
        base_minor=net,
        amount_minor=amount_minor,
        currency=order.currency,
        state=LineState.HELD,
        live_minor=amount_minor,
        locked_minor=0,
        paid_at=paid_at,
        observed_until=there.observed_until,
        available_at=there.at,
        estimate=there.estimate,
        workings=workings,
        created_at=work.now,
    )


def _catch_up(work: Work, order: Accrual) -> None:
    """Take in what was parked: refunds first, then the disputes."""
    changes = list_changes(work, order)
    for change in changes:
        if change.cause == Cause.REFUND:
            take_refund(work, order, change)
    lost = [change for change in changes if change.state == ChangeState.LOST]
    if lost:
        lose(work, order, lost[0].cause_id)
    elif open_disputes(changes):
        lock_lines(work, order, open_disputes(changes)[0].cause_id)
