"""Correcting, revoking and reinstating on both engines: never a lie on paper, and a history of all of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from lms.kernel.audit import AuditEntry
from lms.learning.certificates import models, queries, service
from lms.learning.certificates.errors import (
    AlreadyRevoked,
    NothingChanged,
    NotRevoked,
    ReinstateFirst,
)
from lms.learning.certificates.rules import RevokeReason, Wording
from lms.people.accounts import service as accounts
from lms.people.accounts.errors import NameRefused
from tests.conftest import Mailbox
from tests.factories.enrollments import student_actor
from tests.learning.certificates.staging import Begin, Look, issued, operator, topics


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
