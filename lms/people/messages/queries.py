"""What people were told, and how they want to be told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, func, select

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.people.messages.models import Notice as NoticeRow
from lms.people.messages.models import Preference, Quiet
from lms.people.messages.rules import DEFAULT_QUIET, Channel, QuietHours, TopicGroup


@dataclass(frozen=True)
class Notice:
    """One line of the inbox; `link` is a path of ours."""

    code: str
    topic: str
    text: str
    link: str
    created_at: datetime
    read_at: datetime | None


def count_unread(read: Read, person_id: int) -> int:
    """Count the notices a person has not read."""
    return read.session.scalar(_unread_statement(), {"person": person_id}) or 0


@cache  # putting it together takes longer than running it, and every page runs it
def _unread_statement() -> Select[int]:
    mine = NoticeRow.person_id == bindparam("person")
    return select(func.count()).where(mine, NoticeRow.read_at.is_(None))


def list_notices(read: Read, person_id: int, before: str | None = None, limit: int = 30) -> list[Notice]:
    """List a person's notices, newest first; `before` is the code of the last one shown.

    NotFound when that code is not one of the person's own.
    """
    statement = select(NoticeRow).where(NoticeRow.person_id == person_id).order_by(NoticeRow.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(NoticeRow.id < _own_id(read, person_id, before))
    return [
        Notice(row.code, row.topic, row.text, row.link, row.created_at, row.read_at)
        for row in read.session.scalars(statement)
    ]


def mail_choices(read: Read, person_id: int) -> dict[TopicGroup, bool]:
    """Tell for every group of topics whether it comes by mail."""
    off = switched_off(read, [person_id])
    return {group: (person_id, group) not in off for group in TopicGroup}


def switched_off(read: Read, people: Collection[int], group: TopicGroup | None = None) -> set[tuple[int, TopicGroup]]:
    """Give the (person, group) pairs that are switched off for mail, of one group or of all."""
    statement = select(Preference.person_id, Preference.topic_group).where(
        Preference.person_id.in_(list(people)),
        Preference.channel == Channel.MAIL,
        Preference.wanted.is_(False),
    )
    if group is not None:
        statement = statement.where(Preference.topic_group == group)
    return {(person_id, TopicGroup(name)) for person_id, name in read.session.execute(statement)}


def quiet_hours(read: Read, people: Collection[int]) -> dict[int, QuietHours | None]:
    """Give everybody's quiet hours: their own, none, or the default."""
    own = {
        row.person_id: QuietHours(row.starts, row.ends) if row.starts and row.ends else None
        for row in read.session.scalars(select(Quiet).where(Quiet.person_id.in_(list(people))))
    }
    return {person_id: own.get(person_id, DEFAULT_QUIET) for person_id in people}


def _own_id(read: Read, person_id: int, code: str) -> int:
    found = read.session.scalar(select(NoticeRow.id).where(NoticeRow.person_id == person_id, NoticeRow.code == code))
    if found is None:
        raise NotFound
    return found
