"""From three students' question to the class reading the answer, with the worker killed on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.kernel.clock import FixedClock
from lms.kernel.work import Read, Work, begin_work
from lms.learning.questions import queries, service
from lms.learning.questions.models import Digest, KnowledgeEntry, Question
from lms.people.messages.models import Delivery, Notice
from tests.factories.questions import ClassRoom, make_class, make_question
from tests.flows.killing import count
from tests.flows.playing import Flow, Phase, assert_same
from tests.flows.world import read_mails

DAY = date(2026, 11, 21)
ASKED = ("小标题要不要编号？", "请问小标题需要编号吗", "小标题要编号吗")


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def room(
    work: Callable[[], AbstractContextManager[Work]],
    clock: FixedClock,
    drain: Callable[[], int],
    mails: Path,
) -> ClassRoom:
    """A class of five; the first three will ask the same thing."""
    clock.at = at(9, 0)
    with work() as w:
        found = make_class(w, 5)
    drain()
    for mail in mails.iterdir():
        mail.unlink()
    return found


def ask(room: ClassRoom) -> None:
    for student, text in enumerate(ASKED):
        with begin_work() as w:
            make_question(w, room, text, student)


def answer(room: ClassRoom) -> None:
    """The tutor takes the group that the desk offers, makes one of it, answers and publishes."""
    with begin_work() as w:
        groups = queries.list_open(w, room.desk(w), [room.cohort])
        codes = list(w.session.scalars(select(Question.code).order_by(Question.id)))
        assert len(groups) == 1, "near-duplicates are offered as one group"
        root = service.merge(w, room.desk(w), codes[0], codes[1:])
    with begin_work() as w:
        service.write_answer(w, room.desk(w), root, ASKED[0], "不用编号，层级清楚就好。")
    with begin_work() as w:
        service.publish_digest(w, room.desk(w), room.cohort.code, DAY)


def test_everybody_is_told_once_wherever_the_worker_dies(
    room: ClassRoom, make_flow: Callable[..., Flow], mails: Path, read: Callable[[], Read]
) -> None:
    flow = make_flow([Phase(at(10, 0), lambda: ask(room)), Phase(at(10, 30), lambda: answer(room))])
    undisturbed = flow.play()
    session = read().session
    assert count(session, KnowledgeEntry) == count(session, Digest) == 1
    published = "learning/questions/digest_published"
    deliveries = list(session.scalars(select(Delivery).where(Delivery.topic == published)))
    assert Counter(one.person_id for one in deliveries) == Counter(one.id for one in room.students)
    assert {one.state for one in deliveries} == {"sent"}
    items = {one.person_id: one.values["mine"] for one in deliveries}
    assert [items[student.id] for student in room.students] == [[1], [1], [1], [], []]
    assert count(session, Notice, Notice.topic == published) == 5
    assert Counter(to for to, _ in read_mails(mails).values()) == Counter(one.email for one in room.students)
    assert assert_same(undisturbed, flow.play_killed(every=5)) > 4


def test_the_digest_published_and_told_again_tells_nobody_twice(
    room: ClassRoom, make_flow: Callable[..., Flow], drain: Callable[[], int], read: Callable[[], Read]
) -> None:
    phases = [Phase(at(10, 0), lambda: ask(room)), Phase(at(10, 30), lambda: answer(room))]
    make_flow(phases).play()
    told = count(read().session, Delivery)
    with begin_work() as w:
        digest = w.session.scalars(select(Digest)).one()
        assert service.publish_digest(w, room.desk(w), room.cohort.code, DAY) == digest.code
        service.tell_published(w, digest.id)
    drain()
    assert count(read().session, Delivery) == told
