"""Reading a folder: our own layout, and lessons as people have them in public repositories."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from lms.learning.camps.folder.draft import CampDraft, DayDraft, Report
from lms.learning.camps.folder.lesson import take_heading
from lms.learning.camps.folder.names import read_number
from lms.learning.camps.folder.pages import list_addresses, render_day, resolve_places
from lms.learning.camps.folder.read import Choice, Reading, read_folder
from tests.factories.camps import CAMP_TOML, PNG, camp_folder

Files = dict[str, bytes]


def read(files: dict[str, bytes | str], **choice: str) -> Reading:
    whole = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
    return read_folder(whole, Choice(**{"name": "Course", **choice}))


def good(files: Any, **choice: str) -> CampDraft:
    reading = read(files, **choice)
    assert reading.draft is not None, reading.report.errors
    return reading.draft


def titles(draft: CampDraft) -> dict[int, str]:
    return {day.number: day.title for day in draft.days}


def words(lines: Any) -> str:
    return " | ".join(f"{line.path} {line.text.en}" for line in lines)


# --- Numbers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("01.初识Python.md", (1, None, "初识Python")),
        ("100.补充内容.md", (100, None, "补充内容")),
        ("36-38.关系型数据库.md", (36, 38, "关系型数据库")),
        ("02_Day_Variables_builtin_functions", (2, None, "Day_Variables_builtin_functions")),
        ("02_variables.md", (2, None, "variables")),
        ("Day1.md", (1, None, "")),
        ("day-07 - Loops.md", (7, None, "Loops")),
        ("第3天.md", (3, None, "")),
        ("第12课 循环.md", (12, None, "循环")),
        ("7.md", (7, None, "")),
        ("01-100-things.md", (1, None, "100-things")),
        ("2024-01-05-post.md", None),
        ("README.md", None),
        ("notes.md", None),
        ("3d-graphics.md", None),
        ("Python101.md", None),
    ],
)
def test_numbers_come_from_names(name: str, number: tuple[int, int | None, str] | None) -> None:
    found = read_number(name)
    assert (found and (found.first, found.last, found.rest)) == number


# --- Public repositories ----------------------------------------------------

HUNDRED_DAYS: dict[str, bytes | str] = {
    "Python-100-Days-master/README.md": "# Python - 100天从新手到大师\n\n> 作者：骆昊\n",
    "Python-100-Days-master/Day01-20/01.初识Python.md": (
        '## 初识Python\n\n一种语言。\n\n![历史](res/day01/history.png)\n\n<img src="res/day01/a b.png" width="50%">\n'
    ),
    "Python-100-Days-master/Day01-20/02.第一个程序.md": "## 第一个Python程序\n\n```python\nprint('hi')\n```\n",
    "Python-100-Days-master/Day01-20/res/day01/history.png": PNG,
    "Python-100-Days-master/Day01-20/res/day01/a b.png": PNG + b"2",
    "Python-100-Days-master/Day01-20/code/hello.py": "print(1)",
    "Python-100-Days-master/Day36-45/04-05.关系型数据库.md": "## 关系型数据库\n",
    "Python-100-Days-master/公开课/年薪50W.md": "## 宣传\n",
    "Python-100-Days-master/.DS_Store": b"junk",
}


def test_a_hundred_days_course_in_range_folders() -> None:
    reading = read(HUNDRED_DAYS, slug="python-100")
    draft = reading.draft
    assert draft is not None
    assert titles(draft) == {
        0: "Python - 100天从新手到大师",
        1: "初识Python",
        2: "第一个Python程序",
        4: "关系型数据库",
    }
    assert draft.language == "zh"
    assert draft.title == "Python - 100天从新手到大师"
    assert set(draft.files) == {"files/Day01-20/res/day01/history.png", "files/Day01-20/res/day01/a b.png"}
    assert "(../files/Day01-20/res/day01/history.png)" in draft.days[1].body
    assert 'src="../files/Day01-20/res/day01/a%20b.png"' in draft.days[1].body
    assert "初识Python" not in draft.days[1].body
    assert all(day.tasks[0].kind == "check_in" and day.tasks[0].required for day in draft.days)
    notes, skipped = words(reading.report.notes), words(reading.report.skipped)
    assert "Day 3 has no file" in notes and "Day 5 has no file of its own" in notes
    assert "公开课/年薪50W.md" in skipped and "hello.py" in skipped and "System or hidden files: 1" in skipped


THIRTY_DAYS: dict[str, bytes | str] = {
    "readme.md": '<div align="center">\n  <h1> 30 Days Of Python: Day 1 - Introduction</h1>\n</div>\n\nWelcome.\n',
    "02_Day_Variables/02_variables.md": (
        "# 📘 Day 2\n\n![x](../images/logo.png)\n\n[next](../03_Day_Operators/03_operators.md)\n"
    ),
    "02_Day_Variables/variables.py": "x = 1",
    "03_Day_Operators/03_operators.md": "Operators\n=========\n\n[back](../02_Day_Variables/02_variables.md)\n",
    "03_Day_Operators/03_boilerplate/README.md": "# Create React App\n",
    "Chinese/README.md": "# 30天Python\n",
    "Chinese/02_Day_变量/02_变量.md": "# 第二天 变量\n\n![x](../../images/logo.png)\n",
    "Spanish/readme.md": "# 30 días\n",
    "images/logo.png": PNG,
}


def test_a_thirty_days_course_leaves_translations_beside() -> None:
    reading = read(THIRTY_DAYS, slug="python-30")
    draft = reading.draft
    assert draft is not None
    assert titles(draft) == {0: "30 Days Of Python: Day 1 - Introduction", 2: "📘 Day 2", 3: "Operators"}
    assert draft.language == "en"
    assert draft.days[1].body.endswith("[next](03.md)") and draft.days[2].body == "[back](02.md)"
    skipped = words(reading.report.skipped)
    assert "Chinese/ A translation of 2 files" in skipped and "Spanish/" in skipped
    assert "boilerplate/README.md It lies inside a lesson’s own folder" in skipped
    assert "Day 1 has no file" in words(reading.report.notes)


def test_a_translation_is_chosen_by_its_folder() -> None:
    reading = read(THIRTY_DAYS, slug="python-30", language_dir="Chinese")
    assert reading.draft is not None
    assert titles(reading.draft) == {0: "30天Python", 2: "第二天 变量"}
    assert set(reading.draft.files) == {"files/images/logo.png"}
    assert reading.draft.language == "zh"


@pytest.mark.parametrize("folder", ["zh_Hans", "zh-CN", "i18n/pt_BR", "Chinese", "cn"])
def test_a_translation_is_known_however_its_folder_is_written(folder: str) -> None:
    reading = read({"01.a.md": "# A", f"{folder}/01.b.md": "# B"}, slug="short")
    assert reading.draft is not None
    assert titles(reading.draft) == {1: "A"}
    assert f"{folder}/ A translation of 1 files" in words(reading.report.skipped)


@pytest.mark.parametrize("folder", ["Klingon", "images"])
def test_a_language_folder_without_lessons_is_refused(folder: str) -> None:
    assert "no such language folder" in words(read(THIRTY_DAYS, language_dir=folder).report.errors)


def test_lessons_only_in_language_folders_need_a_choice() -> None:
    files: dict[str, bytes | str] = {"en/01.md": "# A", "zh/01.md": "# 甲"}
    assert "en, zh" in words(read(files).report.errors)
    assert titles(good(files, language_dir="zh")) == {1: "甲"}


# --- What is refused, noted, skipped ----------------------------------------


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
            {"01.md": "# A", "camp.toml": "title = 'A'\n[[copy]]\nchannel = 'group'\ntext = '{link} {price}'"},
            "has {price}, which means nothing",
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


# --- Headings and pages -----------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "title", "rest"),
    [
        ("# A *b* `c`\n\ntext", "A b c", "\ntext"),
        ("intro\n\n## B ##\ntext", "B", "intro\n\ntext"),
        ("Title\n=====\ntext", "Title", "text"),
        ("```\n# not this\n```\n# This", "This", "```\n# not this\n```"),
        ("<h1 align='center'>Hi <b>you</b></h1>\n\ntext", "Hi you", "\n\ntext"),
        ("# ![logo](a.png)\n# Real", "Real", "# ![logo](a.png)"),
        ("no heading", "", "no heading"),
    ],
)
def test_the_first_heading_is_the_title(markdown: str, title: str, rest: str) -> None:
    assert take_heading(markdown) == (title, rest)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("![a](../files/x.png)", '<img src="camp-file:C1" alt="a">'),
        ("![a](../files/gone.png)", "<p></p>"),
        ("[a](03.md)", 'href="camp-day:3"'),
        ("[a](../elsewhere.md)", '<a rel="noopener nofollow">a</a>'),
        ("[a](https://example.com/)", 'href="https://example.com/"'),
        ("<script>alert(1)</script>x", "x"),
        ("<img src=x onerror=alert(1)>", ""),
        ('<a href="javascript:alert(1)">a</a>', "a"),
        ("| a |\n| - |\n| b |", "<td>b</td>"),
        ("```python\nx\n```", '<code class="language-python">'),
        ("# A", "<h2>A</h2>"),
    ],
)
def test_lessons_come_through_clean(markdown: str, html: str) -> None:
    found = render_day(markdown, {"files/x.png": "C1"})
    assert html in found
    assert not any(bad in found for bad in ("onerror", "javascript:", "<script", "<h1"))


def test_places_become_the_addresses_of_a_cohort() -> None:
    html = resolve_places('<img src="camp-file:C1"> <a href="camp-day:3">x</a>', "CODE", 2)
    assert html == '<img src="/files/camps/CODE/2/C1"> <a href="/learn/CODE/days/3">x</a>'


def test_a_lesson_cannot_forge_a_place() -> None:
    html = render_day('![a](camp-file:SECRET) <a href="camp-day:1">x</a>', {})
    assert "SECRET" not in html and "camp-" not in html


def test_addresses_are_listed_once() -> None:
    assert list_addresses('<img src="a.png"><img src="a.png"><a href="b&amp;c">') == (["a.png"], ["b&c"])


def test_a_report_survives_as_json() -> None:
    report = read(HUNDRED_DAYS).report
    assert Report.from_json(report.to_json()) == report


def test_a_lesson_without_a_title_takes_its_file_name() -> None:
    draft = good({"01.first_steps.md": "Just text", "02.md": "Text"})
    assert titles(draft) == {1: "first steps", 2: "Day 2"}
    assert isinstance(draft.days[0], DayDraft)
