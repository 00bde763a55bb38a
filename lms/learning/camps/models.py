"""Tables of the room: camps and revisions, and the cohorts that run them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.learning.camps.rules import CampState, CertificateStyle, CohortState, ImportState, TaskKind


class Camp(Model):
    """A template with a story and a curriculum; what it teaches lies in its revisions."""

    __tablename__ = "camp"
    __table_args__ = (one_of("state", CampState),)

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(20), default=CampState.DRAFT)
    # No foreign key: the revision already points here, and a circle of two tables cannot be made in one go.
    current_revision_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class CampRevision(Model):
    """One imported state of a camp; never changed afterwards."""

    __tablename__ = "camp_revision"
    __table_args__ = (UniqueConstraint("camp_id", "number"),)

    id: Mapped[Key] = key()
    camp_id: Mapped[int] = ref("camp.id")
    number: Mapped[int]
    story: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    imported_by: Mapped[int | None] = ref("person.id", index=False)
    created_at: Mapped[datetime]


class CampDay(Model):
    __tablename__ = "camp_day"
    __table_args__ = (UniqueConstraint("revision_id", "number"),)

    id: Mapped[Key] = key()
    revision_id: Mapped[int] = ref("camp_revision.id", index=False)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    goal: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int]
    unlock_time: Mapped[time | None]
    body: Mapped[str] = mapped_column(Text)


class TaskDef(Model):
    __tablename__ = "task_def"
    __table_args__ = (one_of("kind", TaskKind), UniqueConstraint("camp_day_id", "key"))

    id: Mapped[Key] = key()
    camp_day_id: Mapped[int] = ref("camp_day.id", index=False)
    key: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    required: Mapped[bool]
    instructions: Mapped[str] = mapped_column(Text, default="")
    asks: Mapped[list[Any]]
    min_length: Mapped[int] = mapped_column(default=0)
    number_label: Mapped[str] = mapped_column(String(120), default="")


class CampFile(Model):
    """A picture or attachment of a revision, by its path in the folder."""

    __tablename__ = "camp_file"
    __table_args__ = (UniqueConstraint("revision_id", "path"),)

    id: Mapped[Key] = key()
    revision_id: Mapped[int] = ref("camp_revision.id", index=False)
    path: Mapped[str] = mapped_column(String(500))
    file_id: Mapped[int] = ref("stored_file.id")


class CampImport(Model):
    """One upload of an archive, what was chosen with it and what came of it."""

    __tablename__ = "camp_import"
    __table_args__ = (one_of("state", ImportState),)

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[str] = mapped_column(String(20), default=ImportState.WAITING)
    file_id: Mapped[int] = ref("stored_file.id", index=False)
    options: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    camp_id: Mapped[int | None] = ref("camp.id")
    asked_by: Mapped[int | None] = ref("person.id", index=False)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Cohort(Model):
    """One run of a camp. Its days and tasks are copies of its own."""

    __tablename__ = "cohort"
    __table_args__ = (
        one_of("state", CohortState),
        one_of("certificate_style", CertificateStyle),
        UniqueConstraint("camp_id", "number"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("completion_percent BETWEEN 1 AND 100", name="completion_percent"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    camp_id: Mapped[int] = ref("camp.id", index=False)
    revision_id: Mapped[int] = ref("camp_revision.id")
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default=CohortState.DRAFT)
    language: Mapped[str] = mapped_column(String(5))
    time_zone: Mapped[str] = mapped_column(String(60))
    cutoff: Mapped[time]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats: Mapped[int]
    completion_percent: Mapped[int]
    certificate_style: Mapped[str] = mapped_column(String(20))
    enrolls_from: Mapped[datetime | None]
    enrolls_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CohortChange(Model):
    """A move of a cohort from one state to another."""

    __tablename__ = "cohort_change"

    id: Mapped[Key] = key()
    cohort_id: Mapped[int] = ref("cohort.id")
    from_state: Mapped[str] = mapped_column("from", String(20))
    to_state: Mapped[str] = mapped_column("to", String(20))
    who: Mapped[int | None] = ref("person.id", index=False)
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class CohortDay(Model):
    __tablename__ = "cohort_day"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[Key] = key()
    cohort_id: Mapped[int] = ref("cohort.id", index=False)
    number: Mapped[int]
    day: Mapped[date]
    unlocks_at: Mapped[datetime]
    cutoff_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(200))
    goal: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int]
    body_html: Mapped[str] = mapped_column(Text)


class CohortTask(Model):
    __tablename__ = "cohort_task"
    __table_args__ = (one_of("kind", TaskKind), UniqueConstraint("cohort_day_id", "key"))

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    cohort_id: Mapped[int] = ref("cohort.id")
    cohort_day_id: Mapped[int] = ref("cohort_day.id", index=False)
    key: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    required: Mapped[bool]
    instructions_html: Mapped[str] = mapped_column(Text, default="")
    asks: Mapped[list[Any]]
    min_length: Mapped[int] = mapped_column(default=0)
    number_label: Mapped[str] = mapped_column(String(120), default="")


class CohortTutor(Model):
    __tablename__ = "cohort_tutor"

    cohort_id: Mapped[int] = ref("cohort.id", primary_key=True)
    person_id: Mapped[int] = ref("person.id", primary_key=True)
