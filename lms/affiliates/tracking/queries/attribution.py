"""Who brought a buyer: asked when an order or an enrollment is made, frozen on it, never asked again."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, or_, select

from lms.affiliates.partners.queries import find_partner_by_id, partner_source
from lms.affiliates.partners.rules import PartnerState
from lms.affiliates.tracking import models as tables
from lms.affiliates.tracking import rules
from lms.affiliates.tracking.queries.links import default_link
from lms.affiliates.tracking.queries.touches import candidates, link_partners
from lms.affiliates.tracking.rules import WINDOW_SECONDS, TouchKind
from lms.affiliates.tracking.spool import current_spool
from lms.kernel.work import Read

_T = tables.Touch


def resolve_referral(
    read: Read, visitor: str | None, buyer_id: int | None, coupon_owner: int | None = None
) -> dict[str, Any] | None:
    """Freeze which partner an order or an enrollment belongs to; None when nobody referred.

    Gives partner_id, link_id, touch_code, at, source (touch or coupon), self and assists (money.md,
    Attribution). The owner of the coupon used wins over every touch. `self`: the buyer came through a link
    of their own, which never wins; partner_id is None when nobody else brought them.
    """
    picked = rules.pick_touch(candidates(read, visitor, buyer_id), read.now)
    own = buyer_id is not None and _came_by_own_link(read, visitor, buyer_id)
    if coupon_owner is not None:
        link = default_link(read, coupon_owner)
        return rules.coupon_snapshot(coupon_owner, link.id if link else None, read.now, picked, own)
    return rules.snapshot(picked, own)


def may_use_coupon(read: Read, owner_id: int, buyer_id: int) -> bool:
    """Say whether a partner's coupon takes something off for a buyer: never the partner's own order,
    and only while the partner is approved and not locked.
    """
    partner = find_partner_by_id(read, owner_id)
    if partner is None or partner.person_id == buyer_id:
        return False
    return partner.state == PartnerState.APPROVED and not partner.is_locked


def _came_by_own_link(read: Read, visitor: str | None, buyer_id: int) -> bool:
    partner, bound = partner_source(), tables.VisitorPerson
    own = select(partner.c.id).where(partner.c.person_id == buyer_id).scalar_subquery()
    cookies = select(bound.visitor).where(bound.person_id == buyer_id)
    mine = or_(_T.person_id == buyer_id, _T.visitor.in_(cookies), _T.visitor == (visitor or ""))
    oldest = read.now - timedelta(seconds=WINDOW_SECONDS)
    touched = exists().where(_T.partner_id == own, mine, _T.at >= oldest, _T.kind == TouchKind.CLICK)
    if read.session.scalar(select(touched)):
        return True
    waiting = current_spool().peek(visitor) if visitor else []
    owners = link_partners(read, {click.link_id for click in waiting}) if waiting else {}
    return any(owners[click.link_id].person_id == buyer_id for click in waiting if click.link_id in owners)
