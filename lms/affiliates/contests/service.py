"""Writes of the contests room."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select, update

from lms.affiliates.commissions.queries import commission_source
from lms.affiliates.commissions.rules import day_start
from lms.affiliates.contests.models import BoardEntry, BoardMoney, BoardPreference, BoardSetting
from lms.affiliates.contests.rules import Period, last_of, start_of
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.tracking.queries import moved_between
from lms.kernel.db import insert_once, lock
from lms.kernel.work import Actor, Work

_SETTING = 1


def recount(work: Work, partner_id: int, day: date) -> None:
    """Bring a partner's entries of the day, its week and its month in line with the roll-ups.

    The entry is held before the roll-ups are read, so that of two recounts at once the later one wins.
    """
    for period, start in _periods(day):
        wanted = {"period": period, "starts_on": start, "partner_id": partner_id}
        numbers = {"joined": 0, "sign_ups": 0, "clicks": 0, "reached_at": work.now}
        insert_once(work, BoardEntry, ["period", "starts_on", "partner_id"], **wanted, **numbers)
        id_ = work.session.scalar(select(BoardEntry.id).filter_by(**wanted))
        entry = lock(work, BoardEntry, id_ or 0)
        moved = moved_between(work, partner_id, start, last_of(period, start))
        entry.clicks = moved.counts.clicks
        entry.sign_ups = moved.counts.sign_ups
        entry.joined = moved.counts.joined
        entry.reached_at = moved.last_join_at or work.now
        work.session.flush()


def recount_money(work: Work, partner_id: int, day: date, currency: str) -> None:
    """Bring a partner's sales and commission of the day, its week and its month in line with the lines.

    The entry is held before the lines are read, as in `recount`.
    """
    for period, start in _periods(day):
        wanted = {"period": period, "starts_on": start, "partner_id": partner_id, "currency": currency}
        numbers = {"sales": 0, "earned_minor": 0, "reached_at": work.now}
        insert_once(work, BoardMoney, ["period", "starts_on", "currency", "partner_id"], **wanted, **numbers)
        id_ = work.session.scalar(select(BoardMoney.id).filter_by(**wanted))
        entry = lock(work, BoardMoney, id_ or 0)
        line = commission_source()
        sales, earned, last = work.session.execute(
            select(func.count(line.c.order_id.distinct()), func.sum(line.c.live_minor), func.max(line.c.paid_at)).where(
                line.c.partner_id == partner_id,
                line.c.currency == currency,
                line.c.live_minor > 0,
                line.c.paid_at >= day_start(start),
                line.c.paid_at < day_start(last_of(period, start) + timedelta(days=1)),
            )
        ).one()
        entry.sales, entry.earned_minor, entry.reached_at = sales, int(earned or 0), last or work.now
        work.session.flush()


def _periods(day: date) -> Iterator[tuple[Period, date]]:
    return ((period, start_of(period, day)) for period in Period)


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
