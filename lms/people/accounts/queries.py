"""What others may know about persons."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, or_, select

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.people.accounts.models import Person as PersonRow
from lms.people.accounts.models import Role as RoleRow
from lms.people.accounts.models import person_role
from lms.people.accounts.rules import sorted_roles

# SQLite takes 32,766 bound values in one statement.
_MOST_IDS = 20_000


@dataclass(frozen=True)
class Person:
    """A person as rooms above see one."""

    id: int
    code: str
    display_name: str
    email: str
    language: str
    time_zone: str


@dataclass(frozen=True)
class PersonLine:
    """A person in the console's list."""

    id: int
    code: str
    display_name: str
    email: str
    active: bool
    confirmed: bool
    roles: list[str]


_COLUMNS = (
    PersonRow.id,
    PersonRow.code,
    PersonRow.display_name,
    PersonRow.email,
    PersonRow.language,
    PersonRow.time_zone,
)


# Asked on every page: putting a statement together takes longer than running it.
_BY_ID = select(*_COLUMNS).where(PersonRow.id == bindparam("person_id"))
_BY_IDS = select(*_COLUMNS).where(PersonRow.id.in_(bindparam("ids", expanding=True)))


def get_person(read: Read, person_id: int) -> Person:
    """Give one person; NotFound when there is none."""
    row = read.session.execute(_BY_ID, {"person_id": person_id}).one_or_none()
    if row is None:
        raise NotFound
    return Person(*row)


def get_person_by_code(read: Read, code: str) -> Person:
    """Give the person with a public code; NotFound when there is none."""
    found = _one(read, select(*_COLUMNS).where(PersonRow.code == code))
    if found is None:
        raise NotFound
    return found


def find_person_by_email(read: Read, email: str) -> Person | None:
    """Find the person with an address, letter case ignored."""
    wanted = func.lower(PersonRow.email) == email.strip().lower()
    return _one(read, select(*_COLUMNS).where(wanted))


def list_people(read: Read, ids: Collection[int]) -> dict[int, Person]:
    """Give persons by id; unknown ids are left out."""
    wanted = sorted(set(ids))
    people: dict[int, Person] = {}
    for start in range(0, len(wanted), _MOST_IDS):
        chunk = wanted[start : start + _MOST_IDS]
        for row in read.session.execute(_BY_IDS, {"ids": chunk}):
            people[row.id] = Person(*row)
    return people


@cache
def person_source() -> Subquery:
    """Give the columns of `Person` for joins."""
    return select(*_COLUMNS).subquery("person_source")


def roles_of(read: Read, person_id: int) -> frozenset[str]:
    """Give the roles a person holds; none for an unknown person."""
    return frozenset(_roles(read, [person_id]).get(person_id, []))


def list_holders(read: Read, role: str) -> list[int]:
    """List the ids of everybody who holds a role, oldest account first."""
    statement = (
        select(person_role.c.person_id)
        .join(RoleRow, RoleRow.id == person_role.c.role_id)
        .where(RoleRow.name == role)
        .order_by(person_role.c.person_id)
    )
    return list(read.session.scalars(statement))


def find_people(
    read: Read, words: str = "", role: str = "", before: int | None = None, limit: int = 50
) -> list[PersonLine]:
    """Find people by a part of name or address and by role, newest first, paged by id."""
    statement = select(PersonRow).order_by(PersonRow.id.desc()).limit(limit)
    if words.strip():
        statement = statement.where(_matches(words.strip()))
    if role:
        holders = select(person_role.c.person_id).join(RoleRow, RoleRow.id == person_role.c.role_id)
        statement = statement.where(PersonRow.id.in_(holders.where(RoleRow.name == role)))
    if before is not None:
        statement = statement.where(PersonRow.id < before)
    rows = list(read.session.scalars(statement))
    roles = _roles(read, [row.id for row in rows])
    return [_line(row, roles.get(row.id, [])) for row in rows]


def get_line(read: Read, code: str) -> PersonLine:
    """Give one person with roles for the console; NotFound when there is none."""
    row = read.session.scalars(select(PersonRow).where(PersonRow.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return _line(row, _roles(read, [row.id]).get(row.id, []))


def _line(row: PersonRow, roles: list[str]) -> PersonLine:
    return PersonLine(
        id=row.id,
        code=row.code,
        display_name=row.display_name,
        email=row.email,
        active=row.active,
        confirmed=row.confirmed_at is not None,
        roles=sorted_roles(roles),
    )


def _matches(words: str) -> Any:
    pattern = f"%{words.lower().replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    return or_(
        func.lower(PersonRow.display_name).like(pattern, escape="/"),
        func.lower(PersonRow.email).like(pattern, escape="/"),
        PersonRow.code == words.upper(),
    )


def _roles(read: Read, ids: Collection[int]) -> dict[int, list[str]]:
    statement = (
        select(person_role.c.person_id, RoleRow.name)
        .join(RoleRow, RoleRow.id == person_role.c.role_id)
        .where(person_role.c.person_id.in_(list(ids)))
    )
    held: dict[int, list[str]] = {}
    for person_id, name in read.session.execute(statement):
        held.setdefault(person_id, []).append(name)
    return held


def _one(read: Read, statement: "Select[*tuple[Any, ...]]") -> Person | None:
    row = read.session.execute(statement).one_or_none()
    return Person(*row) if row is not None else None
