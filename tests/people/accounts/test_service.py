"""Accounts, roles and profiles, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from lms.kernel.audit import AuditEntry
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM
from lms.people.accounts import queries, service
from lms.people.accounts.errors import (
    EmailTaken,
    NameRefused,
    OwnRoleKept,
    RoleNotByHand,
    UnknownLanguage,
    UnknownRole,
    UnknownTimeZone,
)
from tests.factories.accounts import as_actor, cast, make_person


def test_a_new_person_is_a_student_with_a_code(work: Any) -> None:
    with work() as w:
        person = make_person(w, "林晓", email="lin@example.com")
        assert queries.roles_of(w, person.id) == {"student"}
    assert person.display_name == "林晓"
    assert (person.language, person.time_zone) == ("zh", "Asia/Shanghai")
    assert len(person.code) == 8


def test_an_address_has_one_account_whatever_its_case(work: Any) -> None:
    with work() as w:
        make_person(w, email="Lin@Example.com")
    with pytest.raises(EmailTaken), work() as w:
        make_person(w, email="lin@example.com")


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"display_name": "a\nb"}, NameRefused),
        ({"time_zone": "Mars/Olympus"}, UnknownTimeZone),
        ({"language": "fr"}, UnknownLanguage),
        ({"roles": ("king",)}, UnknownRole),
    ],
)
def test_what_is_not_fit_for_an_account_is_refused(work: Any, over: dict[str, Any], refusal: Any) -> None:
    values = {"email": "x@example.com", "password": None, "display_name": "X", **over}
    with pytest.raises(refusal), work() as w:
        service.create_person(w, SYSTEM, **values)


def test_people_are_found_by_id_code_and_address(work: Any, read: Any) -> None:
    with work() as w:
        person = make_person(w, email="lin@example.com")
    assert queries.get_person(read(), person.id) == person
    assert queries.get_person_by_code(read(), person.code) == person
    assert queries.find_person_by_email(read(), " LIN@example.com ") == person
    assert queries.find_person_by_email(read(), "nobody@example.com") is None
    assert queries.list_people(read(), [person.id, 999, person.id]) == {person.id: person}
    with pytest.raises(NotFound):
        queries.get_person(read(), 999)


def test_the_source_joins_as_the_columns_of_a_person(work: Any, read: Any) -> None:
    with work() as w:
        person = make_person(w)
    source = queries.person_source()
    row = read().session.execute(select(source).where(source.c.id == person.id)).one()
    assert queries.Person(**row._mapping) == person


def test_roles_are_given_and_taken_with_before_and_after(work: Any, read: Any) -> None:
    with work() as w:
        su, lin = cast(w, "su"), cast(w, "lin")
        actor = as_actor(w, su)
    with work() as w:
        service.grant_role(w, actor, lin.id, "tutor")
    with work() as w:
        service.grant_role(w, actor, lin.id, "tutor")
    assert queries.roles_of(read(), lin.id) == {"student", "tutor"}
    with work() as w:
        service.revoke_role(w, actor, lin.id, "tutor")
        service.revoke_role(w, actor, lin.id, "tutor")
    assert queries.roles_of(read(), lin.id) == {"student"}
    entries = read().session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(e.act, e.before, e.after) for e in entries] == [
        ("role.granted", {"roles": ["student"]}, {"roles": ["student", "tutor"]}),
        ("role.revoked", {"roles": ["student", "tutor"]}, {"roles": ["student"]}),
    ]
    assert entries[0].subject == f"person:{lin.code}"


def test_students_and_partners_are_not_made_by_hand(work: Any, read: Any) -> None:
    with work() as w:
        actor, ada, lin = as_actor(w, cast(w, "su")), cast(w, "ada"), cast(w, "lin")
    for change, person, role in (
        (service.grant_role, lin, "partner"),
        (service.revoke_role, ada, "partner"),
        (service.revoke_role, lin, "student"),
    ):
        with pytest.raises(RoleNotByHand), work() as w:
            change(w, actor, person.id, role)
    with work() as w:
        service.grant_role(w, SYSTEM, lin.id, "partner")
    assert queries.roles_of(read(), lin.id) == {"student", "partner"}


def test_nobody_changes_their_own_roles(work: Any) -> None:
    with work() as w:
        actor = as_actor(w, cast(w, "su"))
    for change, role in ((service.revoke_role, "operator"), (service.grant_role, "finance")):
        with pytest.raises(OwnRoleKept), work() as w:
            change(w, actor, actor.person_id or 0, role)


def test_a_role_of_nobody_is_not_found(work: Any) -> None:
    with pytest.raises(NotFound), work() as w:
        service.grant_role(w, SYSTEM, 999, "tutor")


def test_holders_of_a_role_are_listed(work: Any, read: Any) -> None:
    with work() as w:
        chen, cole = cast(w, "chen"), cast(w, "cole")
        cast(w, "lin")
    assert queries.list_holders(read(), "tutor") == [chen.id, cole.id]
    assert queries.list_holders(read(), "finance") == []


def test_people_change_their_own_profile(work: Any, read: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        actor = as_actor(w, lin)
    with work() as w:
        changed = service.set_profile(w, actor, display_name=" 小 林 ", language="en", time_zone="Europe/Berlin")
    assert (changed.display_name, changed.language, changed.time_zone) == ("小 林", "en", "Europe/Berlin")
    with work() as w:
        service.set_language(w, actor, "zh")
        service.set_theme(w, actor, "dark")
    assert queries.get_person(read(), lin.id).language == "zh"
    with pytest.raises(UnknownLanguage), work() as w:
        service.set_language(w, actor, "fr")


def test_the_console_finds_people_by_words_role_and_page(work: Any, read: Any) -> None:
    with work() as w:
        lin, chen, ada = (cast(w, key) for key in ("lin", "chen", "ada"))
        odd = make_person(w, "100%_真", email="odd@example.com")
    find = queries.find_people
    assert [p.id for p in find(read())] == [odd.id, ada.id, chen.id, lin.id]
    assert [p.id for p in find(read(), "林")] == [lin.id]
    assert [p.id for p in find(read(), "CHEN@")] == [chen.id]
    assert [p.id for p in find(read(), "%_")] == [odd.id]
    assert [p.id for p in find(read(), lin.code.lower())] == [lin.id]
    assert [p.id for p in find(read(), role="partner")] == [ada.id]
    assert [p.id for p in find(read(), before=chen.id, limit=1)] == [lin.id]
    assert find(read(), role="tutor")[0].roles == ["student", "tutor"]
    assert queries.get_line(read(), ada.code).roles == ["student", "partner"]
