"""A page of the board."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Date, Select, String, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.affiliates.contests.models import BoardMoney, BoardPreference
from lms.affiliates.contests.queries.scores import Race, hidden_by_program
from lms.affiliates.contests.queries.standing import Own, own_of, standing
from lms.affiliates.contests.rules import Measure, Period, is_shown, masked, ranks, start_before
from lms.kernel.db import Instant
from lms.kernel.work import Read

PAGE = 50
_FIRST = ("first_score", "first_at", "first_id")


@dataclass(frozen=True)
class BoardRow:
    """A line of the board. `display_name` is hidden already where the partner wants it, `score` None where hidden.

    `person_code` draws the face people know; of a hidden one it is empty and the handle draws another.
    """

    rank: int
    partner_id: int
    code: str
    person_code: str
    display_name: str
    score: int | None
    is_me: bool


@dataclass(frozen=True)
class Board:
    """A page of the board. `older` names the last row where there is more, empty on the last page.

    Money stands by currency: `currency` is the one shown of `currencies`, empty where heads are counted.
    `has_money` tells whether anybody ever sold anything. The reader hides `name_hidden`, `amounts_hidden`; the
    program hides everybody's amounts by `all_hidden`.
    """

    period: Period
    measure: Measure
    starts_on: date
    rows: list[BoardRow]
    own: Own
    total: int
    older: str
    currency: str
    currencies: list[str]
    has_money: bool
    name_hidden: bool
    amounts_hidden: bool
    all_hidden: bool

    @property
    def top(self) -> int:
        """Give the greatest number shown on this page, for the bars: a hidden one is not to be read off them."""
        return max((row.score for row in self.rows if row.score is not None), default=0)


@dataclass(frozen=True)
class View:
    """What is looked at: the measure, for money the currency, the row a page comes after, and how many rows."""

    measure: Measure = Measure.JOINED
    currency: str = ""
    after: int | None = None
    limit: int = PAGE


def board(read: Read, period: Period, starts_on: date, me: int, view: View = View()) -> Board:
    """Give a page of a board with the own standing; two statements at any size, three for money.

    `starts_on` is the first day of the period, `me` a partner's id or 0 for an operator, who sees every name and
    number. An unknown currency is the one used most, an unknown row gives the first page.
    """
    measure, limit = view.measure, view.limit
    currencies = _currencies(read, period, starts_on) if measure.is_money else []
    currency = view.currency if view.currency in currencies else (currencies or [""])[0]
    asked: dict[str, Any] = {"period": period.value, "start": starts_on, "currency": currency, "most": limit + 1}
    found = _found(read, measure, asked, view.after)
    page = found[:limit]
    first = (page[0].score, page[0].reached_at, page[0].partner_id) if page else (None, None, None)
    asked.update(zip(_FIRST, first, strict=True), before=start_before(period, starts_on), me=me)
    stand = read.session.execute(_standing_statement(measure), asked).one()
    placed = ranks([row.score for row in page], stand.first_better + 1, stand.in_front)
    sees = _Reader(measure, me, bool(stand.all_hidden))
    return Board(
        period=period,
        measure=measure,
        starts_on=starts_on,
        rows=[sees.row(row, rank) for row, rank in zip(page, placed, strict=True)],
        own=own_of(stand, hidden=measure.is_money and sees.by_program),
        total=stand.total,
        older=str(page[-1].id) if len(found) > limit else "",
        currency=currency,
        currencies=currencies,
        has_money=bool(stand.has_money),
        name_hidden=bool(stand.hidden),
        amounts_hidden=bool(stand.amounts_hidden),
        all_hidden=bool(stand.all_hidden),
    )


@dataclass(frozen=True)
class _Reader:
    """Who reads the board, and so what they see of a row."""

    measure: Measure
    me: int
    by_program: bool

    def row(self, found: Any, rank: int) -> BoardRow:
        mine = found.partner_id == self.me
        open_to_me = mine or self.me == 0
        shown = is_shown(
            self.measure, mine=open_to_me, by_program=self.by_program, by_partner=bool(found.amounts_hidden)
        )
        is_masked = found.hidden and not open_to_me
        name, face = (masked(found.name), "") if is_masked else (found.name, found.person_code)
        return BoardRow(rank, found.partner_id, found.code, face, name, int(found.score) if shown else None, mine)


def _currencies(read: Read, period: Period, start: date) -> list[str]:
    """List the currencies somebody sold in during a period, the most used first."""
    rows = read.session.scalars(
        select(BoardMoney.currency)
        .where(BoardMoney.period == period, BoardMoney.starts_on == start, BoardMoney.sales > 0)
        .group_by(BoardMoney.currency)
        .order_by(func.count().desc(), BoardMoney.currency)
    )
    return list(rows)


def _found(read: Read, measure: Measure, asked: dict[str, Any], after: int | None) -> list[Any]:
    """Find the rows after a row; an unknown one, or one of another board, gives the first rows."""
    if after is not None:
        later = read.session.execute(_page_statement(measure, later=True), {**asked, "after": after}).all()
        if later:
            return list(later)
    return list(read.session.execute(_page_statement(measure, later=False), asked).all())


def _race(measure: Measure, start: str = "start") -> Race:
    return Race(
        measure,
        bindparam("period", type_=String()),
        bindparam(start, type_=Date()),
        bindparam("currency", type_=String()),
    )


@cache  # putting them together takes longer than running them
def _page_statement(measure: Measure, *, later: bool) -> Select[Any]:
    race = _race(measure)
    page = race.page().limit(bindparam("most", type_=BigInteger()))
    if not later:
        return page
    last: Any = aliased(race.entry)
    same = [last.period == race.period, last.starts_on == race.start]
    if measure.is_money:
        same.append(last.currency == race.currency)
    return page.join(last, last.id == bindparam("after", type_=BigInteger())).where(*same, race.after(last))


@cache
def _standing_statement(measure: Measure) -> Select[Any]:
    """Where a partner stands, and how many rows lie before the page's first one; nothing lies before no row."""
    race, before = _race(measure), _race(measure, "before")
    me, score = bindparam("me", type_=BigInteger()), bindparam("first_score", type_=BigInteger())
    at, id_ = bindparam("first_at", type_=Instant()), bindparam("first_id", type_=BigInteger())
    wish = select(BoardPreference.hidden).where(BoardPreference.partner_id == me)
    return select(
        *standing(race, before, me),
        race.better(score).label("first_better"),
        race.in_front(score, at, id_).label("in_front"),
        wish.scalar_subquery().label("hidden"),
        wish.with_only_columns(BoardPreference.amounts_hidden).scalar_subquery().label("amounts_hidden"),
        hidden_by_program().label("all_hidden"),
        select(BoardMoney.id).limit(1).exists().label("has_money"),
    )
