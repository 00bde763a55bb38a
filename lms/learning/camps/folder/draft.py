"""A camp as read from a folder, before it is anybody's: story, days, tasks, files; and the report of the reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import time
from typing import Any

from lms.kernel.text import Language, Text


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of the before-and-after of a landing page."""

    label: str = ""
    text: str = ""
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Host:
    name: str
    role: str = ""
    quote: str = ""


@dataclass(frozen=True, kw_only=True)
class Week:
    """A stretch of the camp, from day `first` to day `last`."""

    title: str
    takeaway: str = ""
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Faq:
    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A text for partners to post; `channel` is moments, group or private; {link}, {camp}, {start} and {price}
    are filled in.
    """

    channel: str
    title: str = ""
    text: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the landing page and the partners' kits say, and the habits of the camp."""

    promise: str = ""
    summary: str = ""
    outcomes: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    before: Side | None = None
    after: Side | None = None
    host: Host | None = None
    weeks: tuple[Week, ...] = ()
    faq: tuple[Faq, ...] = ()
    copy: tuple[Copy, ...] = ()
    minutes_per_day: int = 30
    unlock: time = time(6, 0)
    cutoff: time = time(0, 0)
    completion_percent: int = 80
    achievement: str = ""

    def to_json(self) -> dict[str, Any]:
        """Flatten to plain values."""
        return {**asdict(self), "unlock": f"{self.unlock:%H:%M}", "cutoff": f"{self.cutoff:%H:%M}"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Story:
        """Make the story again from what `to_json` gave."""
        values = dict(data)
        for name in ("outcomes", "audience", "not_for"):
            values[name] = tuple(values[name])
        for name, kind in (("before", Side), ("after", Side), ("host", Host)):
            values[name] = kind(**values[name]) if values[name] else None
        for name, many in (("weeks", Week), ("faq", Faq), ("copy", Copy)):
            values[name] = tuple(many(**one) for one in values[name])
        for name in ("unlock", "cutoff"):
            values[name] = time.fromisoformat(values[name])
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class TaskDraft:
    key: str
    kind: str
    title: str
    minutes: int
    required: bool
    instructions: str = ""
    asks: tuple[str, ...] = ()
    min_length: int = 0
    number_label: str = ""


@dataclass(frozen=True, kw_only=True)
class DayDraft:
    """One day. Pictures in `body` point to `../files/…`; a link to another lesson to `NN.md`."""

    number: int
    title: str
    goal: str = ""
    minutes: int = 0
    unlock: time | None = None
    body: str = ""
    tasks: tuple[TaskDraft, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CampDraft:
    """A whole camp. `files` holds what the days show, by path below the folder, always under `files/`."""

    slug: str
    title: str
    language: Language
    story: Story
    days: tuple[DayDraft, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


# --- The report -------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A remark about one file."""

    path: str
    text: Text


@dataclass(frozen=True)
class DayLine:
    """A day that was read, from which file, with how many tasks and pictures."""

    number: int
    path: str
    title: str
    tasks: int
    pictures: int


@dataclass
class Report:
    """What an import read, what it left out and why. With `errors` nothing was kept."""

    slug: str = ""
    title: str = ""
    days: list[DayLine] = field(default_factory=list)
    skipped: list[Line] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    errors: list[Line] = field(default_factory=list)
    revision: int | None = None
    unchanged: bool = False

    @property
    def is_good(self) -> bool:
        return not self.errors

    def skip(self, path: str, zh: str, en: str, **values: object) -> None:
        self.skipped.append(Line(path, _fill(zh, en, values)))

    def note(self, path: str, zh: str, en: str, **values: object) -> None:
        self.notes.append(Line(path, _fill(zh, en, values)))

    def refuse(self, path: str, zh: str, en: str, **values: object) -> None:
        self.errors.append(Line(path, _fill(zh, en, values)))

    def to_json(self) -> dict[str, Any]:
        """Flatten to plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        """Make the report again from what `to_json` gave."""
        values = dict(data)
        values["days"] = [DayLine(**one) for one in values.get("days", [])]
        for name in ("skipped", "notes", "errors"):
            values[name] = [Line(one["path"], Text(**one["text"])) for one in values.get(name, [])]
        return cls(**values)


def _fill(zh: str, en: str, values: Mapping[str, object]) -> Text:
    return Text(zh.format(**values), en.format(**values)) if values else Text(zh, en)
