"""Tables of the partners room."""

from datetime import date, datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.affiliates.partners.rules import MOST_GROUP_NAME, MOST_REASON, PartnerState
from lms.kernel.db import Key, Model, key, one_of, ref


class Agreement(Model):
    """One version of the agreement as it was shown, kept from its first signature on."""

    __tablename__ = "agreement"

    id: Mapped[Key] = key()
    version: Mapped[str] = mapped_column(String(20), unique=True)
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    digest_zh: Mapped[str] = mapped_column(String(64))
    digest_en: Mapped[str] = mapped_column(String(64))
    in_force_from: Mapped[date]


class PartnerGroup(Model):
    """Partners who are paid by a plan of their own."""

    __tablename__ = "partner_group"

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(MOST_GROUP_NAME), unique=True)
    created_at: Mapped[datetime]


class Partner(Model):
    """A person who promotes, or has asked to."""

    __tablename__ = "partner"
    __table_args__ = (one_of("state", PartnerState),)

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    person_id: Mapped[int] = ref("person.id", unique=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(Text, default="")
    applied_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = ref("person.id", index=False)
    reason: Mapped[str] = mapped_column(String(MOST_REASON), default="")
    code_changed_at: Mapped[datetime | None]
    group_id: Mapped[int | None] = ref("partner_group.id")
    locked_at: Mapped[datetime | None]
    lock_reason: Mapped[str] = mapped_column(String(MOST_REASON), default="")
    lock_number: Mapped[int] = mapped_column(default=0)


class PartnerHandle(Model):
    """Every handle that was ever given out, so that a printed one never leads to somebody else."""

    __tablename__ = "partner_handle"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    partner_id: Mapped[int] = ref("partner.id")
    taken_at: Mapped[datetime]


class AgreementSignature(Model):
    """Who signed which text when: one per partner and version."""

    __tablename__ = "agreement_signature"
    __table_args__ = (UniqueConstraint("partner_id", "agreement_id"),)

    id: Mapped[Key] = key()
    partner_id: Mapped[int] = ref("partner.id", index=False)
    agreement_id: Mapped[int] = ref("agreement.id")
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    ip_digest: Mapped[str] = mapped_column(String(64), default="")
