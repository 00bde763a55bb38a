"""A name that no font draws: its holder is told and chooses how it is written."""

from __future__ import annotations

from typing import Any

import pytest

from lms.learning.certificates import queries, service
from lms.learning.certificates.errors import CertificateNotFound, SpellingRefused, SpellingStands
from lms.learning.certificates.rules import Drawing, RevokeReason, Wording
from lms.people.accounts.errors import NameRefused
from tests.conftest import STORY_NOW
from tests.factories.enrollments import student_actor
from tests.learning.certificates.staging import Begin, Look, issued, operator, topics


def test_the_holder_is_told_once_and_chooses_a_spelling(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    cohort, _, (holder,) = stage([4], names=["小🦩"])
    (found,) = issued(work, cohort)
    drain()
    who = operator(work)
    with work() as w:
        service.redraw(w, who, found.code)
    drain()
    assert topics(read(), holder) == ["spelling", "issued"]
    assert queries.get_certificate(read(), found.code).waits_for_spelling
    with work() as w:
        service.choose_spelling(w, student_actor(holder), found.code, " 小红鹳 ")
    drain()
    look = read()
    mended = queries.get_certificate(look, found.code)
    assert mended.drawing(STORY_NOW) is Drawing.DRAWN
    assert (mended.snapshot.name, mended.revision, mended.waits_for_spelling) == ("小红鹳", 2, False)
    assert [one.kind.value for one in queries.list_happenings(look, found.id)] == ["issued", "reissued"]


def test_a_spelling_is_held_to_the_fonts_and_belongs_to_the_holder(
    stage: Any, work: Begin, read: Look, drain: Any
) -> None:
    cohort, _, (holder, other) = stage([4, 4], names=["小🦩", "阿达"])
    found, drawn = issued(work, cohort)
    drain()
    me = student_actor(holder)
    with work() as w, pytest.raises(SpellingRefused) as refused:
        service.choose_spelling(w, me, found.code, "小🦩🦜")
    assert (refused.value.field, "「🦩🦜」" in str(refused.value)) == ("display_name", True)
    with work() as w, pytest.raises(NameRefused):
        service.choose_spelling(w, me, found.code, "  ")
    with work() as w, pytest.raises(CertificateNotFound):
        service.choose_spelling(w, student_actor(other), found.code, "阿达")
    with work() as w, pytest.raises(SpellingStands):
        service.choose_spelling(w, student_actor(other), drawn.code, "阿达二")
    assert queries.get_certificate(read(), found.code).snapshot.name == "小🦩"


def test_a_name_too_long_is_the_holders_to_shorten(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    cohort, _, (holder,) = stage([4], names=["W" * 40])
    (found,) = issued(work, cohort)
    drain()
    held = queries.get_certificate(read(), found.code)
    assert (held.waits_for_spelling, held.missing_characters) == (True, "")
    assert topics(read(), holder) == ["spelling", "issued"]


def test_a_revoked_certificate_waits_for_nothing(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    cohort, _, (holder,) = stage([4], names=["小🦩"])
    (found,) = issued(work, cohort)
    drain()
    who = operator(work)
    with work() as w:
        service.revoke(w, who, found.code, RevokeReason.HOLDER_WISH)
    with work() as w, pytest.raises(SpellingStands):
        service.choose_spelling(w, student_actor(holder), found.code, "小红鹳")


def test_a_correction_by_an_operator_ends_the_wait(stage: Any, work: Begin, read: Look, drain: Any) -> None:
    cohort, _, _ = stage([4], names=["小🦩"])
    (found,) = issued(work, cohort)
    drain()
    who = operator(work)
    with work() as w:
        service.reissue(w, who, found.code, Wording("小红鹳", "zh", found.style))
    assert not queries.get_certificate(read(), found.code).waits_for_spelling
