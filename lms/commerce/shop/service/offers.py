"""What seats cost, and what takes something off."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import exists, select, update

from lms.commerce.shop import models as tables
from lms.commerce.shop import queries
from lms.commerce.shop.errors import CouponTaken, CurrencyFixed
from lms.commerce.shop.queries import Coupon, Offer
from lms.commerce.shop.rules import (
    UNPAID_STATES,
    CouponTerms,
    OrderState,
    Terms,
    clean_code,
    require_coupon_terms,
    terms_faults,
)
from lms.kernel.db import insert_once
from lms.kernel.errors import NotFound, Refusal
from lms.kernel.work import Actor, Read, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import zone_of
from lms.learning.enrollments import service as enrollments

_O = tables.ShopOrder


def set_offer(work: Work, who: Actor, cohort_code: str, terms: Terms | None) -> Offer | None:
    """Set what a seat costs from now on; None makes entry free again. Orders made keep their price.

    Refuses what `offer_faults` finds, and CurrencyFixed once there are orders.
    """
    cohort = camps.get_cohort(work, cohort_code)
    before = queries.find_offer(work, cohort.id)
    if terms is None:
        _close_offer(work, cohort.id)
    else:
        for fault in offer_faults(work, cohort, terms):
            raise fault
        if before is not None and before.terms.currency != terms.currency and _has_orders(work, cohort.id):
            raise CurrencyFixed(field="currency")
        _keep(work, cohort.id, terms)
    enrollments.require_payment(work, cohort.id, needed=terms is not None)
    work.audit("offer.set", subject=f"cohort:{cohort.code}", before=_plain(before), after=_terms(terms))
    return queries.find_offer(work, cohort.id)


def offer_faults(read: Read, cohort: Cohort, terms: Terms) -> Iterator[Refusal]:
    """Find all that makes no sense of a cohort's new terms, see `terms_faults`."""
    before = queries.find_offer(read, cohort.id)
    ends = datetime.combine(cohort.ends_on + timedelta(days=1), time(), zone_of(cohort.time_zone))
    return terms_faults(terms, before.terms if before else None, read.now, ends)


def _keep(work: Work, cohort_id: int, terms: Terms) -> None:
    values = {**terms.__dict__, "open": True, "changed_at": work.now}
    if not insert_once(work, tables.Offer, ["cohort_id"], cohort_id=cohort_id, **values):
        row = tables.Offer
        work.session.execute(update(row).where(row.cohort_id == cohort_id).values(**values))


def _close_offer(work: Work, cohort_id: int) -> None:
    row = tables.Offer
    work.session.execute(update(row).where(row.cohort_id == cohort_id).values(open=False, changed_at=work.now))


def _has_orders(work: Work, cohort_id: int) -> bool:
    over = UNPAID_STATES - {OrderState.OPEN}
    mine = exists().where(_O.cohort_id == cohort_id, _O.state.not_in(over))
    return bool(work.session.scalar(select(mine)))


def _plain(offer: Offer | None) -> dict[str, object]:
    return _terms(offer.terms if offer is not None and offer.open else None)


def _terms(terms: Terms | None) -> dict[str, object]:
    if terms is None:
        return {"price_minor": None}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in vars(terms).items()}


def make_coupon(work: Work, who: Actor, code: str, terms: CouponTerms) -> Coupon:
    """Make a coupon; letter case of its code does not matter.

    Refuses CouponInvalid, CouponTaken, and what `coupon_faults` finds.
    """
    word = clean_code(code, "code")
    require_coupon_terms(terms, work.now)
    made = insert_once(work, tables.Coupon, ["code"], code=word, uses=0, created_at=work.now, **vars(terms))
    if not made:
        raise CouponTaken(field="code")
    work.audit("coupon.made", subject=f"coupon:{word}", after={"percent_bps": terms.percent_bps})
    return queries.get_coupon(work, word)


def archive_coupon(work: Work, who: Actor, code: str) -> Coupon:
    """Retire a coupon; open orders keep it. Twice is once. NotFound."""
    row = tables.Coupon
    mine = row.code == code.upper()
    if work.session.scalar(select(row.id).where(mine)) is None:
        raise NotFound
    work.session.execute(update(row).where(mine, row.archived_at.is_(None)).values(archived_at=work.now))
    work.audit("coupon.archived", subject=f"coupon:{code.upper()}")
    work.session.expire_all()
    return queries.get_coupon(work, code.upper())
