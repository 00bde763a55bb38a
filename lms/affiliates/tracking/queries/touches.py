"""Reads of touches that may have brought somebody."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from lms.affiliates.partners.queries import partner_source
from lms.affiliates.partners.rules import was_approved
from lms.affiliates.tracking import models as tables
from lms.affiliates.tracking.rules import (
    WINDOW_SECONDS,
    Candidate,
    TouchKind,
)
from lms.affiliates.tracking.spool import current_spool
from lms.kernel.work import Read

_L = tables.ReferralLink
_T = tables.Touch


def candidates(read: Read, visitor: str | None, buyer_id: int | None) -> list[Candidate]:
    """List the touches that might have brought a buyer: of the cookie and of every cookie bound to them.

    Clicks still in the spool are among them. Left out: partners who were not approved at the time, and
    the buyer's own links.
    """
    visitors = _visitors_of(read, visitor, buyer_id)
    oldest = read.now - timedelta(seconds=WINDOW_SECONDS)
    mine = [_T.visitor.in_(visitors)] + ([_T.person_id == buyer_id] if buyer_id is not None else [])
    partner = partner_source()
    statement = (
        select(_T.code, _T.at, _T.link_id, _T.partner_id)
        .join(partner, partner.c.id == _T.partner_id)
        .where(or_(*mine), _T.at >= oldest, _T.eligible, _T.kind == TouchKind.CLICK)
    )
    if buyer_id is not None:
        statement = statement.where(partner.c.person_id != buyer_id)
    known = [Candidate(*row) for row in read.session.execute(statement)]
    return known + _waiting(read, visitors, buyer_id, {touch.code for touch in known})


def _visitors_of(read: Read, visitor: str | None, person_id: int | None) -> set[str]:
    bound: Iterable[str] = ()
    if person_id is not None:
        table = tables.VisitorPerson
        bound = read.session.scalars(select(table.visitor).where(table.person_id == person_id))
    return {*bound, *([visitor] if visitor else [])}


def _waiting(read: Read, visitors: set[str], buyer_id: int | None, known: set[str]) -> list[Candidate]:
    """Look at clicks the ingester has not taken in yet, by the same rules as it does."""
    clicks = [click for visitor in visitors for click in current_spool().peek(visitor) if click.code not in known]
    if not clicks:
        return []
    partners = link_partners(read, {click.link_id for click in clicks})
    found = []
    for click in clicks:
        partner = partners.get(click.link_id)
        if partner and was_approved(partner.state, partner.decided_at, click.at) and partner.person_id != buyer_id:
            found.append(Candidate(click.code, click.at, click.link_id, partner.id))
    return found


def link_partners(read: Read, link_ids: Iterable[int]) -> dict[int, Any]:
    """Give each link's partner: rows with id, person_id, state, decided_at."""
    partner = partner_source()
    statement = (
        select(_L.id.label("link_id"), partner.c.id, partner.c.person_id, partner.c.state, partner.c.decided_at)
        .join(partner, partner.c.id == _L.partner_id)
        .where(_L.id.in_(list(link_ids)))
    )
    return {row.link_id: row for row in read.session.execute(statement)}
