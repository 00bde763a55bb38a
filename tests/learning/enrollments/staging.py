"""Small words of the tests of enrollments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.factories.accounts import make_people
from tests.factories.camps import make_cohort

Begin = Callable[[], AbstractContextManager[Work]]


Look = Callable[[], Read]


def setting(work: Begin, count: int = 3, **plan: Any) -> tuple[Cohort, list[Person]]:
    with work() as w:
        return make_cohort(w, **plan), make_people(w, count)


def topics(read: Read, person: Person) -> list[str]:
    from lms.people.messages.queries import list_notices

    return [notice.topic.rsplit("/", 1)[1] for notice in list_notices(read, person.id)]
