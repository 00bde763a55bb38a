"""Writes about persons: accounts, roles, profile."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from flask_security import hash_password
from sqlalchemy import BigInteger, CursorResult, bindparam, delete, func, insert, select

from lms.kernel.db import insert_once, lock
from lms.kernel.work import Actor, Work
from lms.people.accounts.errors import EmailTaken, UnknownLanguage
from lms.people.accounts.events import PersonSignedUp
from lms.people.accounts.models import Person as PersonRow
from lms.people.accounts.models import Role as RoleRow
from lms.people.accounts.models import person_role
from lms.people.accounts.queries import Person, get_person, roles_of
from lms.people.accounts.rules import (
    DEFAULT_TIME_ZONE,
    Language,
    Role,
    Theme,
    check_role,
    check_time_zone,
    clean_name,
    refuse_by_hand,
    refuse_own_roles,
    sorted_roles,
)

_BY_EMAIL = select(PersonRow.id).where(func.lower(PersonRow.email) == bindparam("email"))


def create_person(
    work: Work,
    who: Actor,
    *,
    email: str,
    password: str | None,
    display_name: str,
    language: str = "zh",
    time_zone: str = DEFAULT_TIME_ZONE,
    roles: Sequence[str] = ("student",),
    confirmed: bool = False,
) -> Person:
    """Make an account; with no password its owner sets one through "forgot password".

    Refuses EmailTaken, NameRefused, UnknownTimeZone, UnknownLanguage, UnknownRole.
    """
    if work.session.scalar(_BY_EMAIL, {"email": email.lower()}):
        raise EmailTaken(field="email")
    row = PersonRow(
        email=email,
        password=hash_password(password) if password else None,
        display_name=display_name,
        language=language,
        time_zone=time_zone,
        confirmed_at=work.now if confirmed else None,
    )
    add_person(work, row, roles, visitor=None)
    return get_person(work, row.id)


def add_person(work: Work, row: PersonRow, roles: Sequence[str], *, visitor: str | None) -> None:
    """Complete and store a new account and tell that it is there.

    `row` carries address, password hash, name, language and zone. Refuses as `create_person` does.
    """
    row.display_name = clean_name(row.display_name)
    row.time_zone = check_time_zone(row.time_zone)
    row.language = _check_language(row.language)
    row.code = work.new_code()
    row.created_at = work.now
    row.active = True
    row.fs_uniquifier = uuid.uuid4().hex
    row.fs_webauthn_user_handle = uuid.uuid4().hex
    work.add(row)
    for role in roles:
        _hold(work, row.id, check_role(role))
    work.tell(PersonSignedUp(happened_at=work.now, person_id=row.id, visitor=visitor))


def grant_role(work: Work, who: Actor, person_id: int, role: str) -> None:
    """Give a person a role; a role already held changes nothing.

    Refuses NotFound, UnknownRole, RoleNotByHand, and OwnRoleKept for one's own roles.
    """
    wanted = check_role(role)
    refuse_by_hand(who.person_id, wanted)
    refuse_own_roles(who.person_id, person_id)
    row = lock(work, PersonRow, person_id)
    before = roles_of(work, person_id)
    if wanted in before:
        return
    _hold(work, person_id, wanted)
    _audit_roles(work, "role.granted", row, before, before | {wanted.value})


def revoke_role(work: Work, who: Actor, person_id: int, role: str) -> None:
    """Take a role from a person; a role not held changes nothing.

    Refuses NotFound, UnknownRole, RoleNotByHand, and OwnRoleKept for one's own roles.
    """
    wanted = check_role(role)
    refuse_by_hand(who.person_id, wanted)
    refuse_own_roles(who.person_id, person_id)
    row = lock(work, PersonRow, person_id)
    before = roles_of(work, person_id)
    if wanted not in before:
        return
    held = select(RoleRow.id).where(RoleRow.name == wanted).scalar_subquery()
    work.session.execute(delete(person_role).where(person_role.c.person_id == person_id, person_role.c.role_id == held))
    _audit_roles(work, "role.revoked", row, before, before - {wanted.value})


def set_profile(work: Work, who: Actor, *, display_name: str, language: str, time_zone: str) -> Person:
    """Change one's own name, language and time zone; refuses NameRefused, UnknownTimeZone, UnknownLanguage."""
    row = _own_row(work, who)
    row.display_name = clean_name(display_name)
    row.language = _check_language(language)
    row.time_zone = check_time_zone(time_zone)
    work.session.flush()
    return get_person(work, row.id)


def set_language(work: Work, who: Actor, language: str) -> None:
    """Keep one's own language; refuses UnknownLanguage."""
    _own_row(work, who).language = _check_language(language)


def set_theme(work: Work, who: Actor, theme: str) -> None:
    """Keep how one's own pages are lit; anything unknown follows the device."""
    _own_row(work, who).theme = Theme(theme) if theme in tuple(Theme) else Theme.AUTO


def _own_row(work: Work, who: Actor) -> PersonRow:
    return lock(work, PersonRow, who.person_id or 0)


def _check_language(language: str) -> str:
    if language not in tuple(Language):
        raise UnknownLanguage(field="language")
    return language


def _hold(work: Work, person_id: int, role: Role) -> None:
    """Give the role, making its row the first time anybody holds it."""
    given = {"person": person_id, "role": role.value}
    if cast("CursorResult[Any]", work.session.execute(_HOLD, given)).rowcount == 0:
        insert_once(work, RoleRow, ["name"], name=role.value)
        work.session.execute(_HOLD, given)


_HOLD = (
    insert(person_role)
    .from_select(
        ["person_id", "role_id"],
        select(bindparam("person", type_=BigInteger()), RoleRow.id).where(RoleRow.name == bindparam("role")),
    )
    .execution_options(preserve_rowcount=True)
)


def _audit_roles(work: Work, act: str, row: PersonRow, before: frozenset[str], after: frozenset[str]) -> None:
    work.session.expire(row, ["roles"])
    work.audit(
        act,
        subject=f"person:{row.code}",
        before={"roles": sorted_roles(before)},
        after={"roles": sorted_roles(after)},
    )
