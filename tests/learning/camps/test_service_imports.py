"""Importing: all or nothing, revisions, and the way back, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.kernel.files import StoredFile
from lms.kernel.work import SYSTEM
from lms.learning.camps import models, queries, service
from lms.learning.camps.errors import CampNotFound
from lms.learning.camps.folder.archive import read_directory, write_zip
from lms.learning.camps.folder.read import read_folder
from tests.factories.camps import PNG, camp_folder, make_camp

EXAMPLES = Path(__file__).parents[3] / "examples" / "camps"


def test_an_imported_camp_is_a_draft_until_it_is_published(work: Any, read: Any) -> None:
    with work() as w:
        report = service.import_camp(w, SYSTEM, camp_folder())
    assert report.is_good and report.revision == 1 and not report.unchanged
    with pytest.raises(CampNotFound):
        queries.get_landing(read(), "short-writing")
    with work() as w:
        service.publish_camp(w, SYSTEM, "short-writing")
    assert queries.get_landing(read(), "short-writing").camp.days_total == 3


def test_with_one_bad_file_nothing_is_kept(work: Any, read: Any) -> None:
    with work() as w:
        report = service.import_camp(w, SYSTEM, camp_folder() | {"days/03-day.md": b"---\nminutes: x\n---\n"})
    assert not report.is_good
    for model in (models.Camp, models.CampRevision, models.CampDay, StoredFile):
        assert read().session.scalar(select(func.count()).select_from(model)) == 0


def test_the_same_folder_again_makes_no_revision_and_a_changed_one_does(work: Any, read: Any) -> None:
    with work() as w:
        make_camp(w)
        again = service.import_camp(w, SYSTEM, camp_folder())
        changed = service.import_camp(w, SYSTEM, camp_folder() | {"files/one.png": PNG + b"new"})
        back = service.import_camp(w, SYSTEM, camp_folder())
    assert (again.unchanged, again.revision) == (True, 1)
    assert (changed.unchanged, changed.revision) == (False, 2)
    assert (back.unchanged, back.revision) == (False, 3)
    assert [r.number for r in queries.list_revisions(read(), queries.get_camp(read(), "short-writing").id)] == [3, 2, 1]
    assert read().session.scalar(select(func.count()).select_from(StoredFile)) == 2


@pytest.mark.parametrize("name", ["clear-writing", "first-survey"])
def test_an_example_survives_the_database(work: Any, read: Any, name: str) -> None:
    files = read_directory(EXAMPLES / name)
    with work() as w:
        report = service.import_camp(w, SYSTEM, files)
    assert report.is_good, report.errors
    exported = service.export_camp(read(), name)
    assert read_folder(exported).draft == read_folder(files).draft
    with work() as w:
        assert service.import_camp(w, SYSTEM, exported).unchanged


def test_a_foreign_folder_survives_the_database(work: Any, read: Any) -> None:
    files = {
        "Day01-20/01.初识.md": "## 初识\n\n![图](<res/一 二.png>)\n\n[下一课](02.继续.md)".encode(),
        "Day01-20/02.继续.md": "## 继续\n".encode(),
        "Day01-20/res/一 二.png": PNG,
    }
    with work() as w:
        assert service.import_camp(w, SYSTEM, files, slug="foreign").is_good
    exported = service.export_camp(read(), "foreign")
    assert set(exported) == {
        "camp.toml",
        "days/01-初识.md",
        "days/02-继续.md",
        "files/Day01-20/res/一 二.png",
    }
    with work() as w:
        assert service.import_camp(w, SYSTEM, exported).unchanged
    page = queries.preview_day(read(), "foreign", queries.get_camp(read(), "foreign").revision_id, 1)
    assert 'src="/console/camps/foreign/files/' in page.body_html
    assert 'href="/console/camps/foreign/days/2"' in page.body_html


def test_what_is_not_there_cannot_be_exported(read: Any) -> None:
    with pytest.raises(CampNotFound):
        service.export_camp(read(), "nothing")


def test_an_upload_is_imported_by_the_worker_and_reports(work: Any, read: Any, drain: Any) -> None:
    with work() as w:
        code = service.ask_import(w, SYSTEM, write_zip(camp_folder(), "x"), name="x.zip", slug="winter")
    assert queries.get_import(read(), code).state == "waiting"
    drain()
    found = queries.get_import(read(), code)
    assert found.state == "done" and found.report is not None and found.report.slug == "winter"
    assert queries.get_camp(read(), "winter").revision == 1


def test_a_broken_archive_ends_in_a_report_and_not_in_the_dead_letters(work: Any, read: Any, drain: Any) -> None:
    with work() as w:
        code = service.ask_import(w, SYSTEM, b"not a zip", name="x.zip")
    drain()
    found = queries.get_import(read(), code)
    assert found.state == "failed" and found.report is not None
    assert "no zip file" in found.report.errors[0].text.en
