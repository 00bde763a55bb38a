"""Reads of the tracking room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Executable, case, func, literal, or_, select, union_all

from lms.affiliates.partners.queries import Partner, find_partner, partner_file, partner_source
from lms.affiliates.partners.rules import was_approved
from lms.affiliates.tracking import models as tables
from lms.affiliates.tracking.rules import (
    WINDOW_SECONDS,
    Candidate,
    Happening,
    Seen,
    TouchKind,
    day_start,
    gather,
    program_day,
)
from lms.affiliates.tracking.spool import current_spool
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.work import Read


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


@dataclass(frozen=True)
class Counts:
    """What links brought: counted clicks, sign-ups, enrollments not given up."""

    clicks: int = 0
    sign_ups: int = 0
    joined: int = 0


@dataclass(frozen=True)
class Numbers:
    """A partner's numbers by the program's day. `yesterday_by_now` stops at the same time of day."""

    today: Counts
    yesterday: Counts
    yesterday_by_now: Counts
    total: Counts


@dataclass(frozen=True)
class LinkLine:
    """A link with everything it brought so far."""

    link: Link
    counts: Counts


@dataclass(frozen=True)
class Moved:
    """What a partner brought in a span of days; `last_join_at` orders equal numbers on a board."""

    counts: Counts
    last_join_at: datetime | None


_L = tables.ReferralLink
_D = tables.LinkDay
_T = tables.Touch
_J = tables.ReferredJoin
_LINK = (_L.id, _L.code, _L.partner_id, _L.camp_id, _L.campaign, _L.label, _L.archived_at)


def link_url(code: str, camp_slug: str = "") -> str:
    """Give the whole address of a link, leading to one camp where it is named."""
    address = f"{current_parts().settings.public_url}/r/{code}"
    return f"{address}/{camp_slug}" if camp_slug else address


def _sums(*where: Any) -> tuple[Any, ...]:
    """Sum the three numbers of roll-up rows, of those only for which the conditions hold."""
    return tuple(
        func.coalesce(func.sum(case((where[0], column), else_=0) if where else column), 0)
        for column in (_D.clicks, _D.sign_ups, _D.joined)
    )


def numbers(read: Read, partner_id: int, today: date | None = None) -> Numbers:
    """Count what a partner's links brought today, yesterday and in all; two statements."""
    day = today or program_day(read.now)
    before = day - timedelta(days=1)
    row = read.session.execute(
        select(*_sums(_D.day == day), *_sums(_D.day == before), *_sums())
        .join(_L, _L.id == _D.link_id)
        .where(_L.partner_id == partner_id)
    ).one()
    sums = [int(value) for value in row]
    by_now = _counts_between(read, partner_id, day_start(before), read.now - timedelta(days=1))
    return Numbers(Counts(*sums[0:3]), Counts(*sums[3:6]), by_now, Counts(*sums[6:9]))


def _counts_between(read: Read, partner_id: int, start: datetime, end: datetime) -> Counts:
    def touches(kind: TouchKind) -> Any:
        return (
            select(func.count())
            .where(_T.partner_id == partner_id, _T.at >= start, _T.at <= end, _T.kind == kind, _T.counted)
            .scalar_subquery()
        )

    joined = select(func.count()).where(
        _J.partner_id == partner_id, _J.at >= start, _J.at <= end, _J.undone_at.is_(None)
    )
    row = read.session.execute(
        select(touches(TouchKind.CLICK), touches(TouchKind.SIGN_UP), joined.scalar_subquery())
    ).one()
    return Counts(*row)


def moved_between(read: Read, partner_id: int, first: date, last: date) -> Moved:
    """Count what a partner brought from one day to another, both included; two statements."""
    row = read.session.execute(
        select(*_sums())
        .join(_L, _L.id == _D.link_id)
        .where(_L.partner_id == partner_id, _D.day >= first, _D.day <= last)
    ).one()
    last_join = read.session.scalar(
        select(func.max(_J.at)).where(
            _J.partner_id == partner_id,
            _J.undone_at.is_(None),
            _J.at >= day_start(first),
            _J.at < day_start(last + timedelta(days=1)),
        )
    )
    return Moved(Counts(*(int(value) for value in row)), last_join)


def _links(read: Read, statement: Executable) -> list[Link]:
    return [Link(*row) for row in read.session.execute(statement)]


def default_link(read: Read, partner_id: int) -> Link | None:
    """Find the partner's main link; None for the moment between approval and its making."""
    found = _links(read, select(*_LINK).where(_L.partner_id == partner_id, _L.campaign == ""))
    return found[0] if found else None


def find_link(read: Read, code: str) -> Link | None:
    """Find a link by its code, retired ones included; letter case does not matter."""
    found = _links(read, select(*_LINK).where(_L.code == code.lower()))
    return found[0] if found else None


def find_campaign(read: Read, partner_id: int, campaign: str) -> Link | None:
    """Find a partner's link by its campaign word, unless it is retired."""
    wanted = (_L.partner_id == partner_id, _L.campaign == campaign.lower(), _L.archived_at.is_(None))
    found = _links(read, select(*_LINK).where(*wanted)) if campaign else []
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


def list_links(read: Read, partner_id: int) -> list[LinkLine]:
    """List a partner's links with their numbers: the main link first, retired ones last; one statement."""
    statement = (
        select(*_LINK, *_sums())
        .join(_D, _D.link_id == _L.id, isouter=True)
        .where(_L.partner_id == partner_id)
        .group_by(*_LINK)
        .order_by(_L.archived_at.is_not(None), _L.campaign != "", _L.id.desc())
    )
    return [LinkLine(Link(*row[:7]), Counts(*(int(n) for n in row[7:]))) for row in read.session.execute(statement)]


def recent_happenings(read: Read, partner_id: int, limit: int = 8) -> list[Happening]:
    """List the last sign-ups and enrollments, neighbours gathered, newest first; one statement."""
    rows = limit * 5
    sign_ups = (
        select(literal("sign_up").label("kind"), _T.at, _T.link_id, _L.label)
        .join(_L, _L.id == _T.link_id)
        .where(_T.partner_id == partner_id, _T.kind == TouchKind.SIGN_UP, _T.counted)
        .order_by(_T.at.desc())
        .limit(rows)
    ).subquery()
    joined = (
        select(literal("joined").label("kind"), _J.at, _J.link_id, _L.label)
        .join(_L, _L.id == _J.link_id)
        .where(_J.partner_id == partner_id, _J.undone_at.is_(None))
        .order_by(_J.at.desc())
        .limit(rows)
    ).subquery()
    seen = [Seen(*row) for row in read.session.execute(union_all(select(sign_ups), select(joined)))]
    return gather(sorted(seen, key=lambda one: one.at, reverse=True), limit)


def share_url(read: Read, person_id: int, camp_slug: str) -> str:
    """Give the address of a camp that a person shares: through their own link when they are a partner."""
    partner = find_partner(read, person_id)
    link = default_link(read, partner.id) if partner and partner.is_approved else None
    if link is None:
        return f"{current_parts().settings.public_url}/c/{camp_slug}"
    return link_url(link.code, camp_slug)


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


def program_totals(read: Read, first: date, last: date) -> Counts:
    """Count what all links together brought from one day to another, both included; one statement."""
    statement = select(*_sums()).where(_D.day >= first, _D.day <= last)
    return Counts(*(int(value) for value in read.session.execute(statement).one()))
