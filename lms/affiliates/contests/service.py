"""Writes of the contests room."""

from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, and_, bindparam, case, func, or_, select, update

from lms.affiliates.commissions.queries import commission_source
from lms.affiliates.commissions.rules import day_start
from lms.affiliates.contests.models import BoardEntry, BoardMoney, BoardPreference, BoardSetting
from lms.affiliates.contests.rules import Period, last_of, start_of
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.tracking.queries import moved_within
from lms.kernel.db import Instant, insert_missing, insert_once, lock
from lms.kernel.work import Actor, Work

_SETTING = 1


def recount(work: Work, partner_id: int, day: date) -> None:
    """Bring a partner's entries of the day, its week and its month in line with the roll-ups.

    The entries are held before the roll-ups are read, so that of two recounts at once the later one wins.
    """
    numbers = {"joined": 0, "sign_ups": 0, "clicks": 0, "reached_at": work.now}
    entries = _hold(work, BoardEntry, day, {"partner_id": partner_id}, numbers)
    for entry, moved in zip(entries, moved_within(work, partner_id, _spans(day)), strict=True):
        entry.clicks = moved.counts.clicks
        entry.sign_ups = moved.counts.sign_ups
        entry.joined = moved.counts.joined
        entry.reached_at = moved.last_join_at or work.now
    work.session.flush()


def recount_money(work: Work, partner_id: int, day: date, currency: str) -> None:
    """Bring a partner's sales and commission of the day, its week and its month in line with the lines.

    The entries are held before the lines are read, as in `recount`.
    """
    whose = {"partner_id": partner_id, "currency": currency}
    entries = _hold(work, BoardMoney, day, whose, {"sales": 0, "earned_minor": 0, "reached_at": work.now})
    times = {
        f"{word}{at}": day_start(found)
        for at, (first, last) in enumerate(_spans(day))
        for word, found in (("from", first), ("until", last + timedelta(days=1)))
    }
    row = work.session.execute(_earned(), whose | times).one()
    for at, entry in enumerate(entries):
        sales, earned, last_sale = row[3 * at : 3 * at + 3]
        entry.sales, entry.earned_minor, entry.reached_at = sales, int(earned or 0), last_sale or work.now
    work.session.flush()


def _spans(day: date) -> list[tuple[date, date]]:
    starts = [(period, start_of(period, day)) for period in Period]
    return [(start, last_of(period, start)) for period, start in starts]


E = TypeVar("E", BoardEntry, BoardMoney)


def _hold(work: Work, model: type[E], day: date, whose: dict[str, Any], fresh: dict[str, Any]) -> list[E]:
    """Hold somebody's entries of a day, its week and its month, in the order of `Period`; missing ones are made."""
    starts = {period.value: start_of(period, day) for period in Period}

    def look() -> dict[str, E]:
        return {entry.period: entry for entry in work.session.scalars(_holding(model, tuple(whose)), whose | starts)}

    found = look()
    if len(found) < len(starts):
        unique = ["period", "starts_on", *whose]
        keys = [{"period": period, "starts_on": start} for period, start in starts.items()]
        insert_missing(work, model, unique, [key | whose | fresh for key in keys])
        found = look()
    return [found[period] for period in starts]


@cache  # putting it together takes longer than running it
def _holding(model: type[E], whose: tuple[str, ...]) -> Any:
    """Compose the lock of entries, by id: in one order everywhere, so that no two works wait for each other."""
    periods = [and_(model.period == period, model.starts_on == bindparam(period.value)) for period in Period]
    mine = [getattr(model, name) == bindparam(name) for name in whose]
    held = select(model).where(*mine, or_(*periods)).order_by(model.id).with_for_update()
    return held.execution_options(populate_existing=True)


@cache
def _earned() -> Select[*tuple[Any, ...]]:
    """Compose what stands of a partner's lines in each span: sales, what they earned, and when the last was paid."""
    line = commission_source()
    starts = [bindparam(f"from{at}", type_=Instant()) for at, _ in enumerate(Period)]
    ends = [bindparam(f"until{at}", type_=Instant()) for at, _ in enumerate(Period)]
    within = [and_(line.c.paid_at >= start, line.c.paid_at < end) for start, end in zip(starts, ends, strict=True)]
    columns = [
        column
        for inside in within
        for column in (
            func.count(case((inside, line.c.order_id)).distinct()),
            func.sum(case((inside, line.c.live_minor))),
            func.max(case((inside, line.c.paid_at))),
        )
    ]
    return select(*(column.label(f"n{at}") for at, column in enumerate(columns))).where(
        line.c.partner_id == bindparam("partner_id"),
        line.c.currency == bindparam("currency"),
        line.c.live_minor > 0,
        or_(*within),
    )


def set_hidden(work: Work, who: Actor, *, name: bool, amounts: bool) -> None:
    """Hide the acting partner's name, and sales and commission, from the others, or show them again."""
    partner = require_partner(work, who)
    wanted = {"hidden": name, "amounts_hidden": amounts}
    if not insert_once(work, BoardPreference, ["partner_id"], partner_id=partner.id, **wanted):
        work.session.execute(update(BoardPreference).where(BoardPreference.partner_id == partner.id).values(**wanted))


def hide_all_amounts(work: Work, hidden: bool) -> None:
    """Hide everybody's sales and commission on the board, or leave it to each partner again; twice is once."""
    insert_once(work, BoardSetting, ["id"], id=_SETTING, amounts_hidden=False)
    setting = lock(work, BoardSetting, _SETTING)
    if setting.amounts_hidden == hidden:
        return
    setting.amounts_hidden = hidden
    work.session.flush()
    work.audit(
        "board.amounts_hidden" if hidden else "board.amounts_shown",
        subject="board",
        before={"amounts_hidden": not hidden},
        after={"amounts_hidden": hidden},
    )
