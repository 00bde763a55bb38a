"""Where a partner stands, as columns of a statement and as a value."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func

from lms.affiliates.contests.queries.scores import Race


@dataclass(frozen=True)
class Own:
    """Where a partner stands. `rank` is None as long as nothing has been brought.

    `to_next` more draw level with rank `next_rank` (both None at the top); it is None as well where the number
    ahead is hidden. `climbed` places since the period before (None when there was no rank then or there is none
    now).
    """

    rank: int | None
    score: int
    to_next: int | None
    next_rank: int | None
    climbed: int | None


def standing(race: Race, before: Race, me: Any) -> list[Any]:
    """Give the columns that `own_of` reads: a partner in a race and in the one before."""
    mine, past = race.of(me), before.of(me)
    own = func.coalesce(mine, 0)
    above = race.next_above(own)
    return [
        race.count().label("total"),
        mine.label("mine"),
        race.better(own).label("better"),
        above.label("above"),
        race.better(above).label("above_better"),
        race.open_at(above).label("above_open"),
        past.label("past"),
        before.better(func.coalesce(past, 0)).label("past_better"),
    ]


def own_of(row: Any, *, hidden: bool) -> Own:
    """Read where a partner stands; `hidden` when the numbers of others are not told."""
    rank = row.better + 1 if row.mine else None
    climbed = row.past_better + 1 - rank if rank is not None and row.past else None
    score = int(row.mine or 0)
    if row.above is None:
        return Own(rank, score, None, None, climbed)
    to_next = int(row.above) - score if row.above_open and not hidden else None
    return Own(rank, score, to_next, row.above_better + 1, climbed)
