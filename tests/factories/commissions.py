"""Orders that were paid, for tests of what comes after: the row, and the news that the shop tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from lms.affiliates.commissions import service
from lms.affiliates.commissions.rules import Terms
from lms.affiliates.partners.queries import Partner
from lms.commerce.shop.events import OrderPaid
from lms.commerce.shop.models import ShopOrder
from lms.kernel.work import SYSTEM, Work
from lms.learning.camps.queries import Cohort

_numbers = count(1)


@dataclass(frozen=True)
class Sale:
    """What a sale is made of; the rest is the same for all."""

    cohort: Cohort
    buyer_id: int
    net_minor: int = 39900
    currency: str = "CNY"
    paid_at: datetime | None = None
    refund_until: datetime | None = None


def make_standard_plan(work: Work, percent_bps: int = 2000, **over: int) -> str:
    """Publish the plan for everybody, in force from now."""
    code = service.make_plan(work, SYSTEM, "Standard")
    service.publish_version(work, SYSTEM, code, Terms(percent_bps=percent_bps, **over))
    return code


def make_sale(work: Work, sale: Sale, partner: Partner | None) -> OrderPaid:
    """Write a paid order and give the news of it, which the test hands on."""
    paid_at = sale.paid_at or work.now
    referral = (
        {"partner_id": partner.id, "link_id": None, "at": paid_at.isoformat(), "assists": []} if partner else None
    )
    order = work.add(
        ShopOrder(
            code=f"E1121{next(_numbers):05d}",
            cohort_id=sale.cohort.id,
            camp_id=sale.cohort.camp_id,
            buyer_id=sale.buyer_id,
            state="paid",
            method="online",
            list_minor=sale.net_minor,
            discount_minor=0,
            net_minor=sale.net_minor,
            currency=sale.currency,
            referral=referral,
            language="zh",
            seat="given",
            hold_until=paid_at,
            refund_until=sale.refund_until,
            created_at=paid_at,
            paid_at=paid_at,
        )
    )
    return OrderPaid(
        happened_at=work.now,
        order_id=order.id,
        order_code=order.code,
        camp_id=order.camp_id,
        cohort_id=order.cohort_id,
        buyer_id=order.buyer_id,
        net_minor=order.net_minor,
        currency=order.currency,
        paid_at=paid_at,
        refund_until=order.refund_until,
        referral=referral,
    )
