"""Scenes of what seats cost and what partners are paid: offers, coupons, plans."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from lms.affiliates.commissions import service as commissions
from lms.affiliates.commissions.rules import Terms as PlanTerms
from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import list_groups, require_partner
from lms.commerce.shop import service as shop
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.demo.cast import SHANGHAI
from lms.demo.cohorts import NEXT_RUN, SURVEY_RUN, WRITING_RUN, Run
from lms.demo.stage import Stage
from lms.demo.trade import HOUSE_COUPON, PARTNER_COUPON
from lms.kernel.work import Work
from lms.learning.camps.queries import get_camp

LECTURERS = "讲师"
_LECTURERS = ("ma-xiaoliu", "elena")


def set_prices(stage: Stage) -> None:
    """Each priced cohort gets its offer before it takes people; coupons come while the first one sells."""
    for run in (WRITING_RUN, SURVEY_RUN, NEXT_RUN):
        opened = stage.moment(stage.today(run.zone) - timedelta(days=run.opened), 10.4, run.zone)
        stage.scene(opened + timedelta(minutes=12), partial(_offer, stage, run), "operator shop.set_offer")
    at = stage.moment(stage.today(SHANGHAI) - timedelta(days=30), 11, SHANGHAI)
    stage.scene(at, partial(_make_coupons, stage), "operator shop.make_coupon")


def _terms(stage: Stage, run: Run) -> Terms:
    start = stage.moment(run.starts_on(stage.now), 0, run.zone)
    week = timedelta(days=7)
    if run is NEXT_RUN:
        early = stage.moment(stage.today(run.zone) + timedelta(days=4), 0, run.zone)
        return Terms(39900, "CNY", 29900, early, start + week)
    # The first ones could be given back until a week before they began.
    price = (6900, "USD") if run is SURVEY_RUN else (39900, "CNY")
    return Terms(*price, refund_until=start - week)


def _offer(stage: Stage, run: Run, work: Work) -> None:
    shop.set_offer(work, stage.actor("operator"), stage.cohorts[run.key].code, _terms(stage, run))


def _make_coupons(stage: Stage, work: Work) -> None:
    operator = stage.actor("operator")
    owner = require_partner(work, stage.partner("xu-wan")).id
    shop.make_coupon(work, operator, PARTNER_COUPON, CouponTerms(percent_bps=1000, owner_id=owner))
    late = CouponTerms(amount_minor=5000, currency="CNY", uses_most=20, valid_until=stage.now + timedelta(days=9))
    shop.make_coupon(work, operator, HOUSE_COUPON, late)
    shop.make_coupon(work, operator, "AUTUMN-OPEN", CouponTerms(percent_bps=1500, uses_most=30))
    shop.archive_coupon(work, operator, "AUTUMN-OPEN")


# --- Plans ------------------------------------------------------------------


def publish_plans(stage: Stage) -> None:
    """Partners are paid a fifth, lecturers a quarter, and more for the English camp while it is young."""
    today = stage.today(SHANGHAI)
    at = stage.moment(today - timedelta(days=44), 10, SHANGHAI)
    deed = "operator commissions.publish"
    stage.scene(at, partial(_publish, stage, "标准方案", 2000, ""), deed)
    stage.scene(stage.moment(today - timedelta(days=34), 10, SHANGHAI), partial(_group_lecturers, stage), deed)
    stage.scene(at + timedelta(hours=1, days=10), partial(_publish, stage, "First survey", 3000, "first-survey"), deed)


def _publish(stage: Stage, name: str, percent_bps: int, slug: str, work: Work) -> None:
    camp_id = get_camp(work, slug).id if slug else None
    code = commissions.make_plan(work, stage.actor("operator"), name, camp_id)
    commissions.publish_version(work, stage.actor("operator"), code, PlanTerms(percent_bps=percent_bps))


def _group_lecturers(stage: Stage, work: Work) -> None:
    operator = stage.actor("operator")
    for key in _LECTURERS:
        partner = require_partner(work, stage.partner(key))
        partners.set_group(work, operator, partner.code, "", LECTURERS)
    group = next(one for one in list_groups(work) if one.name == LECTURERS)
    code = commissions.make_plan(work, operator, "讲师方案", None, group.id)
    commissions.publish_version(work, operator, code, PlanTerms(percent_bps=2500))
