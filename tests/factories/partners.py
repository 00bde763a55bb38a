"""Persons and partners for tests, made through the services."""

from __future__ import annotations

from itertools import count

from lms.affiliates.partners import service
from lms.affiliates.partners.queries import Partner
from lms.affiliates.partners.wording import VERSION
from lms.kernel.work import SYSTEM, Actor, Work
from lms.people.accounts import service as accounts
from lms.people.accounts.queries import Person, roles_of

_numbers = count(1)


def make_someone(
    work: Work, name: str = "阿达", *, roles: tuple[str, ...] = ("student",), language: str = "zh"
) -> Person:
    """Make a person with an address of their own."""
    return accounts.create_person(
        work,
        SYSTEM,
        email=f"person{next(_numbers)}@example.com",
        password=None,
        display_name=name,
        language=language,
        roles=roles,
        confirmed=True,
    )


def actor_of(work: Work, person: Person) -> Actor:
    """Act as a person with the roles held now."""
    return Actor(person.id, roles_of(work, person.id))


def make_applicant(work: Work, name: str = "Ada Lin", about: str = "我有一个同学群。") -> tuple[Person, Partner]:
    """Make a person who has applied and waits."""
    person = make_someone(work, name)
    return person, service.apply(work, actor_of(work, person), about, VERSION)


def make_partner(work: Work, name: str = "Ada Lin") -> tuple[Person, Partner]:
    """Make an approved partner; the main link is made when the events have run."""
    person, partner = make_applicant(work, name)
    return person, service.approve(work, SYSTEM, partner.code)
