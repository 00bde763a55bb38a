"""Issuing on both engines: whoever meets the rule gets a certificate, exactly once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.work import Read, begin_work
from lms.learning.certificates import handlers, jobs, models, queries, service
from lms.learning.certificates.queries import CertificateFacts, Place
from lms.learning.certificates.service import issuing
from lms.learning.checkins.events import CheckedIn
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts import service as accounts
from tests.conftest import STORY_NOW
from tests.factories.camps import walk_to
from tests.factories.certificates import hand_in
from tests.factories.enrollments import student_actor
from tests.learning.certificates.staging import Begin, Look, issued, topics


def kinds(read: Read, certificate: CertificateFacts) -> list[str]:
    return [one.kind.value for one in queries.list_happenings(read, certificate.id)]


def test_whoever_meets_the_rule_gets_a_certificate_and_nobody_else(stage: Any, work: Begin, read: Look) -> None:
    cohort, joined, people = stage([4, 3, 2, 0])
    found = issued(work, cohort)
    assert [one.enrollment_id for one in found] == [joined[0].id, joined[1].id]
    assert topics(read(), people[0]) == ["issued"]
    assert topics(read(), people[2]) == []
    assert all(len(one.code) == 12 for one in found)


def test_what_it_says_is_frozen(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, people = stage([4], names=["林晓"])
    (found,) = issued(work, cohort)
    assert (found.snapshot.name, found.snapshot.camp, found.snapshot.signer) == ("林晓", "短写作营", "徐若岚")
    assert (found.snapshot.tasks_done, found.snapshot.tasks_total) == (4, 4)
    assert found.days.done == (1, 2, 3)
    assert (found.language, found.style) == ("zh", cohort.certificate_style)
    with work() as w:
        me = student_actor(people[0])
        accounts.set_profile(w, me, display_name="换了名字", language="zh", time_zone="Asia/Tokyo")
    assert queries.get_certificate(read(), found.code).snapshot.name == "林晓"


def test_issuing_again_changes_nothing_and_tells_nobody(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, people = stage([4, 4])
    first = issued(work, cohort)
    for _ in range(3):
        with work() as w:
            assert service.issue_due(w, cohort.id) == 0
    assert issued(work, cohort) == first
    assert topics(read(), people[0]) == ["issued"]
    assert kinds(read(), first[0]) == ["issued"]


def test_two_workers_issue_one_certificate(stage: Any, work: Begin, app: Flask, read: Look) -> None:
    cohort, _, people = stage([4] * 6)
    start = threading.Barrier(4)
    counts: list[int] = []

    def issue() -> None:
        with app.app_context():
            start.wait()
            with begin_work() as w:
                counts.append(service.issue_due(w, cohort.id))
            db.session.remove()

    workers = [threading.Thread(target=issue) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 6
    look = read()
    assert look.session.scalar(select(func.count()).select_from(models.Certificate)) == 6
    assert look.session.scalar(select(func.count()).select_from(models.CertificateEvent)) == 6
    assert Counter(topics(look, person)[0] for person in people) == {"issued": 6}


def test_nothing_is_issued_before_the_last_day_unlocks(stage: Any, work: Begin, clock: FixedClock) -> None:
    cohort, _, _ = stage([4])
    clock.at = datetime(2026, 11, 21, 5, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert issued(work, cohort) == []
    clock.advance(timedelta(minutes=1))
    assert len(issued(work, cohort)) == 1


def test_a_canceled_cohort_has_no_certificates(stage: Any, work: Begin) -> None:
    cohort, _, _ = stage([4], state="canceled")
    assert issued(work, cohort) == []


def test_the_check_in_that_was_missing_issues_it(stage: Any, work: Begin, read: Look) -> None:
    cohort, joined, _ = stage([2])
    event = CheckedIn(
        happened_at=STORY_NOW,
        check_in_id=1,
        enrollment_id=joined[0].id,
        cohort_id=cohort.id,
        timing="on_time",
    )
    with work() as w:
        handlers.on_checked_in(w, event)
    assert queries.count_certificates(read(), cohort.id) == 0
    with work() as w:
        hand_in(w, joined[0], 3)
        handlers.on_checked_in(w, event)
        handlers.on_checked_in(w, event)
    assert queries.count_certificates(read(), cohort.id) == 1


def test_the_card_keeps_up_with_days_done_later_but_the_paper_does_not(
    stage: Any, work: Begin, read: Look, drain: Any
) -> None:
    cohort, joined, _ = stage([3])
    (before,) = issued(work, cohort)
    drain()
    before = queries.get_certificate(read(), before.code)
    with work() as w:
        hand_in(w, joined[0], 4)
        service.issue_one(w, cohort.id, joined[0].id)
    drain()
    after = queries.get_certificate(read(), before.code)
    assert (before.days.done, after.days.done) == ((1, 2), (1, 2, 3))
    assert after.card_digest != before.card_digest
    assert (after.pdf_digest, after.snapshot, after.revision) == (before.pdf_digest, before.snapshot, 1)


def test_the_clocks_job_finds_what_no_event_brought(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, _ = stage([4, 1])
    with work() as w:
        jobs.sweep(w)
    assert queries.count_certificates(read(), cohort.id) == 1


def test_a_large_cohort_is_done_in_several_short_works(
    stage: Any, work: Begin, read: Look, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "BATCH", 2)
    cohort, _, people = stage([4] * 5 + [1], state="ended")
    with work() as w:
        assert service.issue_due(w, cohort.id) == 2
    drain()
    look = read()
    assert queries.count_certificates(look, cohort.id) == 5
    assert all(topics(look, person) == ["issued"] for person in people[:5])
    run = queries.get_run(look, cohort.code)
    assert run.count(Place.ISSUED) == 5
    assert [enrollments.find_enrollment(look, cohort.id, one.id).state for one in people] == [  # type: ignore[union-attr]
        *["completed"] * 5,
        "not_completed",
    ]


def test_enrollments_close_with_the_cohort(stage: Any, work: Begin, read: Look) -> None:
    cohort, joined, _ = stage([4, 1])

    def states() -> list[str]:
        return [enrollments.get_enrollment(read(), one.id).state for one in joined]

    issued(work, cohort)
    assert states() == ["enrolled", "enrolled"]
    for state, expected in (("wrapping_up", ["completed", "enrolled"]), ("ended", ["completed", "not_completed"])):
        with work() as w:
            walk_to(w, cohort, state)  # type: ignore[arg-type]
            service.issue_due(w, cohort.id)
        with work() as w:
            cohort = queries.get_run(w, cohort.code).cohort
        assert states() == expected
