"""Reads of what seats cost and what coupons take off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from lms.commerce.shop import models as tables
from lms.commerce.shop import rules
from lms.commerce.shop.errors import CouponNotYours, CouponOver, CouponUnknown, CouponUsedUp, NotForSale
from lms.commerce.shop.queries.orders import Order
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.kernel.errors import NotFound
from lms.kernel.money import Money
from lms.kernel.work import Read
from lms.learning.camps.queries import Cohort, cohort_source
from lms.web.ports import ports


@dataclass(frozen=True)
class Offer:
    """What a seat of a cohort costs; while it is not open, entry is free."""

    cohort_id: int
    terms: Terms
    open: bool


@dataclass(frozen=True)
class Price:
    """The price of this moment. `early_until` is set while the early price holds."""

    now_minor: int
    list_minor: int
    currency: str
    early_until: datetime | None
    refund_until: datetime | None


@dataclass(frozen=True)
class Coupon:
    """A coupon with how often it was used; open orders count."""

    id: int
    code: str
    terms: CouponTerms
    uses: int
    created_at: datetime
    archived_at: datetime | None

    @property
    def is_used_up(self) -> bool:
        """Tell whether nobody else can use it now."""
        return self.terms.uses_most is not None and self.uses >= self.terms.uses_most


@dataclass(frozen=True)
class Quote:
    """What one person would pay for one seat now. `regular_minor` is the price once an early one is over."""

    regular_minor: int
    list_minor: int
    discount_minor: int
    net_minor: int
    currency: str
    early_until: datetime | None
    refund_until: datetime | None
    coupon: Coupon | None


def _terms(row: tables.Offer) -> Terms:
    return Terms(row.price_minor, row.currency, row.early_price_minor, row.early_until, row.refund_until)


def find_offer(read: Read, cohort_id: int) -> Offer | None:
    """Find what was set for a cohort, open or not."""
    found = read.session.scalars(select(tables.Offer).where(tables.Offer.cohort_id == cohort_id)).one_or_none()
    return Offer(cohort_id, _terms(found), found.open) if found else None


def prices(read: Read, cohort_ids: Iterable[int], now: datetime) -> dict[int, Price]:
    """Give the prices of many cohorts in one statement; free ones are left out."""
    row = tables.Offer
    found = read.session.scalars(select(row).where(row.cohort_id.in_(list(cohort_ids)), row.open))
    return {one.cohort_id: _price(_terms(one), now) for one in found}


def camp_prices(read: Read) -> dict[int, Money]:
    """Give the price that was last set for a cohort of each camp, newest cohort last; one statement."""
    cohort = cohort_source()
    newest = select(func.max(tables.Offer.cohort_id)).join(cohort, cohort.c.id == tables.Offer.cohort_id)
    rows = read.session.execute(
        select(cohort.c.camp_id, tables.Offer.price_minor, tables.Offer.currency)
        .join(cohort, cohort.c.id == tables.Offer.cohort_id)
        .where(tables.Offer.cohort_id.in_(newest.group_by(cohort.c.camp_id)))
        .order_by(tables.Offer.cohort_id)
    )
    return {camp_id: Money(price_minor, currency) for camp_id, price_minor, currency in rows}


def _price(terms: Terms, now: datetime) -> Price:
    paid = rules.price_now(terms, now)
    early = terms.early_until if paid != terms.price_minor else None
    return Price(paid, terms.price_minor, terms.currency, early, terms.refund_until)


def quote(read: Read, cohort: Cohort, coupon_code: str, buyer_id: int | None, *, count_uses: bool = True) -> Quote:
    """Say what a seat costs somebody now, with a coupon where a code is given.

    Without `count_uses` a coupon that is used up still counts: whoever takes a use finds out by taking it.
    Refuses NotForSale, and for the coupon CouponInvalid, CouponUnknown, CouponOver, CouponElsewhere,
    CouponUsedUp, CouponNotYours.
    """
    found = prices(read, [cohort.id], read.now).get(cohort.id)
    if found is None:
        raise NotForSale
    coupon = _usable(read, cohort, found.currency, coupon_code, buyer_id) if coupon_code.strip() else None
    if count_uses and coupon is not None and coupon.is_used_up:
        raise CouponUsedUp(field="coupon")
    off = rules.discount(found.now_minor, coupon.terms) if coupon else 0
    net = found.now_minor - off
    return Quote(
        regular_minor=found.list_minor,
        list_minor=found.now_minor,
        discount_minor=off,
        net_minor=net,
        currency=found.currency,
        early_until=found.early_until,
        refund_until=found.refund_until,
        coupon=coupon,
    )


def quote_order(read: Read, order: Order) -> Quote:
    """Say what an order asks, as a quote: the price of the moment it was made."""
    return Quote(
        regular_minor=order.list_minor,
        list_minor=order.list_minor,
        discount_minor=order.discount_minor,
        net_minor=order.net_minor,
        currency=order.currency,
        early_until=None,
        refund_until=order.refund_until,
        coupon=None if order.coupon_id is None else _coupon(read.session.get_one(tables.Coupon, order.coupon_id)),
    )


def is_other_coupon(read: Read, coupon_id: int | None, typed: str) -> bool:
    """Tell whether what was typed names another coupon than this one; an empty field names none."""
    code = "".join(typed.split()).upper()
    if not code:
        return False
    coupon = find_coupon(read, code)
    return coupon is None or coupon.id != coupon_id


def _usable(read: Read, cohort: Cohort, currency: str, typed: str, buyer_id: int | None) -> Coupon:
    coupon = find_coupon(read, rules.clean_code(typed))
    if coupon is None:
        raise CouponUnknown(field="coupon")
    if coupon.archived_at is not None:
        raise CouponOver(field="coupon")
    rules.require_usable(coupon.terms, read.now, cohort.camp_id, cohort.id, currency)
    owner = coupon.terms.owner_id
    if owner is not None and (buyer_id is None or not ports.may_use_coupon(read, owner, buyer_id)):
        raise CouponNotYours(field="coupon")
    return coupon


def find_coupon(read: Read, code: str) -> Coupon | None:
    """Find a coupon by its code as kept: upper case."""
    row = read.session.scalars(select(tables.Coupon).where(tables.Coupon.code == code)).one_or_none()
    return _coupon(row) if row else None


def get_coupon(read: Read, code: str) -> Coupon:
    """Get a coupon by its code; NotFound."""
    found = find_coupon(read, code)
    if found is None:
        raise NotFound
    return found


def list_coupons(read: Read, *, archived: bool = False, before: int | None = None, limit: int = 50) -> list[Coupon]:
    """List coupons, newest first, paged by id: those in use, or the archived ones."""
    row = tables.Coupon
    statement = select(row).where(row.archived_at.is_not(None) if archived else row.archived_at.is_(None))
    if before is not None:
        statement = statement.where(row.id < before)
    return [_coupon(one) for one in read.session.scalars(statement.order_by(row.id.desc()).limit(limit))]


def list_coupons_of(read: Read, owner_id: int, limit: int = 20) -> list[Coupon]:
    """List the coupons bound to an owner that can be used now, newest first."""
    row = tables.Coupon
    usable = (
        row.owner_id == owner_id,
        row.archived_at.is_(None),
        or_(row.valid_from.is_(None), row.valid_from <= read.now),
        or_(row.valid_until.is_(None), row.valid_until > read.now),
        or_(row.uses_most.is_(None), row.uses < row.uses_most),
    )
    return [
        _coupon(one) for one in read.session.scalars(select(row).where(*usable).order_by(row.id.desc()).limit(limit))
    ]


def _coupon(row: tables.Coupon) -> Coupon:
    terms = CouponTerms(
        percent_bps=row.percent_bps,
        amount_minor=row.amount_minor,
        currency=row.currency,
        camp_id=row.camp_id,
        cohort_id=row.cohort_id,
        owner_id=row.owner_id,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        uses_most=row.uses_most,
    )
    return Coupon(row.id, row.code, terms, row.uses, row.created_at, row.archived_at)
