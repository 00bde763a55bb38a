"""People for tests, made through the service; one cast for all rooms."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from lms.kernel.work import SYSTEM, Actor, Work
from lms.people.accounts import queries, service
from lms.people.accounts.queries import Person

PASSWORD = "a-quiet-camp-fire"

# Who appears in tests and in the demo: key → name, role besides student, language.
CAST = {
    "lin": ("林晓", (), "zh"),
    "maya": ("Maya", (), "en"),
    "chen": ("陈老师", ("tutor",), "zh"),
    "cole": ("Cole", ("tutor",), "en"),
    "ada": ("阿达", ("partner",), "zh"),
    "su": ("苏", ("operator",), "zh"),
    "fin": ("财务小何", ("finance",), "zh"),
    "stranger": ("路人", (), "zh"),
}


def make_person(work: Work, name: str = "林晓", **over: Any) -> Person:
    """Make an account with a password; address and all else may be given."""
    values: dict[str, Any] = {
        "email": f"{uuid4().hex[:12]}@example.com",
        "password": PASSWORD,
        "display_name": name,
        "confirmed": True,
        **over,
    }
    return service.create_person(work, SYSTEM, **values)


def make_people(work: Work, count: int, **over: Any) -> list[Person]:
    """Make many accounts without passwords, quickly."""
    return [make_person(work, f"同学 {n}", password=None, **over) for n in range(1, count + 1)]


def cast(work: Work, key: str) -> Person:
    """Make one of the cast, or find them if they are there."""
    name, roles, language = CAST[key]
    email = f"{key}@example.com"
    found = queries.find_person_by_email(work, email)
    return found or make_person(work, name, email=email, roles=("student", *roles), language=language)


def as_actor(work: Work, person: Person) -> Actor:
    """Act as a person."""
    return Actor(person.id, queries.roles_of(work, person.id))
