"""A web process killed in the middle of a POST: all of it is there or nothing, and sending it again makes one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.kernel.work import Read, Work
from lms.learning.camps.rules import CohortState
from lms.learning.checkins.models import CheckIn, CheckInFile, CheckInRevision
from lms.learning.enrollments.models import CohortSeats, Enrollment
from lms.learning.questions.models import Digest, KnowledgeEntry
from lms.people.accounts.queries import Person
from lms.people.messages.models import Notice
from tests.factories.accounts import cast
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import LINK, TEXT, task_of
from tests.factories.enrollments import make_enrollment
from tests.factories.questions import make_answer, make_class, make_question
from tests.flows.killing import Kept, count, run_in_child
from tests.flows.world import World, see

Begin = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Sent:
    """A form, who sends it, and how many rows of which table it makes, however often it is sent."""

    who: Person
    address: str
    form: Callable[[], dict[str, Any]]
    makes: dict[Any, int]


def check_in(w: Work) -> Sent:
    cohort = make_cohort(w)
    lin = cast(w, "lin")
    make_enrollment(w, cohort, lin)
    task = task_of(w, cohort, 1)
    walk_to(w, cohort, CohortState.RUNNING)

    def form() -> dict[str, Any]:
        return {"text": TEXT, "link": LINK, "files": (BytesIO("附上清单。".encode()), "清单.txt")}

    makes = {CheckIn: 1, CheckInRevision: 1, CheckInFile: 2}
    return Sent(lin, f"/learn/{cohort.code}/tasks/{task.code}", form, makes)


def join(w: Work) -> Sent:
    cohort = make_cohort(w, seats=3, starts_on=date(2026, 11, 28))
    makes = {Enrollment: 1, CohortSeats: 1, Notice: 1}
    return Sent(cast(w, "lin"), f"/c/{cohort.camp_slug}/join", lambda: {"cohort": cohort.code}, makes)


def publish(w: Work) -> Sent:
    room = make_class(w, 2)
    make_answer(w, room, make_question(w, room, "小标题要不要编号？"))
    code = w.session.scalar(select(Digest.code))
    return Sent(room.tutor, f"/desk/digests/{code}/publish", dict, {Digest: 1, KnowledgeEntry: 1})


@pytest.mark.parametrize("scene", [check_in, join, publish])
def test_a_killed_post_is_all_or_nothing_and_one_when_repeated(
    scene: Callable[[Work], Sent],
    app: Flask,
    work: Begin,
    read: Callable[[], Read],
    drain: Callable[[], int],
    new_client: Callable[[], FlaskClient],
    sign_in: Callable[[FlaskClient, Any], None],
    mails: Path,
    tmp_path: Path,
) -> None:
    with work() as w:
        sent = scene(w)
    drain()

    def send() -> None:
        browser = new_client()
        sign_in(browser, sent.who)
        assert browser.post(sent.address, data=sent.form()).status_code == 303

    kept = Kept(app, tmp_path / "kept", mails)
    nothing = see(mails)
    steps = run_in_child(app, send).steps
    all_of_it = see(mails)
    drain()
    told = unaudited(mails)
    assert steps, "the form commits"
    for at, step in enumerate(steps):
        kept.put_back()
        assert run_in_child(app, send, at).killed
        assert see(mails) in (nothing, all_of_it), f"half of it is there after {step}"
        send()
        send()
        drain()
        assert unaudited(mails) == told, "\n".join([step, *unaudited(mails).differs(told)])
        session = read().session
        assert {model: count(session, model) for model in sent.makes} == sent.makes


def unaudited(mails: Path) -> World:
    """Look at everything but the audit trail, which rightly keeps each time staff sent the form."""
    return see(mails).without("audit_entry")
