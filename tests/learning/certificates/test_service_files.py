"""The files of certificates on both engines: drawn once, held, kept up with the holder's link."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, Work
from lms.learning.certificates import drawing, models, queries, service
from lms.learning.certificates.errors import (
    CertificateNotFound,
)
from lms.learning.certificates.rules import Drawing, Wording
from lms.web.ports import ports
from tests.conftest import STORY_NOW
from tests.factories.accounts import as_actor, cast
from tests.factories.enrollments import student_actor
from tests.learning.certificates.staging import Begin, Look, issued, operator, topics


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
