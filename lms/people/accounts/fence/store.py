"""The fence, data side: Flask-Security's reads and writes of persons, on the house's terms."""

from functools import cache
from typing import Any, cast

from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from lms.kernel.db import db
from lms.kernel.text import current_language
from lms.kernel.work import commit_fenced, fenced_work
from lms.people.accounts.errors import EmailTaken
from lms.people.accounts.models import Person, Role, WebAuthn
from lms.people.accounts.rules import Role as RoleWord
from lms.people.accounts.rules import known_time_zone
from lms.people.accounts.service import add_person
from lms.web.visitor import visitor_code


class PersonStore(SQLAlchemyUserDatastore):
    """Flask-Security's datastore whose commits and new accounts go through the house."""

    def __init__(self) -> None:
        """Bind the three tables Flask-Security works on."""
        super().__init__(db, Person, Role, WebAuthn)

    def commit(self) -> None:
        """Leave the commit to the one place that commits."""
        commit_fenced()

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:
        """Find a person; the one a session names comes with their roles, in one statement."""
        if list(kwargs) != ["fs_uniquifier"]:
            return cast(Person | None, super().find_user(case_insensitive, **kwargs))
        return db.session.scalars(_signed_in_statement(), kwargs).unique().one_or_none()

    def create_user(self, **values: Any) -> Person:
        """Open the account a register form asked for, and tell that somebody signed up."""
        work = fenced_work()
        person = Person(
            email=values["email"],
            password=values["password"],
            display_name=values["display_name"],
            language=current_language(),
            time_zone=known_time_zone(values.get("time_zone")),
            terms_accepted_at=work.now,
        )
        try:
            add_person(work, person, [RoleWord.STUDENT], visitor=visitor_code())
        except IntegrityError:
            # Two forms with one address at once; the second is told as if it had come later.
            work.session.rollback()
            raise EmailTaken(field="email") from None
        return person


@cache  # putting it together takes longer than running it, and every page runs it
def _signed_in_statement() -> Select[Person]:
    mine = Person.fs_uniquifier == bindparam("fs_uniquifier")
    return select(Person).options(joinedload(Person.roles)).where(mine)
