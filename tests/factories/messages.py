"""Messages for tests."""

from __future__ import annotations

from typing import Any

from lms.kernel.work import Work
from lms.people.accounts.queries import Person
from lms.people.messages import service
from lms.people.messages.service import Message

# A topic whose mail needs a camp's title only; its templates belong to the tests.
TOPIC = "people/messages/trial"


def make_notice(work: Work, person: Person, **over: Any) -> None:
    """Tell a person something."""
    values: dict[str, Any] = {"topic": TOPIC, "key": "trial", "link": "/today", "values": {"camp": "晨写营"}}
    service.post(work, [person.id], Message(**{**values, **over}))
