"""Which files of a folder are lessons, told by their names alone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lms.learning.camps.folder.draft import Report

# Day 3, day-03, 03.title, 36-38.title, and the Chinese "di 3 tian": written as escapes, they are no words for people.
_NUMBER = re.compile(
    r"(?:(?:day|lesson|chapter|\u7b2c)[\s_.-]*)?(\d{1,3})"
    r"(?:\s*[-~\u2013\u2014]\s*(\d{1,3})(?=[\s._\u3001\uff0e\u5929\u65e5\u8bfe\u8bb2]|$))?"
    r"(?=[\s._\-\u3001\uff0e\u5929\u65e5\u8bfe\u8bb2:\uff1a]|$)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"^[\s._\-\u3001\uff0e\u5929\u65e5\u8bfe\u8bb2:\uff1a]+")
_JUNK = frozenset({"__MACOSX", "node_modules", "__pycache__", "Thumbs.db", "desktop.ini"})
_HOMES = ("i18n", "translations", "translation", "locales", "languages")
_TONGUES = frozenset(
    (
        "arabic bengali chinese dutch english farsi french german hindi indonesian italian japanese korean persian "
        "polish portuguese russian spanish thai turkish ukrainian vietnamese "
        "\u4e2d\u6587 \u82f1\u6587 \u65e5\u672c\u8a9e "
        "zh zh-cn zh-hans zh-tw zh-hant cn en en-us es fr de it ja ko pt pt-br ru tr uk vi "
        "ar hi nl pl fa bn"
    ).split()
)


@dataclass(frozen=True)
class Number:
    """A day's number as a name tells it; `last` is set when the file covers several days."""

    first: int
    last: int | None
    rest: str


@dataclass
class Found:
    """Lessons by number, and the ranges that single files cover."""

    lessons: dict[int, str] = field(default_factory=dict)
    covered: dict[int, str] = field(default_factory=dict)


def is_junk(path: str) -> bool:
    """Tell whether a path is rubbish of an operating system or a tool, or hidden."""
    return any(part in _JUNK or (part.startswith(".") and part not in (".", "..")) for part in path.split("/"))


def is_markdown(path: str) -> bool:
    return path.lower().endswith((".md", ".markdown"))


def is_readme(path: str) -> bool:
    return posixpath.splitext(posixpath.basename(path))[0].lower() in ("readme", "index")


def read_number(name: str) -> Number | None:
    """Read the number at the head of a file's or folder's name; a folder of a range (Day01-20) has none of its own."""
    stem = re.sub(r"\.(md|markdown)$", "", name, flags=re.IGNORECASE)
    found = _NUMBER.match(stem)
    if found is None:
        return None
    first, last = int(found[1]), int(found[2]) if found[2] else None
    return Number(first, last if last is not None and last > first else None, _SEPARATORS.sub("", stem[found.end() :]))


def words_of(name: str) -> str:
    """Give the words of a name without its number and punctuation."""
    number = read_number(name)
    stem = re.sub(r"\.(md|markdown)$", "", name, flags=re.IGNORECASE)
    return re.sub(r"[\s_-]+", " ", number.rest if number else stem).strip()


def top_folder(paths: Iterable[str]) -> str:
    """Find the folders that hold everything, with a slash; empty when there are none. A lesson's own is not one."""
    found = ""
    clean = [path for path in paths if not is_junk(path)]
    while True:
        tops = {path.removeprefix(found).rpartition("/")[0].partition("/")[0] for path in clean}
        top = tops.pop() if len(tops) == 1 else ""
        if not top or top == "days" or read_number(top) is not None or language_folder(f"{top}/x"):
            return found
        found += f"{top}/"


def language_folder(path: str) -> str | None:
    """Give the folder of translations a path lies in, None when it lies in none."""
    parts = path.split("/")[:-1]
    if parts and _is_tongue(parts[0]):
        return parts[0]
    if len(parts) > 1 and parts[0].lower() in _HOMES and _is_tongue(parts[1]):
        return f"{parts[0]}/{parts[1]}"
    return None


def _is_tongue(name: str) -> bool:
    return name.lower().replace("_", "-") in _TONGUES


def find_lessons(paths: Iterable[str], report: Report) -> Found:
    """Tell lessons by number. Doubles are refused, not chosen between; what is no lesson is noted as skipped."""
    listed = sorted((p for p in paths if is_markdown(p)), key=lambda p: (p.count("/"), p))
    found = Found()
    many: dict[int, list[str]] = {}
    homes: set[str] = set()
    for path in listed:
        if any(path.startswith(f"{home}/") and posixpath.dirname(path) != home for home in homes):
            report.skip(
                path, "在一课自己的文件夹里面，当作材料。", "It lies inside a lesson’s own folder, as material."
            )
            continue
        number = _number_of(path, listed, report)
        if number is None:
            continue
        many.setdefault(number.first, []).append(path)
        if _own_folder(path) is not None:
            homes.add(posixpath.dirname(path))
        if number.last is not None:
            found.covered |= dict.fromkeys(range(number.first + 1, number.last + 1), path)
    for number_, paths_ in sorted(many.items()):
        found.lessons[number_] = paths_[0]
        if len(paths_) > 1:
            report.refuse(
                paths_[1],
                "第 {n} 天有 {count} 个文件：{paths}。请只留一个，或改掉编号。",
                "Day {n} has {count} files: {paths}. Keep one or renumber the others.",
                n=number_,
                count=len(paths_),
                paths=", ".join(paths_),
            )
    return found


def _own_folder(path: str) -> Number | None:
    number = read_number(posixpath.basename(posixpath.dirname(path)))
    return number if number is not None and number.last is None else None


def _number_of(path: str, listed: list[str], report: Report) -> Number | None:
    name, folder = posixpath.basename(path), posixpath.dirname(path)
    number, own = read_number(name), _own_folder(path)
    if number is not None:
        if own is None or own.first == number.first:
            return number
        report.refuse(
            path,
            "文件夹写第 {folder} 天，文件写第 {file} 天，不知道听谁的。",
            "The folder says day {folder}, the file says day {file}. Make them agree.",
            folder=own.first,
            file=number.first,
        )
        return None
    if is_readme(path) and not folder:
        return Number(0, None, "")
    beside = [other for other in listed if posixpath.dirname(other) == folder and other != path]
    numbered = any(read_number(posixpath.basename(other)) for other in beside)
    if own is not None and not numbered and (is_readme(path) or not beside):
        return own
    report.skip(path, "名字里没有第几天。", "Its name holds no day number.")
    return None


def note_gaps(found: Found, report: Report) -> None:
    """Note the numbers between day 1 and the last day that no file has."""
    if not found.lessons:
        return
    for number in range(1, max([*found.lessons, *found.covered]) + 1):
        if number in found.lessons:
            continue
        if number in found.covered:
            report.note(
                found.covered[number],
                "第 {n} 天没有自己的文件，包含在这一课里。",
                "Day {n} has no file of its own; this lesson covers it.",
                n=number,
            )
        else:
            report.note("", "第 {n} 天没有文件，当作休息日。", "Day {n} has no file; it becomes a rest day.", n=number)
