"""Reads of links."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, Subquery, select

from lms.affiliates.partners.queries import Partner, find_partner, partner_file
from lms.affiliates.tracking import models as tables
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.work import Read

_L = tables.ReferralLink
_T = tables.Touch
LINK_COLUMNS = (_L.id, _L.code, _L.partner_id, _L.camp_id, _L.campaign, _L.label, _L.archived_at)


@dataclass(frozen=True)
class Link:
    """A link of a partner's. `campaign` and `label` are empty for the main link."""

    id: int
    code: str
    partner_id: int
    camp_id: int | None
    campaign: str
    label: str
    archived_at: datetime | None

    @property
    def is_default(self) -> bool:
        """Say whether this is the partner's main link."""
        return not self.campaign

    @property
    def url(self) -> str:
        """Give the whole address."""
        return link_url(self.code)

    @property
    def shown(self) -> str:
        """Give the address as people read it, without the scheme."""
        return self.url.split("://", 1)[-1]


def link_url(code: str, camp_slug: str = "") -> str:
    """Give the whole address of a link, leading to one camp where it is named."""
    address = f"{current_parts().settings.public_url}/r/{code}"
    return f"{address}/{camp_slug}" if camp_slug else address


def _links(read: Read, statement: Executable) -> list[Link]:
    return [Link(*row) for row in read.session.execute(statement)]


def default_link(read: Read, partner_id: int) -> Link | None:
    """Find the partner's main link; None for the moment between approval and its making."""
    found = _links(read, select(*LINK_COLUMNS).where(_L.partner_id == partner_id, _L.campaign == ""))
    return found[0] if found else None


def find_link(read: Read, code: str) -> Link | None:
    """Find a link by its code, retired ones included; letter case does not matter."""
    found = _links(read, select(*LINK_COLUMNS).where(_L.code == code.lower()))
    return found[0] if found else None


def find_campaign(read: Read, partner_id: int, campaign: str) -> Link | None:
    """Find a partner's link by its campaign word, unless it is retired."""
    wanted = (_L.partner_id == partner_id, _L.campaign == campaign.lower(), _L.archived_at.is_(None))
    found = _links(read, select(*LINK_COLUMNS).where(*wanted)) if campaign else []
    return found[0] if found else None


def get_own_link(read: Read, partner_id: int, code: str) -> Link:
    """Get a link of this partner's by its code; NotFound for anybody else's."""
    link = find_link(read, code)
    if link is None or link.partner_id != partner_id:
        raise NotFound
    return link


def may_change_handle(read: Read, partner: Partner) -> bool:
    """Say whether the handle may still change: it has not before, and nobody has used a link."""
    if not partner_file(read, partner.code).may_change_code:
        return False
    return read.session.scalar(select(_T.id).where(_T.partner_id == partner.id).limit(1)) is None


def share_url(read: Read, person_id: int, camp_slug: str) -> str:
    """Give the address of a camp that a person shares: through their own link when they are a partner."""
    partner = find_partner(read, person_id)
    link = default_link(read, partner.id) if partner and partner.is_approved else None
    if link is None:
        return f"{current_parts().settings.public_url}/c/{camp_slug}"
    return link_url(link.code, camp_slug)


def link_label(read: Read, link_id: int | None) -> str:
    """Give the place a link is used in; empty for the main link and for one that is not known."""
    found = _links(read, select(*LINK_COLUMNS).where(_L.id == link_id)) if link_id is not None else []
    return found[0].label if found and not found[0].is_default else ""


def link_source() -> Subquery:
    """Offer id, code, partner_id, campaign, label for joins; the label is empty for a main link."""
    return select(_L.id, _L.code, _L.partner_id, _L.campaign, _L.label).subquery("link_source")
