"""Tables of the enrollments room."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.learning.enrollments.rules import EnrollmentState

_LIVE = text("state NOT IN ('withdrawn', 'expelled')")


class CohortSeats(Model):
    """The counter of seats of one cohort; its row is the lock of admission."""

    __tablename__ = "cohort_seats"
    __table_args__ = (
        UniqueConstraint("cohort_id"),
        CheckConstraint("taken >= 0 AND taken <= seats", name="taken_within_seats"),
    )

    id: Mapped[Key] = key()
    cohort_id: Mapped[int] = ref("cohort.id")
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    # People pay before they get a seat.
    paid_entry: Mapped[bool] = mapped_column(default=False)


class SeatHold(Model):
    """A seat kept free for one person; it counts as taken.

    While `ordered`, whoever sells the seat lets it go. `offered_until` is set for somebody who moved up
    from the line and is to pay until then; when nothing was ordered by that time, the seat goes on.
    """

    __tablename__ = "seat_hold"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[Key] = key()
    cohort_id: Mapped[int] = ref("cohort.id")
    person_id: Mapped[int] = ref("person.id")
    until: Mapped[datetime]
    ordered: Mapped[bool] = mapped_column(default=False)
    offered_until: Mapped[datetime | None] = mapped_column(index=True)


class CohortClass(Model):
    """A part of a cohort with its own tutor; every cohort has at least one."""

    __tablename__ = "cohort_class"
    __table_args__ = (UniqueConstraint("cohort_id", "name"),)

    id: Mapped[Key] = key()
    cohort_id: Mapped[int] = ref("cohort.id")
    name: Mapped[str] = mapped_column(String(80))
    tutor_id: Mapped[int | None] = ref("person.id")


class Enrollment(Model):
    """One person in one cohort; at most one live row for the two."""

    __tablename__ = "enrollment"
    __table_args__ = (
        one_of("state", EnrollmentState),
        Index(
            "uq_enrollment_live",
            "cohort_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_enrollment_cohort_state", "cohort_id", "state", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    cohort_id: Mapped[int] = ref("cohort.id")
    person_id: Mapped[int] = ref("person.id")
    class_id: Mapped[int | None] = ref("cohort_class.id")
    state: Mapped[str] = mapped_column(String(20))
    referral: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Paid for, also while it waits in line for a seat.
    prepaid: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class EnrollmentChange(Model):
    """Who moved an enrollment from one state to another, when and why."""

    __tablename__ = "enrollment_change"

    id: Mapped[Key] = key()
    enrollment_id: Mapped[int] = ref("enrollment.id")
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    who_id: Mapped[int | None] = ref("person.id")
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
