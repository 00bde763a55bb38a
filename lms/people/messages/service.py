"""Telling people things, and keeping how they want to be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select, update

from lms.kernel.db import insert_missing, insert_once
from lms.kernel.errors import NotFound
from lms.kernel.text import as_language
from lms.kernel.work import Actor, Work
from lms.people.accounts.queries import Person, list_people
from lms.people.messages.errors import QuietHoursIncomplete
from lms.people.messages.models import Delivery, Notice, Preference, Quiet
from lms.people.messages.queries import quiet_hours, switched_off
from lms.people.messages.rules import (
    Channel,
    DeliveryState,
    TopicGroup,
    group_of,
    template_of,
    when_to_send,
)
from lms.web.letters import write_letter

MAIL_ERRAND = "mail"


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is to be said, to whomever.

    `topic` "floor/room/name" names the folder of its templates, `key` makes it unique per person,
    `link` is a path of ours, `values` fill the templates (plain JSON values), and after
    `expires_at` no mail about it goes out. `mail` is off for what only needs the in-app notice.
    """

    topic: str
    key: str
    link: str
    values: Mapping[str, Any]
    expires_at: datetime | None = None
    mail: bool = True


def send(
    work: Work,
    to: int | Sequence[int],
    topic: str,
    *,
    key: str,
    link: str,
    values: Mapping[str, Any],
) -> int:
    """Tell one or many people something; see `post`."""
    message = Message(topic=topic, key=key, link=link, values=values)
    return post(work, [to] if isinstance(to, int) else to, message)


def post(work: Work, to: Sequence[int], message: Message) -> int:
    """Write one notice and ask for one mail per person, and count the notices that are new.

    The same key tells the same person once. Mail is left out where it is switched off and waits
    for the end of quiet hours. Unknown people are skipped. Takes the same handful of statements
    for one person and for hundreds. Refuses TopicUnknown.
    """
    group = group_of(message.topic)
    people = list_people(work, to)
    if not people:
        return 0
    told = insert_missing(work, Notice, ["person_id", "key"], _notices(work, people, message))
    if not message.mail:
        return told
    off = switched_off(work, people, group)
    reached = {i: person for i, person in people.items() if (i, group) not in off}
    if reached:
        _ask_for_mails(work, reached, message)
    return told


def mark_read(work: Work, who: Actor, code: str) -> str:
    """Mark one of one's own notices as read and give its link; NotFound for anybody else's."""
    row = work.session.scalars(
        select(Notice).where(Notice.person_id == who.person_id, Notice.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound
    row.read_at = row.read_at or work.now
    return row.link


def mark_all_read(work: Work, who: Actor, up_to: str) -> None:
    """Mark one's own notices as read, up to the one with a code; later ones stay unread."""
    newest = select(Notice.id).where(Notice.person_id == who.person_id, Notice.code == up_to)
    work.session.execute(
        update(Notice)
        .where(
            Notice.person_id == who.person_id,
            Notice.read_at.is_(None),
            Notice.id <= newest.scalar_subquery(),
        )
        .values(read_at=work.now)
    )


def choose_mail(work: Work, person_id: int, choices: Mapping[TopicGroup, bool]) -> None:
    """Switch groups of topics on or off for a person's mail; groups not named stay as they are."""
    for group, on in choices.items():
        owned = {"person_id": person_id, "topic_group": group.value, "channel": Channel.MAIL.value}
        if not insert_once(work, Preference, list(owned), **owned, wanted=on):
            work.session.execute(update(Preference).filter_by(**owned).values(wanted=on))


def set_quiet_hours(work: Work, who: Actor, starts: time | None, ends: time | None) -> None:
    """Keep when one wants no mail; both empty: at any time. Refuses QuietHoursIncomplete."""
    if (starts is None) != (ends is None) or (starts is not None and starts == ends):
        raise QuietHoursIncomplete(field="ends")
    owned = {"person_id": who.person_id}
    if not insert_once(work, Quiet, ["person_id"], **owned, starts=starts, ends=ends):
        work.session.execute(update(Quiet).filter_by(**owned).values(starts=starts, ends=ends))


def _notices(work: Work, people: Mapping[int, Person], message: Message) -> Iterable[dict[str, Any]]:
    template = template_of(message.topic, "subject.txt")
    for person in people.values():
        line = write_letter(template, as_language(person.language), person=person, link=message.link, **message.values)
        yield {
            "code": work.new_code(),
            "person_id": person.id,
            "topic": message.topic,
            "key": message.key,
            "text": " ".join(line.split()),
            "link": message.link,
            "created_at": work.now,
        }


def _ask_for_mails(work: Work, people: Mapping[int, Person], message: Message) -> None:
    quiet = quiet_hours(work, people)
    waiting: dict[datetime, dict[str, dict[str, Any]]] = {}
    rows = []
    for person in people.values():
        at = when_to_send(work.now, work.now, quiet[person.id], person.time_zone, message.expires_at)
        rows.append(_delivery(work, person, message, DeliveryState.WAITING if at else DeliveryState.SKIPPED))
        if at is not None:
            asked = waiting.setdefault(at, {})
            payload = {"person_id": person.id, "key": message.key}
            asked[f"{MAIL_ERRAND}:{person.id}:{message.key}"] = payload
    insert_missing(work, Delivery, ["person_id", "channel", "key"], rows)
    for at, asked in waiting.items():
        work.errands(MAIL_ERRAND, asked, at)


def _delivery(work: Work, person: Person, message: Message, state: DeliveryState) -> dict[str, Any]:
    return {
        "person_id": person.id,
        "channel": Channel.MAIL.value,
        "key": message.key,
        "topic": message.topic,
        "link": message.link,
        "values": dict(message.values),
        "state": state.value,
        "created_at": work.now,
        "expires_at": message.expires_at,
        "error": "",
    }
