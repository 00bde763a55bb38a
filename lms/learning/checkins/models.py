"""Tables of the check-ins room."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.learning.checkins.rules.words import CheckInState, Timing, Verdict


class CheckIn(Model):
    """One hand-in for one task by one enrollment; there from the first draft on."""

    __tablename__ = "check_in"
    __table_args__ = (
        one_of("state", CheckInState),
        one_of("timing", Timing),
        UniqueConstraint("enrollment_id", "cohort_task_id"),
        Index("ix_check_in_queue", "cohort_id", "state", "submitted_at", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    enrollment_id: Mapped[int] = ref("enrollment.id", index=False)
    cohort_id: Mapped[int] = ref("cohort.id", index=False)
    cohort_task_id: Mapped[int] = ref("cohort_task.id")
    person_id: Mapped[int] = ref("person.id")
    state: Mapped[str] = mapped_column(String(20))
    timing: Mapped[str | None] = mapped_column(String(10))
    draft: Mapped[dict[str, Any]]
    first_submitted_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    revisions: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[int | None] = ref("person.id", index=False)
    claimed_until: Mapped[datetime | None]
    state_before_void: Mapped[str | None] = mapped_column(String(20))
    touched_at: Mapped[datetime]


class CheckInRevision(Model):
    """One version as it was handed in; never changed."""

    __tablename__ = "check_in_revision"
    __table_args__ = (UniqueConstraint("check_in_id", "number"),)

    id: Mapped[Key] = key()
    check_in_id: Mapped[int] = ref("check_in.id", index=False)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(1000), default="")
    number_value: Mapped[float | None] = mapped_column(Float)
    opened_at: Mapped[datetime | None]
    received_at: Mapped[datetime]


class CheckInFile(Model):
    """A file of a version, or of the draft while `revision_number` is empty."""

    __tablename__ = "check_in_file"
    __table_args__ = (Index("ix_check_in_file_revision", "check_in_id", "revision_number"),)

    id: Mapped[Key] = key()
    check_in_id: Mapped[int] = ref("check_in.id", index=False)
    revision_number: Mapped[int | None]
    file_id: Mapped[int] = ref("stored_file.id")
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))


class Review(Model):
    """A tutor's verdict on one version."""

    __tablename__ = "review"
    __table_args__ = (one_of("verdict", Verdict), UniqueConstraint("check_in_id", "revision_number"))

    id: Mapped[Key] = key()
    check_in_id: Mapped[int] = ref("check_in.id", index=False)
    revision_number: Mapped[int]
    tutor_id: Mapped[int] = ref("person.id")
    verdict: Mapped[str] = mapped_column(String(10))
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class DayReminder(Model):
    """That somebody was reminded of a day: once, whatever the clock's job does."""

    __tablename__ = "day_reminder"
    __table_args__ = (UniqueConstraint("enrollment_id", "cohort_day_id"),)

    id: Mapped[Key] = key()
    enrollment_id: Mapped[int] = ref("enrollment.id", index=False)
    cohort_day_id: Mapped[int] = ref("cohort_day.id")
    created_at: Mapped[datetime]
