"""The invitation to become a partner that goes with a certificate."""

from lms.affiliates.commissions.queries import plan_for
from lms.affiliates.commissions.rules import paid_bps, percent_text
from lms.affiliates.partners.queries import Partner, agreement_in_force, find_partner
from lms.affiliates.partners.rules import may_join_at_once
from lms.affiliates.promo import rules
from lms.affiliates.tracking.queries import default_link, link_url
from lms.commerce.shop.queries import Price, prices
from lms.kernel.text import current_language
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.web.ports import Invitation


def invite(read: Read, person_id: int, camp_slug: str) -> Invitation | None:
    """Invite the holder of a camp's certificate to become a partner with one tap; a partner gets the own link.

    At most five statements. None for whom a person has refused before, and while a new partner's link is being made.
    """
    partner = find_partner(read, person_id)
    if partner is not None and partner.is_approved:
        return _own_link(read, partner, camp_slug)
    if not may_join_at_once(partner.state if partner else None):
        return None
    agreed = agreement_in_force(current_language())
    percent, amount, currency = _earning(read, camp_slug)
    return Invitation("", agreed.version, agreed.digest, percent, amount, currency)


def _own_link(read: Read, partner: Partner, camp_slug: str) -> Invitation | None:
    link = default_link(read, partner.id)
    return Invitation(own_url=link_url(link.code, camp_slug)) if link else None


def _earning(read: Read, camp_slug: str) -> tuple[str, int, str]:
    """Say what a new partner would earn by a sale of a camp: the share, and the sum where a cohort has a price."""
    camp = camps.find_camp(read, camp_slug)
    found = plan_for(read, camp.id, None, read.now) if camp else None
    if camp is None or found is None:
        return "", 0, ""
    price = _price(read, camp.id)
    promise = rules.promise_of(price.now_minor, price.currency, found.terms) if price else None
    if promise is None:
        return percent_text(paid_bps(found.terms)), 0, ""
    return promise.percent, promise.amount_minor, promise.currency


def _price(read: Read, camp_id: int) -> Price | None:
    cohorts = camps.list_open_cohorts(read, camp_id)
    costs = prices(read, [cohort.id for cohort in cohorts], read.now)
    return next((costs[cohort.id] for cohort in cohorts if cohort.id in costs), None)
