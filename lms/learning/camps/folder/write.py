"""Writing a camp as a folder in our own layout; reading it again gives the same camp."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import yaml

from lms.learning.camps.folder.draft import CampDraft, DayDraft, TaskDraft
from lms.learning.camps.folder.story import CAMP_FILE

_RENAMED = {"first": "from", "last": "to"}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as people do."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # YAML also breaks lines at these three; only between double quotes are they written as signs.
    style = '"' if any(sign in text for sign in "\x85\u2028\u2029") else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write_folder(draft: CampDraft) -> dict[str, bytes]:
    """Write a camp as path → bytes: camp.toml, days/NN-title.md and its files."""
    written = {CAMP_FILE: _camp_toml(draft).encode()}
    for day in draft.days:
        written[f"days/{day.number:02d}{_tail(day.title)}.md"] = _day(day).encode()
    return {**written, **draft.files}


def _tail(title: str) -> str:
    words = re.sub(r"[^\w]+", "-", title.lower()).strip("-_")[:40].strip("-_")
    return f"-{words}" if words else ""


def _day(day: DayDraft) -> str:
    head: dict[str, Any] = {"title": day.title, "goal": day.goal, "minutes": day.minutes}
    if day.unlock is not None:
        head["unlock"] = f"{day.unlock:%H:%M}"
    head["tasks"] = [_task(task) for task in day.tasks]
    front = yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n{day.body}\n"


def _task(task: TaskDraft) -> dict[str, Any]:
    values = {name: value for name, value in asdict(task).items() if value not in ("", (), 0) or name == "minutes"}
    if "asks" in values:
        values["asks"] = list(task.asks)
    return {**values, "required": task.required}


# --- TOML -------------------------------------------------------------------


def _camp_toml(draft: CampDraft) -> str:
    story = draft.story.to_json()
    head = {"slug": draft.slug, "title": draft.title, "language": draft.language}
    plain = {name: value for name, value in story.items() if not _is_table(value) and value is not None}
    lines = list(_pairs({**head, **plain}))
    for name, value in story.items():
        if isinstance(value, dict):
            lines += ["", f"[{name}]", *_pairs(value)]
        elif _is_table(value):
            for one in value:
                lines += ["", f"[[{name}]]", *_pairs(one)]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value))


def _pairs(values: Mapping[str, Any]) -> Iterable[str]:
    for name, value in values.items():
        if isinstance(value, list | tuple):
            inner = "".join(f"  {_string(one)},\n" for one in value)
            yield f"{name} = [\n{inner}]" if value else f"{name} = []"
        else:
            yield f"{_RENAMED.get(name, name)} = {value if isinstance(value, int) else _string(value)}"


def _string(text: str) -> str:
    lines = [_escaped(line) for line in text.split("\n")]
    return f'"{lines[0]}"' if len(lines) == 1 else '"""\n' + "\n".join(lines) + '"""'


def _escaped(line: str) -> str:
    # JSON escapes what TOML wants escaped, but for the delete character.
    return json.dumps(line, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")
