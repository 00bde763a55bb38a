"""Tables of the certificates room."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.learning.camps.rules import CertificateStyle
from lms.learning.certificates.rules import CertificateState, EventKind


class Certificate(Model):
    """What a completed enrollment earned. Its code never changes and is never deleted.

    `draws` counts how often its files were asked for, so that an older drawing never replaces a newer one.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("state", CertificateState),
        one_of("style", CertificateStyle),
        CheckConstraint("revision > 0", name="revision"),
        Index("ix_certificate_cohort", "cohort_id", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    enrollment_id: Mapped[int] = ref("enrollment.id", unique=True)
    cohort_id: Mapped[int] = ref("cohort.id", index=False)
    person_id: Mapped[int | None] = ref("person.id")
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)
    style: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    snapshot: Mapped[dict[str, Any]]
    days: Mapped[dict[str, Any]]
    name_digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    draws: Mapped[int] = mapped_column(default=1)
    asked_at: Mapped[datetime]
    pdf_digest: Mapped[str | None] = mapped_column(String(64))
    other_digest: Mapped[str | None] = mapped_column(String(64))
    card_digest: Mapped[str | None] = mapped_column(String(64))
    card_url: Mapped[str] = mapped_column(String(300), default="")
    held: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class CertificateEvent(Model):
    """One happening in the life of a certificate. `name_digest` is of the name it bore from then on."""

    __tablename__ = "certificate_event"
    __table_args__ = (one_of("kind", EventKind),)

    id: Mapped[Key] = key()
    certificate_id: Mapped[int] = ref("certificate.id")
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    who_id: Mapped[int | None] = ref("person.id", index=False)
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int]
    changed: Mapped[list[Any]] = mapped_column(JSON, default=list)
    name_digest: Mapped[str] = mapped_column(String(64))
