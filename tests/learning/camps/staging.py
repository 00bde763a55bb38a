"""Small words of the tests of folders."""

from __future__ import annotations

from typing import Any

from lms.learning.camps.folder.draft import CampDraft
from lms.learning.camps.folder.read import Choice, Reading, read_folder
from tests.factories.camps import PNG


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
