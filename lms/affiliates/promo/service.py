"""Writes of the promo room."""

from sqlalchemy import update

from lms.affiliates.partners.queries import require_partner
from lms.affiliates.promo import rules
from lms.affiliates.promo.errors import NotOffered
from lms.affiliates.promo.models import PromoUse
from lms.affiliates.promo.rules import UseKind
from lms.affiliates.tracking.rules import program_day
from lms.kernel.db import insert_once
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps


def count_use(work: Work, who: Actor, asset: str, kind: UseKind) -> None:
    """Count that the acting partner took an asset today; refuses NotOffered for what no open kit has."""
    partner = require_partner(work, who)
    slug = asset.split("/", 1)[0]
    if not rules.is_asset(asset) or slug not in {cohort.camp_slug for cohort in camps.list_open_cohorts(work)}:
        raise NotOffered
    unique = {"asset": asset, "partner_id": partner.id, "kind": kind, "day": program_day(work.now)}
    insert_once(work, PromoUse, list(unique), **unique, count=0)
    work.session.execute(update(PromoUse).filter_by(**unique).values(count=PromoUse.count + 1))
