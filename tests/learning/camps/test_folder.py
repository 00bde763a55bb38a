"""Reading a folder: our own layout, and lessons as people have them in public repositories."""

from __future__ import annotations

import pytest

from lms.learning.camps.folder.names import read_number
from tests.factories.camps import PNG
from tests.learning.camps.staging import HUNDRED_DAYS, good, read, titles, words


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
