"""Issuing, drawing, correcting and revoking on both engines: exactly once, and never a lie on paper."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms.kernel.audit import AuditEntry
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, Read, Work, begin_work
from lms.learning.camps.queries import Cohort
from lms.learning.certificates import drawing, handlers, jobs, models, queries, service
from lms.learning.certificates.errors import (
    AlreadyRevoked,
    CertificateNotFound,
    NothingChanged,
    NotRevoked,
    ReinstateFirst,
)
from lms.learning.certificates.queries import CertificateFacts, Place
from lms.learning.certificates.rules import Drawing, RevokeReason, Wording
from lms.learning.certificates.service import issuing
from lms.learning.checkins.events import CheckedIn
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts import service as accounts
from lms.people.accounts.errors import NameRefused
from lms.people.accounts.queries import Person
from lms.people.messages.queries import list_notices
from lms.web.ports import ports
from tests.conftest import STORY_NOW, Mailbox
from tests.factories.accounts import as_actor, cast, make_people, make_person
from tests.factories.camps import walk_to
from tests.factories.certificates import BEFORE_START, hand_in, issue_all, make_class
from tests.factories.enrollments import student_actor

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def stage(work: Begin, clock: FixedClock) -> Callable[..., tuple[Cohort, list[Enrollment], list[Person]]]:
    """`stage([4, 3, 2])`: a class whose students did so many of four required tasks; it is the last day now."""

    def make(done: list[int], names: list[str] | None = None, **plan: Any) -> Any:
        clock.at = BEFORE_START
        with work() as w:
            people = [make_person(w, name) for name in names] if names else make_people(w, len(done))
            cohort, joined = make_class(w, dict(zip(people, done, strict=True)), **plan)
        clock.at = STORY_NOW
        return cohort, joined, people

    return make


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


def kinds(read: Read, certificate: CertificateFacts) -> list[str]:
    return [one.kind.value for one in queries.list_happenings(read, certificate.id)]


# --- Issuing --------------------------------------------------------------------


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


# --- Files ----------------------------------------------------------------------


def test_the_files_are_drawn_once_and_repeat_to_the_byte(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    cohort, _, _ = stage([4], names=["阿不都热合曼·买买提"])
    (found,) = issued(work, cohort)
    assert found.drawing(STORY_NOW) is Drawing.DRAWING
    drain()
    drawn = queries.get_certificate(read(), found.code)
    files = current_parts().files
    assert drawn.pdf_digest and drawn.other_digest and drawn.card_digest
    assert files.read(drawn.pdf_digest).startswith(b"%PDF-")
    assert len(files.read(drawn.pdf_digest)) > 10_000
    assert files.read(drawn.card_digest).startswith(b"\x89PNG")
    assert drawn.pdf_digest != drawn.other_digest
    who = operator(work)
    with work() as w:
        service.redraw(w, who, found.code)
    drain()
    again = queries.get_certificate(read(), found.code)
    assert (again.pdf_digest, again.other_digest, again.card_digest) == (
        drawn.pdf_digest,
        drawn.other_digest,
        drawn.card_digest,
    )


def test_a_name_no_font_has_is_issued_and_held_until_corrected(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    who = operator(work)
    cohort, _, _ = stage([4, 4], names=["小🦩", "大🦩"])
    first, second = issued(work, cohort)
    drain()
    held = queries.get_certificate(read(), first.code)
    assert held.is_valid
    assert held.drawing(STORY_NOW) is Drawing.HELD
    assert held.missing_characters == "🦩"
    assert held.problems[0].documents == ("pdf", "other", "card")
    with work() as w:
        assert topics(w, cast(w, "su")) == ["held"]  # once for the cohort, not once per student
    with work() as w:
        service.reissue(w, who, first.code, Wording("小红鹳", "zh", first.style))
    drain()
    mended = queries.get_certificate(read(), first.code)
    assert mended.drawing(STORY_NOW) is Drawing.DRAWN
    assert (mended.code, mended.revision) == (first.code, 2)
    assert queries.get_certificate(read(), second.code).drawing(STORY_NOW) is Drawing.HELD


def test_an_older_drawing_never_replaces_a_newer_one(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    cohort, _, _ = stage([4])
    (found,) = issued(work, cohort)
    drain()
    late = {"digests": {"pdf": "0" * 64}, "held": [], "card_url": ""}
    with work() as w:
        service.redraw(w, operator_of(w), found.code)
        drawing.record(w, {"certificate_id": found.id, "draw": 1}, late)
    assert queries.get_certificate(read(), found.code).pdf_digest != "0" * 64
    assert drawing.prepare(read(), {"certificate_id": found.id, "draw": 1}) == {"documents": {}}


def operator_of(work: Work) -> Actor:
    return as_actor(work, cast(work, "su"))


def test_an_achievement_that_does_not_fit_gives_way_to_the_count(
    stage: Any, work: Begin, read: Look, drain: Any
) -> None:
    cohort, _, _ = stage([4])
    (found,) = issued(work, cohort)
    with work() as w:
        long = {**found.snapshot.to_json(), "achievement": "每天写一件真事。" * 30}
        w.session.execute(update(models.Certificate).values(snapshot=long))
    drain()
    assert queries.get_certificate(read(), found.code).drawing(STORY_NOW) is Drawing.DRAWN


def test_the_card_carries_the_holders_own_link(
    stage: Any, work: Begin, read: Look, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort, _, people = stage([4])
    (found,) = issued(work, cohort)
    drain()
    plain = queries.get_certificate(read(), found.code)
    assert plain.card_url == "http://localhost/c/short-writing"
    monkeypatch.setattr(ports, "share_url", lambda _read, person_id, slug: f"/r/P{person_id}")
    with work() as w, pytest.raises(CertificateNotFound):
        service.refresh_card(w, operator_of(w), found.code)
    with work() as w:
        service.refresh_card(w, student_actor(people[0]), found.code)
    drain()
    own = queries.get_certificate(read(), found.code)
    assert own.card_url == f"http://localhost/r/P{people[0].id}"
    assert own.card_digest != plain.card_digest
    assert own.pdf_digest == plain.pdf_digest


# --- Afterwards -----------------------------------------------------------------


def test_revoked_and_reinstated_keep_the_code_and_the_history(stage: Any, work: Begin, read: Look) -> None:
    who = operator(work)
    cohort, _, people = stage([4])
    (found,) = issued(work, cohort)
    with work() as w:
        service.revoke(w, who, found.code, RevokeReason.NOT_OWN_WORK, "两份相同")
    with work() as w, pytest.raises(AlreadyRevoked):
        service.revoke(w, who, found.code, RevokeReason.HOLDER_WISH)
    assert not queries.get_certificate(read(), found.code).is_valid
    with work() as w:
        service.reinstate(w, who, found.code, "查清了")
    with work() as w, pytest.raises(NotRevoked):
        service.reinstate(w, who, found.code)
    look = read()
    assert queries.get_certificate(look, found.code).is_valid
    happenings = queries.list_happenings(look, found.id)
    assert [one.kind.value for one in happenings] == ["issued", "revoked", "reinstated"]
    assert [(one.reason, one.note, one.who) for one in happenings[1:]] == [
        ("not_own_work", "两份相同", "苏"),
        ("", "查清了", "苏"),
    ]
    assert topics(look, people[0]) == ["reinstated", "revoked", "issued"]


def test_issuing_does_not_bring_a_revoked_one_back(stage: Any, work: Begin, read: Look) -> None:
    who = operator(work)
    cohort, _, _ = stage([4])
    (found,) = issued(work, cohort)
    with work() as w:
        service.revoke(w, who, found.code, RevokeReason.WORK_VOIDED)
        assert service.issue_due(w, cohort.id) == 0
    assert queries.count_certificates(read(), cohort.id) == 0


def test_a_correction_keeps_no_old_name(stage: Any, work: Begin, read: Look) -> None:
    who = operator(work)
    cohort, _, _ = stage([4], names=["林小"])
    (found,) = issued(work, cohort)
    with work() as w:
        service.reissue(w, who, found.code, Wording(" 林晓 ", "en", "modern"))
    look = read()
    now = queries.get_certificate(look, found.code)
    assert (now.snapshot.name, now.language, now.style, now.revision) == ("林晓", "en", "modern", 2)
    rows = list(look.session.scalars(select(models.CertificateEvent).order_by(models.CertificateEvent.id)))
    assert rows[1].changed == ["name", "language", "style"]
    assert rows[0].name_digest != rows[1].name_digest
    kept = [str(vars(row)) for row in (*rows, *look.session.scalars(select(AuditEntry)))]
    assert not any("林小" in one for one in kept)


def test_a_correction_needs_a_difference_a_name_and_a_valid_certificate(stage: Any, work: Begin) -> None:
    who = operator(work)
    cohort, _, _ = stage([4])
    (found,) = issued(work, cohort)
    with work() as w, pytest.raises(NothingChanged):
        service.reissue(w, who, found.code, found.wording)
    with work() as w, pytest.raises(NameRefused):
        service.reissue(w, who, found.code, Wording("   ", "zh", found.style))
    with work() as w:
        service.revoke(w, who, found.code, RevokeReason.HOLDER_WISH)
    with work() as w, pytest.raises(ReinstateFirst):
        service.reissue(w, who, found.code, Wording("林晓", "zh", found.style))


def test_every_privileged_act_is_audited(stage: Any, work: Begin, read: Look) -> None:
    who = operator(work)
    cohort, _, _ = stage([4])
    (found,) = issued(work, cohort)
    with work() as w:
        service.revoke(w, who, found.code, RevokeReason.HOLDER_WISH)
        service.reinstate(w, who, found.code)
        service.reissue(w, who, found.code, Wording("林晓", "zh", found.style))
        service.issue_run(w, who, cohort.code)
    acts = [one.act for one in read().session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert acts[-4:] == [
        "certificate.revoked",
        "certificate.reinstated",
        "certificate.reissued",
        "cohort.certificates_issued",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_happening_reaches_the_holder_as_a_whole_mail(
    stage: Any, work: Begin, drain: Any, mailbox: Mailbox, language: str
) -> None:
    who = operator(work)
    cohort, _, (holder,) = stage([4], names=["小🦩"])
    with work() as w:
        accounts.set_language(w, student_actor(holder), language)
    (found,) = issued(work, cohort)
    with work() as w:
        service.reissue(w, who, found.code, Wording("林晓", "zh", found.style))
        service.revoke(w, who, found.code, RevokeReason.WORK_VOIDED)
        service.reinstate(w, who, found.code)
    drain()
    mails = {mail.subject.split("：")[0].split(":")[0]: mail for mail in mailbox.to(holder.email)}
    wanted = {
        "zh": {"你的结营证书", "证书已更正", "证书已撤销", "证书已恢复"},
        "en": {"Your certificate", "Certificate corrected", "Certificate revoked", "Certificate reinstated"},
    }
    assert wanted[language] <= set(mails)
    revoked = mails["证书已撤销" if language == "zh" else "Certificate revoked"]
    reason = "计入结营的打卡后来作废" if language == "zh" else "Check-ins it counted were voided later"
    assert reason in revoked.text and reason in revoked.html
    assert "http://localhost/certificates" in revoked.text


# --- Reads ----------------------------------------------------------------------


def test_the_run_says_who_waits_and_why(stage: Any, work: Begin, read: Look, drain: Any, clock: FixedClock) -> None:
    cohort, joined, _ = stage([4, 4, 1, 2], names=["林晓", "小🦩", "阿达", "周可"])
    issued(work, cohort)
    drain()
    with work() as w:
        hand_in(w, joined[3], 3)
    run = queries.get_run(read(), cohort.code)
    assert [line.place for line in run.students] == [Place.ISSUED, Place.HELD, Place.NOT_YET, Place.DUE]
    assert run.students[2].lacking == 2
    assert run.is_open and not run.is_moving
    with work() as w:
        service.issue_due(w, cohort.id)
    assert queries.get_run(read(), cohort.code).is_moving
    clock.advance(timedelta(minutes=11))
    assert queries.get_run(read(), cohort.code).count(Place.LATE) == 1


def test_a_number_is_found_as_typed_and_the_list_by_name_or_address(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, people = stage([4, 4], names=["林晓", "阿达"])
    first, second = issued(work, cohort)
    look = read()
    typed = first.serial.lower().replace("-", " ")
    found = queries.find_certificate(look, typed)
    assert found is not None and found.code == first.code
    assert queries.find_certificate(look, "nothing") is None

    def listed(words: str, show: queries.ListFilter = queries.ListFilter.ALL) -> list[str]:
        return [line.certificate.code for line in queries.list_lines(look, show, words)]

    assert listed("") == [second.code, first.code]
    assert listed(first.serial) == [first.code]
    assert listed("阿达") == [second.code]
    assert listed(people[0].email) == [first.code]
    assert listed("%") == []
    assert listed("", queries.ListFilter.REVOKED) == []
    assert listed("", queries.ListFilter.VALID) == [second.code, first.code]


def test_a_student_sees_how_much_is_lacking(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, people = stage([2, 4])
    issued(work, cohort)
    (chance,) = queries.list_chances(read(), people[0].id)
    assert (chance.done, chance.needed, chance.lacking) == (2, 3, 1)
    assert queries.list_chances(read(), people[1].id) == []
