"""What the rooms of money hold for the sweep of bad input: something of everything, and their forms filled in well."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from lms.affiliates.commissions import service as commissions
from lms.affiliates.commissions.models import Commission
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.payouts import service as payouts
from lms.affiliates.payouts.rules import check_bank_details
from lms.commerce.gateway.models import GatewayNotice
from lms.commerce.gateway.notices import notice_of
from lms.commerce.gateway.service import receive
from lms.commerce.shop import service as shop
from lms.commerce.shop.queries import Order
from lms.commerce.shop.rules import CouponTerms
from lms.kernel.work import Actor, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person, roles_of
from tests.commerce.gateway import telling
from tests.factories.accounts import make_people
from tests.factories.commissions import Sale, make_sale, make_standard_plan
from tests.factories.enrollments import student_actor
from tests.factories.payouts import CARD, ask, earn, make_earner
from tests.factories.shop import confirmed, make_paid_cohort
from tests.fake_gateway import FakeGateway
from tests.flows.bad_input import MARKUP, Place, fields_of
from tests.flows.bad_input_console import console_codes_of, console_fields_of


def make_money(work: Work, place: Place, gate: FakeGateway) -> dict[str, str]:
    """Set up sales, lines and payouts in every state that has a form; gives their codes for the place."""
    who = Actor(place.person.id, roles_of(work, place.person.id))
    until = datetime(2026, 12, 20, tzinfo=UTC)
    priced = [make_paid_cohort(work, starts_on=date(2027, 1, 9), refund_until=until) for _ in range(2)]
    plan = make_standard_plan(work)
    return {
        **_orders(work, place, gate, priced, who),
        **_earnings(work, priced[0], who),
        **_payouts(work, who),
        "console/plans:code": plan,
        "finance/accounts:account": "psp_clearing",
        "priced": priced[0].code,
        "priced:slug": priced[0].camp_slug,
    }


def _orders(work: Work, place: Place, gate: FakeGateway, priced: list[Cohort], who: Actor) -> dict[str, str]:
    first, second, third = make_people(work, 3)
    opened = shop.start_order(work, student_actor(place.person), priced[0].code, None, "", "zh")
    own = _pay(work, gate, place.person, shop.start_order(work, who, priced[1].code, None, "", "zh"))
    sold = _pay(work, gate, first, shop.start_order(work, student_actor(first), priced[0].code, None, "", "zh"))
    failed = shop.ask_refund(work, who, sold.code, 3900, MARKUP)
    gate.fail("refused", "refund")
    taken = shop.start_order(work, student_actor(second), priced[0].code, None, "", "zh")
    shop.settle_offline(work, who, taken.code, place.person.id)
    by_hand = shop.ask_refund(work, who, taken.code, 3900, "补偿")
    unpaid = shop.start_order(work, student_actor(third), priced[0].code, None, "", "zh")
    shop.make_coupon(work, who, "WINTER", CouponTerms(percent_bps=1000))
    receive(work, notice_of(telling.notice("checkout.session.completed", telling.session())))
    return {
        "orders:code": opened.code,
        "console/orders:code": sold.code,
        "console/refunds:code": failed.code,
        "console/coupons:code": "WINTER",
        "notice_id": str(work.session.scalars(select(GatewayNotice.id)).one()),
        "own": own.code,
        "unpaid": unpaid.code,
        "by hand": by_hand.code,
    }


def _pay(work: Work, gate: FakeGateway, person: Person, order: Order) -> Order:
    start = shop.begin_payment(work, student_actor(person), order.code)
    assert start.request is not None
    checkout = gate.open_checkout(start.key, start.request)
    shop.note_checkout(work, order.code, start.attempt, checkout)
    shop.settle(work, confirmed(gate.pay(checkout.id), work.now))
    return order


def _earnings(work: Work, cohort: Cohort, who: Actor) -> dict[str, str]:
    partner = require_partner(work, who)
    (buyer,) = make_people(work, 1)
    commissions.accrue(work, make_sale(work, Sale(cohort, buyer.id), partner))
    return {"partner/earnings:code": work.session.scalars(select(Commission.code)).one()}


def _payouts(work: Work, who: Actor) -> dict[str, str]:
    """Ask for payouts as another partner, and walk them to where each form begins; one of one's own to cancel."""
    (person, _), (unlucky, locked) = make_earner(work, 500_000), make_earner(work, 100_000)
    asked = [ask(work, person, 50_000) for _ in range(4)]
    lost = ask(work, unlucky, 50_000)
    for one in [*asked[1:], lost]:
        payouts.approve(work, who, one.code)
    done = payouts.make_batch(work, who, [asked[1].code, lost.code])
    payouts.settle_batch(work, who, done.code, {lost.code: MARKUP})
    waiting = payouts.make_batch(work, who, [asked[2].code])
    payouts.set_bank(work, who, check_bank_details(MARKUP[:20], "招商银行", CARD))
    earn(work, require_partner(work, who).id, 100_000)
    return {
        "finance/payouts:code": asked[0].code,
        "finance/payouts/batches:code": waiting.code,
        "partner/payouts:code": payouts.request(work, who, 50_000, "CNY", "own").code,
        "settled": asked[1].code,
        "failed": lost.code,
        "approved": asked[3].code,
        "earner": locked.code,
        "finance/partners:code": locked.code,
    }


def outside_fields_of(place: Place) -> dict[str, dict[str, Any]]:
    """List what a form of each route holds that visitors, students, tutors and partners meet, filled in well."""
    return {
        **fields_of(place),
        "gateway.hear_stripe": {},
        "payouts.cancel": {},
        "payouts.open_account": {"country": "SG"},
        "payouts.request_payout": {"client_key": "another", "currency": "CNY", "amount": "500"},
        "payouts.set_bank": {"holder": "林达", "bank": "招商银行", "number": CARD},
        "shop.cancel": {},
        "shop.take_seat_again": {},
        "shop.check": {},
        "shop.pay": {},
        "shop.refund": {"reason": "改主意了"},
        "shop.start": {"cohort": place.codes["priced"], "coupon": "WINTER", "shown": "CNY 35910"},
    }


def inside_fields_of(place: Place) -> dict[str, dict[str, Any]]:
    """List what a form of each route of the console and finance holds, filled in well."""
    codes, agent = place.codes, str(place.person.id)
    offer = {"priced": "y", "price": "399", "currency": "CNY", "early_price": "299"}
    # 39900 were paid and a refund of 3900 has failed: all of it may still go back.
    refund = {"left": "39900", "whole": "", "sure": "y"}
    coupon = {"code": "SPRING", "kind": "amount", "percent": "10", "amount": "50", "currency": "CNY"}
    terms = {"percent": "20", "cap": "35", "floor": "10"}
    moved = {"amount": "500", "day": "2026-11-20", "reference": "FT1120", "confirmed": "yes"}
    adjusted = {"act": "give", "amount": "12", "reason": "开营奖金", "confirmed": "yes", "seen": "0"}
    days = {"observation_days": "7", "settlement_business_days": "3", "effective_on": "2026-12-24", "seen": "2"}
    return {
        **console_fields_of(place),
        "commissions.adjust": {"key": "one", "currency": "CNY", **adjusted},
        "commissions.new_plan": {"name": "冬季", "camp": codes["slug"], "group": ""},
        "commissions.publish": {**terms, **days},
        "gateway.replay": {},
        "ledger.book_funding": {"direction": "in", "currency": "CNY", "seen": "0", **moved},
        "gateway.run_reconciliation": {},
        "partners.lock_money": {"reason": "查一查"},
        "partners.regroup": {"group": "", "new_group": "老师"},
        "partners.unlock_money": {"reason": "查清了"},
        "payouts.approve": {},
        "payouts.approve_many": {"code": codes["finance/payouts:code"], "confirmed": "yes"},
        "payouts.ask": {},
        "payouts.make_batch": {"code": codes["approved"]},
        "payouts.reject": {"reason": "先查一查"},
        "payouts.retry": {},
        "payouts.settle_batch": {"failed-ZZZZZZZZ": "查无此户", "confirmed": "yes"},
        "payouts.show_account": {},
        "payouts.submit": {},
        "payouts.take_back": {"reason": "银行退回"},
        "shop.archive_coupon": {},
        "shop.confirm_by_hand": {"source": "bank", "sure": "y"},
        "shop.dismiss_refund": {"reason": "买家决定留下"},
        "shop.hand_in": {"agent": agent, "currency": "CNY", "amount": "100", "confirmed": "yes", "seen": "0"},
        "shop.make_coupon": {**coupon, "camp": "", "partner": "", "valid_until": "2026-12-31T22:00", "uses_most": "9"},
        "shop.refund_order": {**refund, "code": "ABCDEFGH23", "amount": "100", "reason": "补偿"},
        "shop.retry_refund": {},
        "shop.set_offer": {**offer, "early_until": "2026-12-01T22:00", "refund_until": "2026-12-20T22:00"},
        "shop.settle_offline": {"agent": "all@example.com", "sure": "y"},
    }


def codes_of(place: Place) -> dict[str, dict[str, str]]:
    """Name what a route is tried on where the address's usual codes would stop before its form is read."""
    codes = place.codes
    earner = {"code": codes["earner"]}
    return {
        **console_codes_of(place),
        "checkins.tick": {"task_code": codes["reading"]},
        "partners.lock_money": earner,
        "partners.regroup": earner,
        "partners.unlock_money": earner,
        "payouts.retry": {"code": codes["failed"]},
        "payouts.submit": {"code": codes["approved"]},
        "payouts.take_back": {"code": codes["settled"]},
        "shop.confirm_by_hand": {"code": codes["by hand"]},
        "shop.refund": {"code": codes["own"]},
        "shop.set_offer": {"code": codes["priced"]},
        "shop.settle_offline": {"code": codes["unpaid"]},
        "shop.start": {"slug": codes["priced:slug"]},
    }
