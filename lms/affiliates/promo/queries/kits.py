"""A camp's kit for one partner."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.affiliates.partners.queries import Partner
from lms.affiliates.promo import rules
from lms.affiliates.promo.errors import NotOffered
from lms.affiliates.promo.models import PromoUse
from lms.affiliates.promo.queries.offered import Opening, list_offered, values_of
from lms.affiliates.promo.rules import DESIGNS, Design, Promise, PromoText, asset_key
from lms.affiliates.tracking.queries import Link, get_own_link, link_url, list_links
from lms.commerce.shop.queries import Coupon, Price, list_coupons_of
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Landing


@dataclass(frozen=True)
class Kit:
    """A camp's kit for one partner: texts and posters carry `link`, which leads to `url`.

    `links` are the partner's live links to choose from, `camps` the open camps by slug, `uses` how many
    partners have used an asset. `price` is None where entry is free, `promise` what a sale earns then;
    `coupons` are the partner's own that can be used here.
    """

    cohort: Cohort
    link: Link
    url: str
    texts: list[PromoText]
    designs: list[Design]
    links: list[Link]
    camps: dict[str, str]
    uses: dict[str, int]
    price: Price | None
    promise: Promise | None
    coupons: list[Coupon]

    @property
    def shown(self) -> str:
        """Give the address as people read it."""
        return self.url.split("://", 1)[-1]


def find_kit(read: Read, partner: Partner, slug: str = "", link_code: str = "") -> Kit | None:
    """Make a partner's kit of a camp, the one best promoted now by default; None when nothing is open yet.

    `link_code` names the place it is for. Refuses NotOffered for a camp that is not open, NotFound for a
    link that is not the partner's.
    """
    offered = list_offered(read, partner.group_id)
    if slug and slug not in offered:
        raise NotOffered
    links = [line.link for line in list_links(read, partner.id) if not line.link.archived_at]
    link = _chosen(read, partner, links, link_code)
    if not offered or link is None:
        return None
    opening = offered[slug] if slug else next(iter(offered.values()))
    cohort = opening.cohort
    landing = camps.get_landing(read, cohort.camp_slug)
    url = link_url(link.code, cohort.camp_slug)
    texts = rules.texts_of(cohort.camp_slug, landing.story.copy, values_of(opening, landing.camp.language, url))
    designs = [design for design in DESIGNS if _is_drawn(design, landing, opening)]
    assets = [text.asset for text in texts] + [asset_key(cohort.camp_slug, design) for design in designs]
    return Kit(
        cohort=cohort,
        link=link,
        url=url,
        texts=texts,
        designs=designs,
        links=links,
        camps={slug: one.cohort.camp_title for slug, one in offered.items()},
        uses=count_users(read, assets),
        price=opening.price,
        promise=opening.promise,
        coupons=_coupons(read, partner, opening),
    )


def _is_drawn(design: Design, landing: Landing, opening: Opening) -> bool:
    if design is Design.RESULTS:
        return bool(landing.finished)
    return design is not Design.OFFER or opening.has_early_price


def _coupons(read: Read, partner: Partner, opening: Opening) -> list[Coupon]:
    """List the partner's own coupons that take something off here."""
    price, cohort = opening.price, opening.cohort
    if price is None:
        return []
    found = list_coupons_of(read, partner.id)
    return [one for one in found if rules.fits(one.terms, cohort.camp_id, cohort.id, price.currency)]


def _chosen(read: Read, partner: Partner, links: list[Link], code: str) -> Link | None:
    if code:
        return get_own_link(read, partner.id, code)
    return next((link for link in links if link.is_default), None)


def count_users(read: Read, assets: Collection[str]) -> dict[str, int]:
    """Count the partners who have used each asset; assets nobody used are left out."""
    rows = read.session.execute(
        select(PromoUse.asset, func.count(PromoUse.partner_id.distinct()))
        .where(PromoUse.asset.in_(assets))
        .group_by(PromoUse.asset)
    )
    return {asset: users for asset, users in rows}  # noqa: C416 - a Row is not a pair to the type checker
