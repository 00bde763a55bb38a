"""Where a partner stands in the running day, week and month."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Date, Select, String, bindparam, func, select

from lms.affiliates.contests.queries.scores import Race, hidden_by_program
from lms.affiliates.contests.rules import Measure, Period, start_of
from lms.affiliates.tracking.rules import program_day
from lms.kernel.work import Read

_COLUMNS = 6


@dataclass(frozen=True)
class Rank:
    """Where a partner stands in a running period, and of how many. `rank` is None without a number.

    `to_next` more draw level with rank `next_rank` (both None at the top); it is None as well where the number
    ahead is hidden.
    """

    period: Period
    rank: int | None
    score: int
    total: int
    to_next: int | None
    next_rank: int | None


def ranks_now(read: Read, partner_id: int, measure: Measure = Measure.JOINED, currency: str = "") -> list[Rank]:
    """Give where a partner stands today, this week and this month; one statement for all three."""
    today = program_day(read.now)
    values: dict[str, Any] = {period.value: start_of(period, today) for period in Period}
    asked = values | {"me": partner_id, "currency": currency}
    *found, hidden = read.session.execute(_ranks_statement(measure), asked).one()
    told = not (measure.is_money and hidden)
    return [_rank(period, told, *found[at * _COLUMNS : (at + 1) * _COLUMNS]) for at, period in enumerate(Period)]


@cache  # putting it together takes longer than running it
def _ranks_statement(measure: Measure) -> Select[Any]:
    me: Any = bindparam("me", type_=BigInteger())
    columns: list[Any] = []
    for period in Period:
        start: Any = bindparam(period.value, type_=Date())
        race = Race(measure, period, start, bindparam("currency", type_=String()))
        mine = race.of(me)
        own = func.coalesce(mine, 0)
        above = race.next_above(own)
        columns += [race.count(), mine, race.better(own), above, race.better(above), race.open_at(above)]
    return select(*(column.label(f"c{at}") for at, column in enumerate([*columns, hidden_by_program()])))


def _rank(period: Period, told: bool, *standing: int | None) -> Rank:
    total, mine, better, above, above_better, above_open = standing
    rank, score = (better or 0) + 1 if mine else None, int(mine or 0)
    if above is None:
        return Rank(period, rank, score, total or 0, None, None)
    to_next = int(above) - score if told and above_open else None
    return Rank(period, rank, score, total or 0, to_next, (above_better or 0) + 1)
