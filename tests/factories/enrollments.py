"""Enrollments for tests, made through the service."""

from __future__ import annotations

from typing import Any

from lms.kernel.work import Actor, Work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import service
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts.queries import Person

STUDENT = frozenset({"student"})


def student_actor(person: Person) -> Actor:
    """Act as a student."""
    return Actor(person.id, STUDENT)


def make_enrollment(work: Work, cohort: Cohort, person: Person, referral: dict[str, Any] | None = None) -> Enrollment:
    """Let a person join a cohort; full cohorts put them in line."""
    return service.join(work, student_actor(person), cohort.code, referral)


def make_students(work: Work, cohort: Cohort, people: list[Person]) -> list[Enrollment]:
    """Let many people join, in order."""
    return [make_enrollment(work, cohort, person) for person in people]
