"""Tables of what people are told and how they want to be told."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import Index, String, Text, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.people.messages.rules import Channel, DeliveryState, TopicGroup

_UNREAD = text("read_at IS NULL")


class Notice(Model):
    """One line in a person's inbox."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_notice_person", "person_id", "id"),
        Index("ix_notice_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int] = ref("person.id", index=False)
    topic: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(150))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Delivery(Model):
    """One message to one person through one channel."""

    __tablename__ = "delivery"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("state", DeliveryState),
        UniqueConstraint("person_id", "channel", "key"),
    )

    id: Mapped[Key] = key()
    person_id: Mapped[int] = ref("person.id", index=False)
    channel: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(150))
    topic: Mapped[str] = mapped_column(String(100))
    link: Mapped[str] = mapped_column(String(500))
    values: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")


class Preference(Model):
    """A group of topics that a person switched off or on for a channel; without a row it is on."""

    __tablename__ = "preference"
    __table_args__ = (
        one_of("topic_group", TopicGroup),
        one_of("channel", Channel),
        UniqueConstraint("person_id", "topic_group", "channel"),
    )

    id: Mapped[Key] = key()
    person_id: Mapped[int] = ref("person.id", index=False)
    topic_group: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))
    wanted: Mapped[bool]


class Quiet(Model):
    """When a person wants no mail, in their own zone; both empty: at any time. Without a row: the default."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[int] = ref("person.id", primary_key=True)
    starts: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
