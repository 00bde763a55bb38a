"""Reading one lesson file: front matter, title, tasks, and addresses brought into the stored form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import yaml
from markdown_it import MarkdownIt

from lms.kernel.text import Language, Text, plain_text, render_markdown
from lms.learning.camps.folder.draft import DayDraft, Report, TaskDraft
from lms.learning.camps.folder.fields import Fields
from lms.learning.camps.rules import Ask, TaskKind

# The one in C is many times as fast, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_TASKS = 40
LONGEST_TITLE = 200
LONGEST_BODY = 400_000
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FRONT = re.compile(r"---[ \t]*\n(.*?)(?:\n|^)---[ \t]*(?:\n|\Z)", re.DOTALL)
_HTML_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.DOTALL | re.IGNORECASE)
_parser = MarkdownIt("commonmark", {"html": True})

CHECK_IN_KEY = "check-in"
_CHECK_IN = Text("打卡：今天学到了什么", "Check in: what you learned today")
_CHECK_IN_HOW = Text(
    "用三五句话写下今天学到了什么、做出了什么、卡在哪里。",
    "Write three to five sentences: what you learned, what you made, where you got stuck.",
)
CHECK_IN_MINUTES = 20


@dataclass(frozen=True)
class Source:
    """A file of lessons before it is read."""

    number: int
    path: str
    data: bytes
    name: str  # words of the file's name, the title where nothing else gives one


def decode(data: bytes, path: str, report: Report) -> str | None:
    """Read bytes as UTF-8, else as GBK; None with a line in the report when they are neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        if encoding != "utf-8-sig":
            report.note(path, "不是 UTF-8 编码，按 GBK 读的。", "It is not UTF-8; it was read as GBK.")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    report.refuse(path, "编码认不出来，请另存为 UTF-8。", "Its encoding is unknown. Save it as UTF-8.")
    return None


def read_lesson(source: Source, language: Language, report: Report) -> DayDraft | None:
    """Read a lesson; None when it cannot be read at all. Addresses stay as written."""
    text = decode(source.data, source.path, report)
    if text is None:
        return None
    values, body = _split(text, source.path, report)
    if len(body) > LONGEST_BODY:
        report.refuse(
            source.path, "太长，一课最多 {n} 个字。", "It is too long: at most {n} characters.", n=LONGEST_BODY
        )
        return None
    fields = Fields(values, source.path, report)
    title = fields.text("title", most=LONGEST_TITLE)
    if not title:
        title, body = take_heading(body)
    tasks = _tasks(fields, source.path, report) or (check_in_task(language),)
    day = DayDraft(
        number=source.number,
        title=title[:LONGEST_TITLE]
        or source.name[:LONGEST_TITLE]
        or Text("第 {n} 天", "Day {n}").in_(language, n=source.number),
        goal=fields.text("goal", most=500),
        minutes=fields.whole("minutes", sum(task.minutes for task in tasks), 0, 24 * 60),
        unlock=fields.clock("unlock"),
        body=body.strip("\n").rstrip(),
        tasks=tasks,
    )
    fields.close()
    return day


def _split(text: str, path: str, report: Report) -> tuple[dict[str, Any], str]:
    found = _FRONT.match(text)
    if found is None:
        return {}, text
    try:
        values = yaml.load(found[1], Loader=_LOADER)  # noqa: S506 - both loaders are the safe ones
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        report.refuse(
            path,
            "开头 --- 之间的内容读不出来（第 {line} 行附近）。",
            "What stands between the --- lines cannot be read (near line {line}).",
            line=mark.line + 2 if mark else 2,
        )
        return {}, text
    # A text that merely begins with a rule has no front matter.
    return (values, text[found.end() :]) if isinstance(values, dict) and _named(values) else ({}, text)


def _named(values: dict[Any, Any]) -> bool:
    return all(isinstance(name, str) for name in values)


def take_heading(markdown: str) -> tuple[str, str]:
    """Give the words of the first heading, in Markdown or HTML, and the text without it."""
    lines = markdown.split("\n")
    tokens = _parser.parse(markdown)
    for place, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        first, last = token.map
        if token.type == "heading_open" and (words := _words(tokens[place + 1].content)):
            return words, "\n".join(lines[:first] + lines[last:])
        if token.type == "html_block" and (found := _HTML_HEADING.search(token.content)):
            block = "\n".join(lines[first:last])
            if (words := _words(found[2])) and found[0] in block:
                kept = block.replace(found[0], "", 1).split("\n")
                return words, "\n".join(lines[:first] + kept + lines[last:])
    return "", markdown


def _words(inline: str) -> str:
    return plain_text(render_markdown(inline))


# --- Tasks ------------------------------------------------------------------


def check_in_task(language: Language) -> TaskDraft:
    """Make the one task of a lesson that names none."""
    return TaskDraft(
        key=CHECK_IN_KEY,
        kind=TaskKind.CHECK_IN.value,
        title=_CHECK_IN.in_(language),
        minutes=CHECK_IN_MINUTES,
        required=True,
        instructions=_CHECK_IN_HOW.in_(language),
        asks=(Ask.TEXT.value,),
    )


def _tasks(fields: Fields, path: str, report: Report) -> tuple[TaskDraft, ...]:
    tasks = tuple(_task(one) for one in fields.tables("tasks"))
    if len(tasks) > MOST_TASKS:
        report.refuse(path, "一天最多 {n} 个任务。", "A day holds at most {n} tasks.", n=MOST_TASKS)
    keys = [task.key for task in tasks]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        report.refuse(path, "有两个任务的 key 都是 {key}。", "Two tasks have the key {key}.", key=key)
    for task in tasks:
        if not _KEY.fullmatch(task.key):
            report.refuse(
                path,
                "任务的 key「{key}」只能用小写字母、数字和连字符。",
                "The task key “{key}” may hold small letters, digits and hyphens only.",
                key=task.key,
            )
    return tasks


def _task(fields: Fields) -> TaskDraft:
    kind = fields.word("kind", [kind.value for kind in TaskKind])
    hands_in = kind == TaskKind.CHECK_IN
    asks = fields.words("asks", [ask.value for ask in Ask], (Ask.TEXT.value,) if hands_in else ())
    task = TaskDraft(
        key=fields.text("key", required=True, most=60),
        kind=kind,
        title=fields.text("title", required=True, most=LONGEST_TITLE),
        minutes=fields.whole("minutes", 10, 0, 24 * 60),
        required=fields.flag("required", hands_in),
        instructions=fields.text("instructions"),
        asks=asks if hands_in else (),
        min_length=fields.whole("min_length", 0, 0, 10_000),
        number_label=fields.text("number_label", most=120),
    )
    fields.close()
    return task


# --- Addresses --------------------------------------------------------------

_INLINE = re.compile(r"(\]\(\s*)(<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)")
_ATTRIBUTE = re.compile(r"""(\b(?:src|href)\s*=\s*)("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)
_DEFINITION = re.compile(r"^( {0,3}\[[^\]\n]+\]:\s*)(<[^<>\n]*>|\S+)")


def rewrite_addresses(markdown: str, place: Callable[[str], str | None]) -> str:
    """Replace the addresses of pictures and links outside code; `place` gives the new one or None to leave it."""
    code = set[int]()
    for token in _parser.parse(markdown):
        if token.type in ("fence", "code_block") and token.map is not None:
            code.update(range(*token.map))

    def put(found: re.Match[str]) -> str:
        quote = found[2][:1] if found[2][:1] in ("<", '"', "'") else ""
        address = found[2][1:-1] if quote else found[2]
        new = place(address)
        if new is None:
            return found[0]
        return f"{found[1]}{quote}{new}{'>' if quote == '<' else quote}"

    lines = markdown.split("\n")
    for number, line in enumerate(lines):
        if number not in code:
            for pattern in (_INLINE, _ATTRIBUTE, _DEFINITION):
                line = pattern.sub(put, line)
            lines[number] = line
    return "\n".join(lines)


def rewrite_day(day: DayDraft, place: Callable[[str], str | None]) -> DayDraft:
    """Replace the addresses in a day's material and in the instructions of its tasks."""
    tasks = tuple(
        replace(task, instructions=rewrite_addresses(task.instructions, place)) if task.instructions else task
        for task in day.tasks
    )
    return replace(day, body=rewrite_addresses(day.body, place), tasks=tasks)
