"""Reads of what links brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from lms.affiliates.tracking import models as tables
from lms.affiliates.tracking.queries.links import LINK_COLUMNS, Link
from lms.affiliates.tracking.rules import (
    Happening,
    Seen,
    TouchKind,
    day_start,
    gather,
    program_day,
    tell_apart,
)
from lms.kernel.db import Instant
from lms.kernel.work import Read

_L = tables.ReferralLink
_D = tables.LinkDay
_T = tables.Touch
_J = tables.ReferredJoin


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


def _sums(*where: Any) -> tuple[Any, ...]:
    """Sum the three numbers of roll-up rows, of those only for which the conditions hold."""
    return tuple(
        func.coalesce(func.sum(case((where[0], column), else_=0) if where else column), 0)
        for column in (_D.clicks, _D.sign_ups, _D.joined)
    )


def numbers(read: Read, partner_id: int, today: date | None = None) -> Numbers:
    """Count what a partner's links brought today, yesterday and in all; one statement."""
    day = today or program_day(read.now)
    before = day - timedelta(days=1)
    asked = {"partner": partner_id, "day": day, "before": before}
    times = {"start": day_start(before), "end": read.now - timedelta(days=1)}
    sums = [int(value) for value in read.session.execute(_numbers_statement(), asked | times).one()]
    return Numbers(Counts(*sums[0:3]), Counts(*sums[3:6]), Counts(*sums[9:12]), Counts(*sums[6:9]))


@cache  # putting it together takes longer than running it
def _numbers_statement() -> Select[*tuple[Any, ...]]:
    partner: Any = bindparam("partner")
    start, end = bindparam("start", type_=Instant()), bindparam("end", type_=Instant())

    def touches(kind: TouchKind) -> Any:
        return (
            select(func.count())
            .where(_T.partner_id == partner, _T.at >= start, _T.at <= end, _T.kind == kind, _T.counted)
            .scalar_subquery()
        )

    joined = select(func.count()).where(_J.partner_id == partner, _J.at >= start, _J.at <= end, _J.undone_at.is_(None))
    by_now = (touches(TouchKind.CLICK), touches(TouchKind.SIGN_UP), joined.scalar_subquery())
    columns = (*_sums(_D.day == bindparam("day")), *_sums(_D.day == bindparam("before")), *_sums(), *by_now)
    return (
        select(*(column.label(f"n{at}") for at, column in enumerate(columns)))
        .select_from(_D)
        .join(_L, _L.id == _D.link_id)
        .where(_L.partner_id == partner)
    )


def moved_within(read: Read, partner_id: int, spans: Sequence[tuple[date, date]]) -> list[Moved]:
    """Count what a partner brought in each span of days, first and last included; two statements for all of them."""
    asked: dict[str, Any] = {"partner": partner_id}
    for at, (first, last) in enumerate(spans):
        asked |= {f"first{at}": first, f"last{at}": last}
        asked |= {f"from{at}": day_start(first), f"until{at}": day_start(last + timedelta(days=1))}
    sums_statement, joins_statement = _moved_statements(len(spans))
    sums = [int(value) for value in read.session.execute(sums_statement, asked).one()]
    last_joins = read.session.execute(joins_statement, asked).one()
    return [Moved(Counts(*sums[3 * at : 3 * at + 3]), last_join) for at, last_join in enumerate(last_joins)]


@cache
def _moved_statements(spans: int) -> tuple[Any, Any]:
    days = [(bindparam(f"first{at}", type_=Date()), bindparam(f"last{at}", type_=Date())) for at in range(spans)]
    times = [(bindparam(f"from{at}", type_=Instant()), bindparam(f"until{at}", type_=Instant())) for at in range(spans)]
    within = [and_(_D.day >= first, _D.day <= last) for first, last in days]
    columns = [column for inside in within for column in _sums(inside)]
    sums = select(*(column.label(f"n{at}") for at, column in enumerate(columns))).join(_L, _L.id == _D.link_id)
    inside = [and_(_J.at >= start, _J.at < end) for start, end in times]
    joins = select(*(func.max(case((condition, _J.at))).label(f"n{at}") for at, condition in enumerate(inside)))
    return (
        sums.where(_L.partner_id == bindparam("partner"), or_(*within)),
        joins.where(_J.partner_id == bindparam("partner"), _J.undone_at.is_(None), or_(*inside)),
    )


def list_links(read: Read, partner_id: int) -> list[LinkLine]:
    """List a partner's links with their numbers: the main link first, retired ones last; one statement."""
    rows = read.session.execute(_links_statement(), {"partner": partner_id})
    return [LinkLine(Link(*row[:7]), Counts(*(int(n) for n in row[7:]))) for row in rows]


@cache
def _links_statement() -> Select[*tuple[Any, ...]]:
    return (
        select(*LINK_COLUMNS, *_sums())
        .join(_D, _D.link_id == _L.id, isouter=True)
        .where(_L.partner_id == bindparam("partner"))
        .group_by(*LINK_COLUMNS)
        .order_by(_L.archived_at.is_not(None), _L.campaign != "", _L.id.desc())
    )


def recent_happenings(read: Read, partner_id: int, limit: int = 8, sales: Sequence[Seen] = ()) -> list[Happening]:
    """List the last sign-ups, enrollments and the given sales, neighbours gathered, newest first; one statement."""
    rows = read.session.execute(_happenings_statement(), {"partner": partner_id, "most": limit * 5})
    seen = [Seen(*row) for row in rows]
    return gather(tell_apart(seen, sales), limit)


@cache
def _happenings_statement() -> CompoundSelect[*tuple[Any, ...]]:
    sign_ups = (
        select(literal("sign_up").label("kind"), _T.at, _T.link_id, _L.label)
        .join(_L, _L.id == _T.link_id)
        .where(_T.partner_id == bindparam("partner"), _T.kind == TouchKind.SIGN_UP, _T.counted)
        .order_by(_T.at.desc())
        .limit(bindparam("most", type_=Integer()))
    ).subquery()
    joined = (
        select(literal("joined").label("kind"), _J.at, _J.link_id, _L.label)
        .join(_L, _L.id == _J.link_id)
        .where(_J.partner_id == bindparam("partner"), _J.undone_at.is_(None))
        .order_by(_J.at.desc())
        .limit(bindparam("most", type_=Integer()))
    ).subquery()
    return union_all(select(sign_ups), select(joined))


def program_totals(read: Read, first: date, last: date) -> Counts:
    """Count what all links together brought from one day to another, both included; one statement."""
    statement = select(*_sums()).where(_D.day >= first, _D.day <= last)
    return Counts(*(int(value) for value in read.session.execute(statement).one()))
