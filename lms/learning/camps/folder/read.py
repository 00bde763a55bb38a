"""Reading a whole folder: our own layout, or lesson files as people have them in public repositories."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lms.kernel.text import Language, as_language, render_markdown
from lms.learning.camps.folder.draft import CampDraft, DayDraft, DayLine, Report, Story
from lms.learning.camps.folder.lesson import Source, read_lesson, rewrite_day
from lms.learning.camps.folder.names import (
    Found,
    find_lessons,
    is_junk,
    is_markdown,
    language_folder,
    note_gaps,
    read_number,
    top_folder,
    words_of,
)
from lms.learning.camps.folder.pages import list_addresses
from lms.learning.camps.folder.paper import note_long_lines
from lms.learning.camps.folder.shelf import Shelf
from lms.learning.camps.folder.story import CAMP_FILE, Head, is_slug, plain_name, read_head, suggest_slug

MOST_DAYS = 400


@dataclass(frozen=True)
class Reading:
    """What a folder holds. Without a draft nothing may be kept; the report says why."""

    draft: CampDraft | None
    report: Report


@dataclass(frozen=True)
class Choice:
    """What was chosen with an import; empty words where nothing was. `name` is the folder's own name."""

    slug: str = ""
    language: str = ""
    language_dir: str = ""
    name: str = ""


NOTHING_CHOSEN = Choice()


def read_folder(
    files: Mapping[str, bytes], choice: Choice = Choice(), watch: Callable[[int, int], None] | None = None
) -> Reading:
    """Read a camp from a folder, given as path → bytes; `watch(done, total)` is told of each lesson.

    Reads only the bytes it needs, so `files` may fetch them lazily. Never raises for what is in the files:
    the report says it.
    """
    report = Report()
    top = top_folder(files)
    clean = sorted(path.removeprefix(top) for path in files if not is_junk(path))
    shelf = Shelf(files, top, clean, report)
    head = read_head(shelf.bytes_of(CAMP_FILE), report) if CAMP_FILE in shelf else None
    found = _lessons(shelf, choice)
    if not any(number > 0 for number in found.lessons) and not report.errors:
        report.refuse(
            "",
            "没有找到课程文件。文件名要带第几天，例如 days/01-title.md 或 01.标题.md。",
            "No lessons were found. File names carry the day, such as days/01-title.md or 01.title.md.",
        )
    if len(found.lessons) > MOST_DAYS:
        report.refuse("", "最多 {n} 天。", "A camp has at most {n} days.", n=MOST_DAYS)
    if not any(number > 0 for number in found.lessons) or len(found.lessons) > MOST_DAYS:
        return Reading(None, report)
    note_gaps(found, report)
    return _draft(shelf, choice, head, found, watch)


def _draft(
    shelf: Shelf, choice: Choice, head: Head | None, found: Found, watch: Callable[[int, int], None] | None
) -> Reading:
    report = shelf.report
    language = _language(shelf, choice, head, found)
    shelf.numbers = {path: number for number, path in found.lessons.items()}
    days = []
    for done, (number, path) in enumerate(sorted(found.lessons.items()), start=1):
        day = _day(shelf, Source(number, path, shelf.bytes_of(path), words_of(posixpath.basename(path))), language)
        if day is not None:
            days.append(day)
        if watch is not None:
            watch(done, len(found.lessons))
    report.title = head.title if head else _title(days, choice)
    report.slug = choice.slug or (head.slug if head else "") or suggest_slug(choice.name)
    if not is_slug(report.slug):
        report.refuse(
            CAMP_FILE if head and head.slug and not choice.slug else "",
            "短名「{slug}」不能用在网址里：只用小写字母、数字和连字符。请写 slug。",
            "The short name “{slug}” cannot stand in an address: small letters, digits, hyphens. Give a slug.",
            slug=report.slug,
        )
    shelf.note_unused()
    if report.errors:
        return Reading(None, report)
    story = head.story if head else Story(promise=report.title)
    note_long_lines(CAMP_FILE if head else "", report.title, story, report)
    draft = CampDraft(
        slug=report.slug,
        title=report.title,
        language=language,
        story=story,
        days=tuple(days),
        files=dict(sorted(shelf.taken.items())),
    )
    return Reading(draft, report)


# --- Which files ------------------------------------------------------------


def _lessons(shelf: Shelf, choice: Choice) -> Found:
    markdown = [path for path in shelf.paths if is_markdown(path)]
    own = [path for path in markdown if path.startswith("days/")]
    if own and not choice.language_dir:
        for path in markdown:
            if path not in own:
                shelf.report.skip(
                    path, "课程在 days/ 里，这个文件不读。", "Lessons lie in days/; this file is not read."
                )
        return find_lessons(own, shelf.report)
    if choice.language_dir:
        return _lessons_below(shelf, markdown, choice.language_dir)
    tongues: dict[str, list[str]] = {}
    for path in markdown:
        if (tongue := language_folder(path)) is not None:
            tongues.setdefault(tongue, []).append(path)
    plain = [path for path in markdown if language_folder(path) is None]
    if tongues and not any(_has_number(path) for path in plain):
        listed = ", ".join(sorted(tongues))
        shelf.report.refuse(
            "",
            "这里按语言分了文件夹：{listed}。请选一个。",
            "The lessons lie in folders by language: {listed}. Choose one as the language folder.",
            listed=listed,
        )
        return Found()
    for tongue, paths in sorted(tongues.items()):
        shelf.report.skip(
            f"{tongue}/",
            "译文，{count} 个文件。要导入它，把语言文件夹选成 {tongue}。",
            "A translation of {count} files. To import it, choose {tongue} as the language folder.",
            count=len(paths),
            tongue=tongue,
        )
    return find_lessons(plain, shelf.report)


def _has_number(path: str) -> bool:
    return any(read_number(part) is not None for part in path.split("/"))


def _lessons_below(shelf: Shelf, markdown: list[str], language_dir: str) -> Found:
    root = language_dir.strip("/") + "/"
    below = [path.removeprefix(root) for path in markdown if path.startswith(root)]
    if not below:
        shelf.report.refuse(
            root,
            "没有这个语言文件夹，或里面没有 Markdown 文件。",
            "There is no such language folder, or it holds no Markdown.",
        )
        return Found()
    if len(markdown) > len(below):
        shelf.report.skip(
            "",
            "语言文件夹之外的 {count} 个 Markdown 文件。",
            "{count} Markdown files outside the language folder.",
            count=len(markdown) - len(below),
        )
    found = find_lessons(below, shelf.report)
    return Found(
        {number: root + path for number, path in found.lessons.items()},
        {number: root + path for number, path in found.covered.items()},
    )


def _language(shelf: Shelf, choice: Choice, head: Head | None, found: Found) -> Language:
    chosen = choice.language or (head.language if head else "")
    if chosen in ("zh", "en"):
        return as_language(chosen)
    sample = "".join(
        shelf.bytes_of(path)[:4000].decode("utf-8", "ignore") for _, path in sorted(found.lessons.items())[:5]
    )
    chinese = len(re.findall(r"[\u4e00-\u9fff]", sample))
    language: Language = "zh" if chinese * 20 > len(sample) else "en"
    shelf.report.note(
        "",
        "没有写语言，按正文当作中文。" if language == "zh" else "没有写语言，按正文当作英文。",
        "No language was given; by its words it is " + ("Chinese." if language == "zh" else "English."),
    )
    return language


def _title(days: list[DayDraft], choice: Choice) -> str:
    orientation = [day.title for day in days if day.number == 0]
    return (orientation[0] if orientation else words_of(plain_name(choice.name)) or choice.slug)[:120]


# --- One day and its files --------------------------------------------------


def _day(shelf: Shelf, source: Source, language: Language) -> DayDraft | None:
    day = read_lesson(source, language, shelf.report)
    if day is None:
        return None
    markdown = "\n\n".join([day.body, *(task.instructions for task in day.tasks)])
    pictures, _ = list_addresses(render_markdown(markdown))
    shelf.note_pictures(source.path, pictures)
    before = len(shelf.taken)
    day = rewrite_day(day, lambda address: shelf.place(address, source.path))
    shelf.report.days.append(DayLine(source.number, source.path, day.title, len(day.tasks), len(shelf.taken) - before))
    return day
