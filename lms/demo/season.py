"""The demo season: one story of six weeks, told through the services and always ending now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial

from flask import Flask
from sqlalchemy import select

from lms.demo.answers import ask_and_answer
from lms.demo.cast import BY_KEY, DOORS, SHANGHAI, STAFF
from lms.demo.classwork import leave_open, study
from lms.demo.cohorts import fill_cohorts, import_camps, open_cohorts
from lms.demo.prices import publish_plans, set_prices
from lms.demo.promotion import enter, recruit, use_kit, wander, wish_mail_again
from lms.demo.rewards import pay_partners
from lms.demo.stage import Stage, stage
from lms.demo.troubles import browse, give_back, hand_in, quarrel
from lms.kernel.audit import AuditEntry
from lms.kernel.work import Work, begin_read, begin_work
from lms.kernel.worker import drain
from lms.learning.certificates import queries as certificates
from lms.learning.certificates import service as certifying
from lms.learning.certificates.rules import RevokeReason
from lms.people.accounts.queries import find_person_by_email
from lms.people.messages import queries as inbox
from lms.people.messages import service as messages

LENGTH = timedelta(days=46)


_TOLD = "demo.season_told"


class Progress(StrEnum):
    """How far the telling has come."""

    NOT_BEGUN = "not_begun"
    CUT_SHORT = "cut_short"
    TOLD = "told"


@dataclass(frozen=True)
class Told:
    """What the season came to."""

    people: int
    cohorts: int


def how_far() -> Progress:
    """Say whether the season is told, was cut short or has not begun."""
    read = begin_read()
    if read.session.scalar(select(AuditEntry.id).where(AuditEntry.act == _TOLD).limit(1)) is not None:
        return Progress.TOLD
    begun = find_person_by_email(read, BY_KEY["operator"].email) is not None
    return Progress.CUT_SHORT if begun else Progress.NOT_BEGUN


def tell_season(app: Flask) -> Told:
    """Tell the season on an empty database, inside an app context; the app's clock rules again afterwards."""
    with stage(app, LENGTH) as told:
        _write(told)
        told.play()
        told.clock.at = told.now
        told.hear()
        drain(app)
        told.hear()
        drain(app, schedules=False)
        told.till.file_notices()
        with begin_work() as work:
            wish_mail_again(told, work)
            work.audit(_TOLD, subject="demo", after={"people": len(told.people)})
        return Told(len(told.people), len(told.cohorts))


def _write(told: Stage) -> None:
    opening = told.moment(told.today(SHANGHAI) - timedelta(days=45), 9, SHANGHAI)
    told.scene(opening, partial(_hire, told))
    import_camps(told, opening + timedelta(hours=1))
    recruit(told)
    publish_plans(told)
    open_cohorts(told)
    set_prices(told)
    fill_cohorts(told)
    study(told)
    ask_and_answer(told)
    leave_open(told)
    wander(told)
    use_kit(told)
    told.scene(told.moment(told.today(SHANGHAI) - timedelta(days=2), 15.2, SHANGHAI), partial(_revoke, told), _REVOKED)
    told.scene(told.moment(told.today(SHANGHAI) - timedelta(days=1), 9, SHANGHAI), partial(_read_inboxes, told))
    _sell(told)
    _settle_daily(told)


def _sell(told: Stage) -> None:
    browse(told)
    hand_in(told)
    give_back(told)
    quarrel(told)
    pay_partners(told)


_REVOKED = "operator certificates.revoke"


def _hire(told: Stage, work: Work) -> None:
    for player in STAFF:
        enter(told, work, player)


def _revoke(told: Stage, work: Work) -> None:
    """One certificate of the academy was earned with somebody else's texts."""
    for held in certificates.list_mine(work, told.person_id("meng-fan")):
        remark = "第 3、4 天的文案与另一位学员逐字相同，本人已确认。"
        certifying.revoke(work, told.actor("operator"), held.code, RevokeReason.NOT_OWN_WORK, remark)


def _read_inboxes(told: Stage, work: Work) -> None:
    """What is unread in the inboxes of the demo's accounts is the news of yesterday and today."""
    for key in DOORS:
        for newest in inbox.list_notices(work, told.person_id(key), None, 1):
            messages.mark_all_read(work, told.actor(key), newest.code)


def _settle_daily(told: Stage) -> None:
    """Let the worker go round every evening, with its jobs once there are days to remind of."""
    for ago in range(44, -1, -1):
        day = told.today(SHANGHAI) - timedelta(days=ago)
        told.steps(told.moment(day, 20.3, SHANGHAI), told.hear)
        told.settle(told.moment(day, 20.4, SHANGHAI), jobs=ago < 13)
