"""Tables of the tracking room."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.affiliates.tracking.rules import Device, TouchKind
from lms.kernel.db import Key, Model, key, one_of, ref


class ReferralLink(Model):
    """A link of a partner's. The one with the empty campaign is the partner's own, its code the handle."""

    __tablename__ = "referral_link"
    __table_args__ = (UniqueConstraint("partner_id", "campaign"),)

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    partner_id: Mapped[int] = ref("partner.id", index=False)
    camp_id: Mapped[int | None] = ref("camp.id")
    campaign: Mapped[str] = mapped_column(String(24), default="")
    label: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Touch(Model):
    """One recorded visit or sign-up through a link.

    `eligible`: may win an order (the partner was approved and is not the visitor). `counted`: is in the
    numbers (eligible, and the first within the hour).
    """

    __tablename__ = "touch"
    __table_args__ = (
        one_of("kind", TouchKind),
        one_of("user_agent", Device),
        Index("ix_touch_visitor_at", "visitor", "at"),
        Index("ix_touch_partner_at", "partner_id", "at"),
        Index("ix_touch_link_at", "link_id", "at"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(24), unique=True)
    link_id: Mapped[int] = ref("referral_link.id", index=False)
    partner_id: Mapped[int] = ref("partner.id", index=False)
    visitor: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[int | None] = ref("person.id")
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))
    eligible: Mapped[bool]
    counted: Mapped[bool]
    user_agent: Mapped[str] = mapped_column(String(10))


class VisitorPerson(Model):
    """Which person a visitor's cookie turned out to be."""

    __tablename__ = "visitor_person"
    __table_args__ = (UniqueConstraint("visitor", "person_id"),)

    id: Mapped[Key] = key()
    visitor: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[int] = ref("person.id")
    bound_at: Mapped[datetime]


class ReferredJoin(Model):
    """An enrollment that a link brought; `undone_at` when the seat was given up. What roll-ups count."""

    __tablename__ = "referred_join"
    __table_args__ = (Index("ix_referred_join_partner_at", "partner_id", "at"),)

    id: Mapped[Key] = key()
    enrollment_id: Mapped[int] = ref("enrollment.id", unique=True)
    link_id: Mapped[int] = ref("referral_link.id")
    partner_id: Mapped[int] = ref("partner.id", index=False)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class LinkDay(Model):
    """What a link brought on one day of the program's zone; equal to a recount at any time."""

    __tablename__ = "link_day"
    __table_args__ = (
        UniqueConstraint("link_id", "day"),
        CheckConstraint("clicks >= 0 AND sign_ups >= 0 AND joined >= 0", name="counts"),
    )

    id: Mapped[Key] = key()
    link_id: Mapped[int] = ref("referral_link.id", index=False)
    day: Mapped[date]
    clicks: Mapped[int] = mapped_column(default=0)
    sign_ups: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
