"""A seat sold through a partner, and what follows from it: the money part of the story."""

from __future__ import annotations

from datetime import time, timedelta

from sqlalchemy import select

from lms.affiliates.commissions import service as commissions
from lms.affiliates.commissions.models import Commission
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.payouts import service as payouts
from lms.affiliates.payouts.rules import check_bank_details
from lms.commerce.shop import service as shop
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.kernel.money import Money
from lms.kernel.work import Work
from lms.learning.camps import service as camps
from lms.learning.questions.rules import cohort_day
from tests.browser.told import CAMP, Told
from tests.factories.commissions import make_standard_plan
from tests.factories.payouts import CARD

COUPON = "ADA50"


def price_a_cohort(told: Told, work: Work) -> None:
    """Open a cohort that costs something, with a partner's coupon and the plan for everybody."""
    who = told.who(work, "su")
    starts_on = cohort_day(work.now, "Asia/Shanghai", time(22)) + timedelta(days=32)
    cohort = camps.open_cohort(
        work,
        who,
        CAMP,
        starts_on=starts_on,
        seats=12,
        time_zone="Asia/Shanghai",
        cutoff=time(22),
        tutors=[told.people["chen"].id],
    )
    terms = Terms(39_900, "CNY", 29_900, work.now + timedelta(days=20), work.now + timedelta(days=35))
    shop.set_offer(work, who, cohort.code, terms)
    camps.move_cohort(work, who, cohort.id, "enrolling")
    ada = require_partner(work, told.who(work, "ada"))
    shop.make_coupon(work, who, COUPON, CouponTerms(amount_minor=5_000, currency="CNY", owner_id=ada.id))
    told.plan = make_standard_plan(work)
    told.priced = cohort.code


def sell_a_seat(told: Told, work: Work) -> None:
    """Lu pays Ada, who hands it in later; Xia is still at the checkout."""
    lu, xia = told.who(work, "lu"), told.who(work, "xia")
    order = shop.start_order(work, lu, told.priced, None, COUPON, "zh")
    told.order = shop.settle_offline(work, told.who(work, "su"), order.code, told.people["ada"].id).code
    told.open_order = shop.start_order(work, xia, told.priced, None, "", "zh").code


def ask_for_money(told: Told, work: Work) -> None:
    """Finance gives a bonus, and Ada asks for it."""
    ada, partner = told.who(work, "ada"), require_partner(work, told.who(work, "ada"))
    told.ada_partner = partner.code
    told.line = work.session.scalars(select(Commission.code)).one()
    commissions.adjust(work, told.who(work, "fin"), partner.id, Money(20_000, "CNY"), "开营奖金", "bonus")
    payouts.set_bank(work, ada, check_bank_details("林达", "招商银行", CARD))
    told.payout = payouts.request(work, ada, 15_000, "CNY", "first").code
