"""Files of hand-ins on both engines: kept with their version, open to few."""

from __future__ import annotations

import pytest

from lms.kernel.errors import NotFound
from lms.learning.checkins import errors, queries, service
from lms.learning.enrollments.queries import find_enrollment
from tests.factories.accounts import cast, make_person
from tests.factories.checkins import TEXT, make_check_in, picture
from tests.factories.enrollments import make_enrollment, student_actor
from tests.learning.checkins.staging import Begin, Look, Stage


def add(work: Begin, stage: Stage, data: bytes, name: str) -> None:
    upload = service.prepare_upload(data, name)
    with work() as w:
        service.add_file(w, stage.who, stage.write.code, upload)


def test_a_version_keeps_its_files_when_the_draft_changes(stage: Stage, work: Begin, read: Look) -> None:
    add(work, stage, picture(), "a.jpg")
    add(work, stage, b"%PDF-1.7 x", "b.pdf")
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
    drafts = queries.list_draft_files(read(), stage.enrollment.id, stage.write.id)
    with work() as w:
        service.remove_file(w, stage.who, stage.write.code, drafts[0].code)
        make_check_in(w, stage.lin, stage.write, text=TEXT + "。")
    page = queries.hand_in_page(read(), stage.enrollment, stage.write)
    assert [len(version.files) for version in page.versions] == [1, 2]
    assert [file.name for file in page.files] == ["b.pdf"]


def test_the_same_file_twice_is_one_and_ten_are_too_many(stage: Stage, work: Begin, read: Look) -> None:
    add(work, stage, b"%PDF-1.7 1", "a.pdf")
    add(work, stage, b"%PDF-1.7 1", "b.pdf")
    assert len(queries.list_draft_files(read(), stage.enrollment.id, stage.write.id)) == 1
    for n in range(2, 10):
        add(work, stage, b"%PDF-1.7 " + str(n).encode(), f"{n}.pdf")
    with pytest.raises(errors.TooManyFiles):
        add(work, stage, b"%PDF-1.7 10", "10.pdf")


def test_files_open_to_their_student_and_the_tutors_only(stage: Stage, work: Begin, read: Look) -> None:
    add(work, stage, b"%PDF-1.7 1", "a.pdf")
    code = queries.list_draft_files(read(), stage.enrollment.id, stage.write.id)[0].code
    with work() as w:
        stranger = student_actor(make_person(w, "路人"))
        from tests.factories.accounts import as_actor

        tutor = as_actor(w, cast(w, "chen"))
    assert queries.find_file(read(), stage.who, code) is not None
    assert queries.find_file(read(), stranger, code) is None
    assert queries.find_file(read(), tutor, code) is None
    from lms.kernel.work import SYSTEM
    from lms.learning.camps.service import assign_tutor

    with work() as w:
        assign_tutor(w, SYSTEM, stage.cohort.id, tutor.person_id or 0)
    assert queries.find_file(read(), tutor, code) is not None


def test_nobody_removes_anothers_file(stage: Stage, work: Begin, read: Look) -> None:
    add(work, stage, b"%PDF-1.7 1", "a.pdf")
    code = queries.list_draft_files(read(), stage.enrollment.id, stage.write.id)[0].code
    with work() as w:
        he = make_person(w, "何一鸣")
        make_enrollment(w, stage.cohort, he) if find_enrollment(w, stage.cohort.id, he.id) else None
    with pytest.raises(NotFound), work() as w:
        service.remove_file(w, student_actor(he), stage.write.code, code)
