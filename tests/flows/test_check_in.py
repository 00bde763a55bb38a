"""From the first hand-in to the certificate, with the worker killed on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION
from lms.kernel.work import Read, Work, begin_work
from lms.learning.camps.queries import Cohort
from lms.learning.certificates.models import Certificate, CertificateEvent
from lms.learning.checkins import service
from lms.learning.checkins.models import CheckIn
from lms.people.accounts.queries import Person
from lms.people.messages.models import Delivery, Notice
from tests.factories.accounts import as_actor, cast
from tests.factories.certificates import BEFORE_START, make_class
from tests.factories.checkins import make_check_in, task_of
from tests.flows.killing import count
from tests.flows.playing import Flow, Phase, assert_same
from tests.flows.world import read_mails

ZONE = ZoneInfo("Asia/Shanghai")
Begin = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Scene:
    """Two students who each lack one of the tasks that a certificate takes, and their tutor."""

    cohort: Cohort
    lin: Person
    maya: Person
    chen: Person

    def hand_in(self, person: Person, day: int, text: str) -> None:
        with begin_work() as w:
            make_check_in(w, person, task_of(w, self.cohort, day), text=text)

    def review(self, judge: Callable[..., None], comment: str, revision: int) -> None:
        with begin_work() as w:
            code = w.session.scalar(
                select(CheckIn.code).where(CheckIn.person_id == self.lin.id).order_by(CheckIn.id.desc()).limit(1)
            )
            judge(w, as_actor(w, self.chen), code, comment, revision)


@pytest.fixture
def scene(work: Begin, clock: FixedClock, drain: Callable[[], int], mails: Path) -> Scene:
    clock.at = BEFORE_START
    with work() as w:
        lin, maya, chen = cast(w, "lin"), cast(w, "maya"), cast(w, "chen")
        cohort, _ = make_class(w, {lin: 2, maya: 2}, tutors=[chen.id])
    drain()
    for mail in mails.iterdir():
        mail.unlink()
    return Scene(cohort, lin, maya, chen)


def at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def phases(scene: Scene) -> list[Phase]:
    """Lin completes before the last day unlocks and waits for the clock; Maya completes on the last day."""
    return [
        Phase(at(20, 10, 0), lambda: scene.hand_in(scene.lin, 2, "第一版，写得太急。")),
        Phase(at(20, 10, 10), lambda: scene.review(service.return_, "结尾再写一句。", 1)),
        Phase(at(20, 10, 20), lambda: scene.hand_in(scene.lin, 2, "第二版，补了结尾。")),
        Phase(at(20, 10, 30), lambda: scene.review(service.accept, "清楚了。", 2)),
        Phase(at(21, 9, 0), lambda: None),
        Phase(at(21, 9, 5), lambda: scene.hand_in(scene.maya, 3, "最后一天也写完了。")),
    ]


def test_a_worker_killed_at_any_step_changes_nothing(
    scene: Scene, make_flow: Callable[..., Flow], mails: Path, read: Callable[[], Read]
) -> None:
    flow = make_flow(phases(scene))
    undisturbed = flow.play()
    session = read().session
    assert count(session, Certificate) == count(session, CertificateEvent) == 2
    assert count(session, Certificate, Certificate.pdf_digest.is_not(None), Certificate.card_digest.is_not(None)) == 2
    assert topics(session.scalars(select(Notice.topic))) == {"returned": 1, "accepted": 1, "issued": 2}
    sent = session.scalars(select(Delivery.topic).where(Delivery.state == "sent"))
    assert topics(sent) == {"returned": 1, "issued": 2}
    assert Counter(to for to, _ in read_mails(mails).values()) == {"lin@example.com": 2, "maya@example.com": 1}
    assert assert_same(undisturbed, flow.play_killed(every=7)) > 4


@pytest.mark.sqlite_only  # what the typesetter draws does not depend on the engine
def test_the_certificate_at_the_end_is_really_drawn(
    scene: Scene, clock: FixedClock, drain: Callable[[], int], read: Callable[[], Read], app: Flask
) -> None:
    for phase in phases(scene):
        clock.at = phase.at
        phase.act()
        drain()
    files = app.extensions[EXTENSION].files
    for certificate in read().session.scalars(select(Certificate)):
        assert files.read(certificate.pdf_digest).startswith(b"%PDF-")
        assert files.read(certificate.other_digest).startswith(b"%PDF-")
        assert files.read(certificate.card_digest).startswith(b"\x89PNG")


def topics(found: Any) -> Counter[str]:
    return Counter(topic.rsplit("/", 1)[1] for topic in found if "enrollments" not in topic)
