"""Reads of the contests room."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from lms.affiliates.contests.models import BoardEntry, BoardPreference
from lms.affiliates.contests.rules import Period, Position, masked, ranks, start_before, start_of, write_position
from lms.affiliates.partners.queries import partner_source
from lms.affiliates.tracking.rules import program_day
from lms.kernel.db import Instant
from lms.kernel.work import Read

PAGE = 50


@dataclass(frozen=True)
class BoardRow:
    """A line of the board. `display_name` is already hidden where the partner wants it."""

    rank: int
    partner_id: int
    code: str
    display_name: str
    joined: int
    is_me: bool


@dataclass(frozen=True)
class Own:
    """Where a partner stands. `rank` is None as long as nothing has been brought.

    `to_next` more enrollments draw level with rank `next_rank` (both None at the top); `climbed` places
    since the period before (None when there was no rank then or there is none now).
    """

    rank: int | None
    joined: int
    to_next: int | None
    next_rank: int | None
    climbed: int | None


@dataclass(frozen=True)
class Board:
    """A page of the board. `older` is the key of the next page, empty on the last one."""

    period: Period
    starts_on: date
    rows: list[BoardRow]
    own: Own
    total: int
    older: str
    hidden: bool


@dataclass(frozen=True)
class Place:
    """Where a partner stands this week, with the nearest rows above and below."""

    own: Own
    total: int
    rows: list[BoardRow]


_E = BoardEntry


def _in(period: Any, start: Any) -> ColumnElement[bool]:
    return and_(_E.period == period, _E.starts_on == start, _E.joined > 0)


def _better(period: Any, start: Any, than: Any) -> ScalarSelect[int]:
    return select(func.count()).where(_in(period, start), _E.joined > than).scalar_subquery()


def _joined_of(period: Any, start: Any, partner_id: Any) -> ScalarSelect[int]:
    return select(_E.joined).where(_in(period, start), _E.partner_id == partner_id).scalar_subquery()


def _rows(period: Any, start: Any) -> Select[Any]:
    partner = partner_source()
    return (
        select(_E.joined, _E.reached_at, _E.partner_id, partner.c.code, partner.c.name, BoardPreference.hidden)
        .join(partner, partner.c.id == _E.partner_id)
        .join(BoardPreference, BoardPreference.partner_id == _E.partner_id, isouter=True)
        .where(_in(period, start))
        .order_by(_E.joined.desc(), _E.reached_at, _E.partner_id)
    )


def _row(found: Any, rank: int, me: int) -> BoardRow:
    mine = found.partner_id == me
    name = masked(found.name) if found.hidden and not mine else found.name
    return BoardRow(rank, found.partner_id, found.code, name, found.joined, mine)


def _after(position: Position) -> ColumnElement[bool]:
    later = or_(
        _E.reached_at > position.reached_at,
        and_(_E.reached_at == position.reached_at, _E.partner_id > position.partner_id),
    )
    return or_(_E.joined < position.joined, and_(_E.joined == position.joined, later))


def _before_count(period: Any, start: Any, joined: Any, at: Any, id_: Any) -> ScalarSelect[int]:
    """Count the rows in front of a row in the order of the board."""
    earlier = or_(_E.reached_at < at, and_(_E.reached_at == at, _E.partner_id < id_))
    in_front = or_(_E.joined > joined, and_(_E.joined == joined, earlier))
    return select(func.count()).where(_in(period, start), in_front).scalar_subquery()


def board(
    read: Read, period: Period, starts_on: date, me: int, after: Position | None = None, limit: int = PAGE
) -> Board:
    """Give a page of the board with the own standing; two statements at any size.

    `starts_on` is the first day of the period, `me` a partner's id.
    """
    asked: dict[str, Any] = {"period": period.value, "start": starts_on, "most": limit + 1}
    statement = _page_statement() if after is None else _page_statement().where(_after(after))
    found = list(read.session.execute(statement, asked))
    page = found[:limit]
    first = (page[0].joined, page[0].reached_at, page[0].partner_id) if page else (None, None, None)
    asked |= {"before": start_before(period, starts_on), "me": me} | dict(zip(_FIRST, first, strict=True))
    standing = read.session.execute(_standing_statement(), asked).one()
    placed = ranks([row.joined for row in page], standing.first_better + 1, standing.in_front)
    older = ""
    if len(found) > limit:
        older = write_position(Position(page[-1].joined, page[-1].reached_at, page[-1].partner_id))
    rows = [_row(row, rank, me) for row, rank in zip(page, placed, strict=True)]
    return Board(period, starts_on, rows, _own(standing), standing.total, older, bool(standing.hidden))


_FIRST = ("first_joined", "first_at", "first_id")


@cache  # putting them together takes longer than running them
def _page_statement() -> Select[Any]:
    period, start = bindparam("period", type_=String()), bindparam("start", type_=Date())
    return _rows(period, start).limit(bindparam("most", type_=BigInteger()))


@cache
def _standing_statement() -> Select[Any]:
    """Where a partner stands, and how many rows lie before the page's first one; nothing lies before no row."""
    period, start = bindparam("period", type_=String()), bindparam("start", type_=Date())
    me, joined = bindparam("me", type_=BigInteger()), bindparam("first_joined", type_=BigInteger())
    at, id_ = bindparam("first_at", type_=Instant()), bindparam("first_id", type_=BigInteger())
    return select(
        *_standing(period, start, bindparam("before", type_=Date()), me),
        _better(period, start, joined).label("first_better"),
        _before_count(period, start, joined, at, id_).label("in_front"),
        select(BoardPreference.hidden).where(BoardPreference.partner_id == me).scalar_subquery().label("hidden"),
    )


def _standing(period: Any, start: Any, before: Any, me: Any) -> list[Any]:
    mine = _joined_of(period, start, me)
    own = func.coalesce(mine, 0)
    above = select(func.min(_E.joined)).where(_in(period, start), _E.joined > own).scalar_subquery()
    past = _joined_of(period, before, me)
    return [
        select(func.count()).where(_in(period, start)).scalar_subquery().label("total"),
        mine.label("mine"),
        _better(period, start, own).label("better"),
        select(func.count()).where(_in(period, start), _E.joined >= own).scalar_subquery().label("not_below"),
        above.label("above"),
        _better(period, start, above).label("above_better"),
        past.label("past"),
        _better(period, before, func.coalesce(past, 0)).label("past_better"),
    ]


def _own(row: Any) -> Own:
    rank = row.better + 1 if row.mine else None
    climbed = row.past_better + 1 - rank if rank is not None and row.past else None
    if row.above is None:
        return Own(rank, row.mine or 0, None, None, climbed)
    return Own(rank, row.mine or 0, row.above - (row.mine or 0), row.above_better + 1, climbed)


def place(read: Read, partner_id: int, period: Period = Period.WEEK) -> Place:
    """Give where a partner stands this week, with the rows next to it; three statements."""
    start = start_of(period, program_day(read.now))
    standing = read.session.execute(select(*_standing(period, start, start_before(period, start), partner_id))).one()
    own = _own(standing)
    rows = _rows(period, start)
    near: list[BoardRow] = []
    if own.next_rank is not None:
        above = rows.where(_E.joined == standing.above).limit(1)
        near += [_row(row, own.next_rank, partner_id) for row in read.session.execute(above)]
    if own.rank is None:
        return Place(own, standing.total, near)
    below = rows.where(or_(_E.joined < own.joined, _E.partner_id == partner_id)).limit(2)
    for row in read.session.execute(below):
        # Everybody not below is better or level.
        rank = own.rank if row.partner_id == partner_id else standing.not_below + 1
        near.append(_row(row, rank, partner_id))
    return Place(own, standing.total, near)


@dataclass(frozen=True)
class Rank:
    """Where a partner stands in a running period, and of how many. `rank` is None without an enrollment.

    `to_next` more enrollments draw level with rank `next_rank` (both None at the top).
    """

    period: Period
    rank: int | None
    joined: int
    total: int
    to_next: int | None
    next_rank: int | None


def ranks_now(read: Read, partner_id: int) -> list[Rank]:
    """Give where a partner stands today, this week and this month; one statement for all three."""
    today = program_day(read.now)
    values: dict[str, Any] = {period.value: start_of(period, today) for period in Period}
    row = read.session.execute(_ranks_statement(), values | {"me": partner_id}).one()
    return [_rank(period, *row[at * 5 : at * 5 + 5]) for at, period in enumerate(Period)]


@cache  # putting it together takes longer than running it
def _ranks_statement() -> Select[Any]:
    columns: list[Any] = []
    for period in Period:
        start: Any = bindparam(period.value, type_=Date())
        mine = _joined_of(period, start, cast(int, bindparam("me", type_=BigInteger())))
        own = func.coalesce(mine, 0)
        above = select(func.min(_E.joined)).where(_in(period, start), _E.joined > own).scalar_subquery()
        total = select(func.count()).where(_in(period, start)).scalar_subquery()
        columns += [total, mine, _better(period, start, own), above, _better(period, start, above)]
    return select(*(column.label(f"c{at}") for at, column in enumerate(columns)))


def _rank(period: Period, *standing: int | None) -> Rank:
    total, mine, better, above, above_better = standing
    rank = (better or 0) + 1 if mine else None
    if above is None:
        return Rank(period, rank, mine or 0, total or 0, None, None)
    return Rank(period, rank, mine or 0, total or 0, above - (mine or 0), (above_better or 0) + 1)
