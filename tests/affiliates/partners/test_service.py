"""Applying, signing, one tap, decisions, handles."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.partners import models, queries, service
from lms.affiliates.partners.errors import (
    AgreementChanged,
    HandleFixed,
    HandleTaken,
    NotAPartner,
    NotAStudent,
    OwnDecision,
    PartnershipSuspended,
    PartnerStateRefused,
)
from lms.affiliates.partners.wording import VERSION
from lms.kernel.audit import AuditEntry
from lms.kernel.db import db
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM, Actor, Read, Work, begin_work
from lms.learning.enrollments import service as enrollments
from lms.people.accounts.queries import roles_of
from lms.people.messages.models import Notice
from tests.factories.camps import make_cohort
from tests.factories.partners import actor_of, make_applicant, make_partner, make_someone

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def operator(work: Work) -> Actor:
    return actor_of(work, make_someone(work, "苏", roles=("operator",)))


def test_an_application_is_signed_and_waits(work: Open, read: Look) -> None:
    with work() as w:
        person = make_someone(w, "Ada Lin")
        digest = queries.agreement_in_force("en").digest
        partner = service.apply(w, actor_of(w, person), "  My classmates. ", VERSION, digest, "f" * 64)
    file = queries.partner_file(read(), "adalin")
    assert (partner.code, partner.state, file.about) == ("adalin", "applied", "My classmates.")
    assert [(one.version, one.language, one.digest) for one in file.signatures] == [(VERSION, "en", digest)]
    kept = queries.get_agreement(read(), VERSION, "zh")
    assert kept.digest == queries.agreement_digests()["zh"]


def test_applying_again_replaces_the_words_and_signs_once(work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_applicant(w)
        service.apply(w, actor_of(w, person), "另外还有读书会。", VERSION)
    file = queries.partner_file(read(), partner.code)
    assert file.about == "另外还有读书会。"
    assert len(file.signatures) == 1


def test_another_text_is_not_signed(work: Open, read: Look) -> None:
    with work() as w:
        person = make_someone(w)
        who = actor_of(w, person)
    for version, digest in [("2020-01", None), (VERSION, "0" * 64)]:
        with pytest.raises(AgreementChanged), work() as w:
            service.apply(w, who, "…", version, digest)
    assert queries.find_partner(read(), person.id) is None


def test_a_student_becomes_a_partner_with_one_tap(work: Open, read: Look) -> None:
    with work() as w:
        cohort = make_cohort(w)
        person = make_someone(w, "林晓")
        enrollments.join(w, actor_of(w, person), cohort.code, None)
        partner = service.become_partner(w, actor_of(w, person), VERSION)
        again = service.become_partner(w, actor_of(w, person), VERSION)
    assert partner == again
    assert partner.is_approved and partner.name == "林晓"
    assert partner.code[0] == "p" and len(partner.code) == 6
    assert "partner" in roles_of(read(), person.id)


def test_only_students_join_with_one_tap(work: Open, read: Look) -> None:
    with work() as w:
        person = make_someone(w)
        who = actor_of(w, person)
    with pytest.raises(NotAStudent), work() as w:
        service.become_partner(w, who, VERSION)
    assert queries.find_partner(read(), person.id) is None


def test_a_declined_student_cannot_tap_past_the_decision(work: Open) -> None:
    with work() as w:
        cohort = make_cohort(w)
        person, partner = make_applicant(w)
        who = actor_of(w, person)
        enrollments.join(w, who, cohort.code, None)
        service.decline(w, operator(w), partner.code, "再想想。")
    with pytest.raises(PartnerStateRefused), work() as w:
        service.become_partner(w, who, VERSION)


def test_approval_gives_the_role_tells_the_person_and_is_audited(work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_applicant(w)
        who = operator(w)
    with work() as w:
        service.approve(w, who, partner.code)
    look = read()
    assert "partner" in roles_of(look, person.id)
    file = queries.partner_file(look, partner.code)
    assert (file.partner.state, file.decided_by) == ("approved", who.person_id)
    notices = look.session.scalars(select(Notice).where(Notice.person_id == person.id)).all()
    assert [notice.topic for notice in notices] == ["affiliates/partners/approved"]
    audited = look.session.scalars(select(AuditEntry).where(AuditEntry.act == "partner.approved")).one()
    assert (audited.before["state"], audited.after["state"]) == ("applied", "approved")


def test_approving_twice_does_it_once(work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_applicant(w)
        service.approve(w, SYSTEM, partner.code)
        service.approve(w, SYSTEM, partner.code)
    count = read().session.scalar(select(func.count()).select_from(Notice).where(Notice.person_id == person.id))
    assert count == 1


def test_two_clicks_at_once_approve_once(app: Flask, work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_applicant(w)

    def click(_n: int) -> str:
        with app.app_context():
            try:
                with begin_work() as w:
                    return service.approve(w, SYSTEM, partner.code).state
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(4))) == {"approved"}
    look = read()
    assert look.session.scalar(select(func.count()).select_from(Notice).where(Notice.person_id == person.id)) == 1
    assert look.session.scalar(select(func.count()).where(AuditEntry.act == "partner.approved")) == 1


def test_two_applications_at_once_make_one_partner(app: Flask, work: Open, read: Look) -> None:
    with work() as w:
        person = make_someone(w, "Bo Chen")
        who = actor_of(w, person)

    def send(n: int) -> str:
        with app.app_context():
            try:
                with begin_work() as w:
                    return service.apply(w, who, f"第 {n} 次", VERSION).code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {"bochen"}
    assert read().session.scalar(select(func.count()).select_from(models.AgreementSignature)) == 1


def test_a_decline_carries_its_reason_and_can_be_answered(work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_applicant(w)
        service.decline(w, SYSTEM, partner.code, "请说说会在哪里发。")
    assert queries.partner_file(read(), partner.code).reason == "请说说会在哪里发。"
    with work() as w:
        service.apply(w, actor_of(w, person), "在读书会的群里。", VERSION)
    file = queries.partner_file(read(), partner.code)
    assert (file.partner.state, file.reason, file.decided_at) == ("applied", "", None)


def test_suspending_takes_the_role_and_resuming_gives_it_back(work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_partner(w)
        service.suspend(w, SYSTEM, partner.code, "群发广告。")
    assert "partner" not in roles_of(read(), person.id)
    with pytest.raises(PartnershipSuspended, match="群发广告"):
        queries.require_partner(read(), Actor(person.id, frozenset({"partner"})))
    with pytest.raises(PartnerStateRefused), work() as w:
        service.approve(w, SYSTEM, partner.code)
    with work() as w:
        service.resume(w, SYSTEM, partner.code)
    assert "partner" in roles_of(read(), person.id)
    assert queries.require_partner(read(), Actor(person.id, frozenset())).is_approved


def test_nobody_decides_about_themselves(work: Open) -> None:
    with work() as w:
        person = make_someone(w, "Sam Su", roles=("student", "operator"))
        who = actor_of(w, person)
        partner = service.apply(w, who, "我自己。", VERSION)
    with pytest.raises(OwnDecision), work() as w:
        service.approve(w, who, partner.code)


def test_people_of_one_name_get_handles_of_their_own(work: Open) -> None:
    with work() as w:
        codes = [make_applicant(w, "Ada Lin")[1].code for _ in range(3)]
    assert codes[0] == "adalin"
    assert len(set(codes)) == 3
    assert all(code.startswith("adalin") for code in codes)


def test_a_handle_changes_once_and_an_old_one_is_nobody_elses(work: Open, read: Look) -> None:
    with work() as w:
        person, partner = make_partner(w, "Ada Lin")
        other, _ = make_partner(w, "Bo Chen")
        who, stranger = actor_of(w, person), actor_of(w, other)
        assert service.change_code(w, who, "Ada2026").code == "ada2026"
    assert queries.get_partner_by_code(read(), "adalin").id == partner.id
    with pytest.raises(HandleFixed), work() as w:
        service.change_code(w, who, "ada3000")
    with pytest.raises(HandleTaken), work() as w:
        service.change_code(w, stranger, "adalin")


def test_strangers_are_not_partners(work: Open, read: Look) -> None:
    with work() as w:
        person, _ = make_applicant(w)
    for who in [Actor(None, frozenset()), Actor(person.id, frozenset({"partner"})), Actor(10**9, frozenset())]:
        with pytest.raises(NotAPartner):
            queries.require_partner(read(), who)
    with pytest.raises(NotFound):
        queries.get_partner_by_code(read(), "nobody")


def test_the_list_is_paged_by_key_and_counted_by_state(work: Open, read: Look) -> None:
    with work() as w:
        made = [make_applicant(w, f"Person {chr(65 + n)}")[1] for n in range(5)]
        service.approve(w, SYSTEM, made[0].code)
    look = read()
    first = queries.list_partners(look, limit=3)
    rest = queries.list_partners(look, after=first[-1].id, limit=3)
    assert [one.id for one in first + rest] == sorted((one.id for one in made), reverse=True)
    assert [one.code for one in queries.list_partners(look, "approved")] == [made[0].code]
    assert queries.count_by_state(look) == {"applied": 4, "approved": 1, "declined": 0, "suspended": 0}
