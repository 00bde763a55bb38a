"""What a folder is refused for, and what is noted or skipped."""

from __future__ import annotations

from datetime import time

import pytest

from lms.learning.camps.folder.pages import render_day
from lms.learning.camps.folder.read import Choice, read_folder
from tests.factories.camps import CAMP_TOML, PNG, camp_folder
from tests.learning.camps.staging import good, read, words


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({}, "No lessons were found"),
        ({"README.md": "# Only this"}, "No lessons were found"),
        ({"notes.md": "# No number"}, "No lessons were found"),
        ({"01.a.md": "# A", "01.b.md": "# B"}, "Day 1 has 2 files: 01.a.md, 01.b.md"),
        ({"days/01-a.md": "# A", "days/1-b.md": "# B"}, "Day 1 has 2 files"),
        ({"02_Day_X/03_x.md": "# X", "01.md": "# A"}, "The folder says day 2, the file says day 3"),
        ({"01.md": b"\xff\xfe\x00\x01\x02"}, "Its encoding is unknown"),
        ({"01.md": "---\ntitle: [\n---\n"}, "cannot be read (near line"),
        ({"days/01.md": "---\ntasks: 3\n---\n"}, "tasks should be a list of tables"),
        ({"days/01.md": "---\ntasks:\n- {kind: quiz, key: a, title: A}\n---\n"}, "tasks[1].kind must be one of"),
        ({"days/01.md": "---\ntasks:\n- {kind: read, title: A}\n---\n"}, "tasks[1].key is missing"),
        ({"days/01.md": "---\ntasks:\n- {kind: read, key: a b, title: A}\n---\n"}, "small letters, digits"),
        (
            {"days/01.md": "---\ntasks:\n- {kind: read, key: a, title: A}\n- {kind: read, key: a, title: B}\n---\n"},
            "Two tasks have the key a",
        ),
        (
            {"days/01.md": "---\ntasks:\n- {kind: check_in, key: a, title: A, asks: [text, song]}\n---\n"},
            "tasks[1].asks may hold each of these once",
        ),
        ({"days/01.md": "---\nminutes: long\n---\n"}, "minutes should be a whole number"),
        ({"days/01.md": "---\nunlock: noonish\n---\n"}, "unlock should be a time like 06:00"),
        ({"01.md": "# A", "camp.toml": "title = "}, "camp.toml It cannot be read"),
        ({"01.md": "# A", "camp.toml": "slug = 'x'"}, "title is missing"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\nlanguage = 'fr'"}, "language must be one of"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\ncutoff = '25:00'"}, "cutoff should be a time"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\ncompletion_percent = 0"}, "completion_percent should be"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\noutcomes = 'one'"}, "outcomes should be a list"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\n[host]\nrole = 'x'"}, "host.name is missing"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\n[[weeks]]\ntitle = 'W'\nfrom = 3\nto = 1"}, "weeks[1] must run"),
        (
            {"01.md": "# A", "camp.toml": "title = 'A'\n[[copy]]\nchannel = 'group'\ntext = 'no place'"},
            "has no {link}",
        ),
        (
            {"01.md": "# A", "camp.toml": "title = 'A'\n[[copy]]\nchannel = 'group'\ntext = '{link} {prize}'"},
            "has {prize}, which means nothing",
        ),
        ({"01.md": "# A", "camp.toml": "title = 'A'\n[[copy]]\nchannel = 'fax'\ntext = '{link}'"}, "copy[1].channel"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\nslug = 'Not Good'"}, "cannot stand in an address"),
        ({"01.md": "# A", "camp.toml": "title = 'A'\nslug = 'import'"}, "cannot stand in an address"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(files: dict[str, bytes | str], error: str) -> None:
    reading = read(files)
    assert reading.draft is None
    assert error in words(reading.report.errors)


def test_every_error_is_said_in_both_languages() -> None:
    day, camp = "---\nminutes: long\ntasks: 3\n---\n", 'title = "A"\noutcomes = 1'
    errors = [*read({"days/01.md": day}).report.errors, *read({"01.md": "# A", "camp.toml": camp}).report.errors]
    assert len(errors) == 3
    assert all(line.text.zh and line.text.en and line.text.zh != line.text.en for line in errors)


def test_a_slip_in_a_name_is_noted() -> None:
    files = camp_folder() | {"days/01-day.md": b"---\ntitle: A\ngaol: B\n---\nText"}
    assert "gaol is not known" in words(read_folder(files).report.notes)


def test_missing_pictures_are_reported_and_not_fatal() -> None:
    lesson = "# A\n\n![x](img/gone.png)\n\n![y](https://example.com/y.png)\n\n![z](clip.mov)"
    reading = read({"01.md": lesson, "clip.mov": b"0"})
    assert reading.draft is not None
    notes = words(reading.report.notes)
    assert "img/gone.png is not in the folder" in notes
    assert "Pictures on other sites" in notes
    assert "clip.mov is of a kind that is not shown" in notes


def test_lessons_in_gbk_are_read_and_noted() -> None:
    reading = read({"01.md": "# 第一课\n\n内容".encode("gb18030")})
    assert reading.draft is not None and reading.draft.days[0].title == "第一课"
    assert "read as GBK" in words(reading.report.notes)


def test_a_bare_time_in_yaml_is_a_time() -> None:
    draft = good({"days/01.md": "---\nunlock: 06:30\n---\n", "days/02.md": "---\nunlock: 22:15\n---\n"})
    assert [day.unlock for day in draft.days] == [time(6, 30), time(22, 15)]


def test_links_that_lead_out_of_the_folder_stay_out() -> None:
    draft = good({"01.md": "# A\n\n![x](../../etc/passwd.png)\n\n[y](/etc/passwd)"})
    assert not draft.files
    assert "passwd.png" not in render_day(draft.days[0].body, {})


def test_a_picture_inside_code_is_no_picture() -> None:
    draft = good({"01.md": "# A\n\n```md\n![x](a.png)\n```\n", "a.png": PNG})
    assert not draft.files and "![x](a.png)" in draft.days[0].body


def test_own_layout_reads_days_only() -> None:
    files = {f"camp/{path}": data for path, data in camp_folder().items()}
    reading = read_folder(files | {"camp/README.md": b"# About"})
    assert reading.draft is not None
    assert reading.draft.slug == "short-writing" and len(reading.draft.days) == 4
    assert "README.md Lessons lie in days/" in words(reading.report.skipped)


def test_a_chosen_slug_wins() -> None:
    assert read_folder(camp_folder(), Choice(slug="winter")).report.slug == "winter"


def test_a_camp_toml_may_stand_beside_foreign_lessons() -> None:
    draft = good({"Day01-02/01.a.md": "# A", "camp.toml": CAMP_TOML.format(slug="s", title="T")})
    assert (draft.title, draft.story.cutoff, draft.days[0].title) == ("T", time(22), "A")
