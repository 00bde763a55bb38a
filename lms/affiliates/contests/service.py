"""Writes of the contests room."""

from datetime import date

from sqlalchemy import select, update

from lms.affiliates.contests.models import BoardEntry, BoardPreference
from lms.affiliates.contests.rules import Period, last_of, start_of
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.tracking.queries import moved_between
from lms.kernel.db import insert_once, lock
from lms.kernel.work import Actor, Work


def recount(work: Work, partner_id: int, day: date) -> None:
    """Bring a partner's entries of the day, its week and its month in line with the roll-ups.

    The entry is held before the roll-ups are read, so that of two recounts at once the later one wins.
    """
    for period in Period:
        start = start_of(period, day)
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


def set_hidden(work: Work, who: Actor, hidden: bool) -> None:
    """Hide the acting partner's name from the others, or show it again."""
    partner = require_partner(work, who)
    if not insert_once(work, BoardPreference, ["partner_id"], partner_id=partner.id, hidden=hidden):
        work.session.execute(
            update(BoardPreference).where(BoardPreference.partner_id == partner.id).values(hidden=hidden)
        )
