"""Small words of the tests of certificates."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from lms.kernel.work import Actor, Read, Work
from lms.learning.camps.queries import Cohort
from lms.learning.certificates.queries import CertificateFacts
from lms.people.accounts.queries import Person
from lms.people.messages.queries import list_notices
from tests.factories.accounts import as_actor, cast
from tests.factories.certificates import issue_all

Begin = Callable[[], AbstractContextManager[Work]]


Look = Callable[[], Read]


def topics(read: Read, person: Person) -> list[str]:
    return [
        notice.topic.rsplit("/", 1)[1]
        for notice in list_notices(read, person.id)
        if notice.topic.startswith("learning/certificates/")
    ]


def operator(work: Begin) -> Actor:
    with work() as w:
        return as_actor(w, cast(w, "su"))


def issued(work: Begin, cohort: Cohort) -> list[CertificateFacts]:
    with work() as w:
        return issue_all(w, cohort)


SignIn = Callable[[FlaskClient, Any], None]


PART = {"HX-Request": "true"}


@dataclass
class Scene:
    """林晓 holds a certificate, Maya does not; the cast stands around."""

    cohort: Cohort
    certificate: CertificateFacts
    people: dict[str, Person]
    operator: Actor

    @property
    def code(self) -> str:
        return self.certificate.code


def post(client: FlaskClient, url: str, data: dict[str, str] | None = None, **more: Any) -> Any:
    page = client.get("/verify").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return client.post(url, data={"csrf_token": found[1], **(data or {})}, **more)
