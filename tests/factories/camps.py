"""Camps and cohorts for tests, made through the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, time
from functools import cache
from typing import Any

from lms.kernel.work import SYSTEM, Work
from lms.learning.camps import queries, service
from lms.learning.camps.folder.draft import CampDraft, Report
from lms.learning.camps.folder.read import read_folder
from lms.learning.camps.rules import COHORT_MOVES, CohortState

CAMP_TOML = """
slug = "{slug}"
title = "{title}"
language = "zh"
promise = "三天，写得清楚。"
summary = "每天写一小件。"
unlock = "06:00"
cutoff = "22:00"
outcomes = ["说清一件事"]
audience = ["常要写通知的人"]
completion_percent = 60
achievement = "写完三天。"

[host]
name = "徐若岚"

[[weeks]]
title = "三天"
from = 1
to = 3

[[faq]]
question = "每天多久？"
answer = "半小时。"

[[copy]]
channel = "moments"
title = "一句话"
text = "{{camp}}，{{start}} 开营：{{link}}"
"""
DAY = """---
title: 第 {n} 课
goal: 写一句话。
minutes: 30
tasks:
  - key: read
    kind: read
    title: 读材料
    minutes: 10
    required: false
  - key: write
    kind: check_in
    title: 写一段
    minutes: 20
    required: true
    instructions: 写三句。
    asks: [text, link, file]
    min_length: 4
---
第 {n} 天的材料。

![图](../files/one.png)
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
_WAY = (
    CohortState.ENROLLING,
    CohortState.CLOSED,
    CohortState.RUNNING,
    CohortState.WRAPPING_UP,
    CohortState.ENDED,
    CohortState.ARCHIVED,
)


def camp_folder(slug: str = "short-writing", days: int = 3, title: str = "短写作营") -> dict[str, bytes]:
    """Give a small camp as a folder: day 0 and `days` days, each with a reading and a required check-in."""
    written = {"camp.toml": CAMP_TOML.format(slug=slug, title=title).encode(), "files/one.png": PNG}
    return written | {f"days/{n:02d}-day.md": DAY.format(n=n).encode() for n in range(days + 1)}


def _draft_of(files: Mapping[str, bytes]) -> tuple[CampDraft, Report]:
    reading = read_folder(files)
    assert reading.draft is not None, reading.report.errors
    return reading.draft, reading.report


@cache
def _read_once(slug: str, days: int) -> tuple[CampDraft, Report]:
    return _draft_of(camp_folder(slug, days))


def _read(slug: str, days: int) -> tuple[CampDraft, Report]:
    """Read the small camp: once, since nearly every test begins with it. What is kept is written into the report."""
    draft, report = _read_once(slug, days)
    return draft, deepcopy(report)


def make_camp(
    work: Work, *, slug: str = "short-writing", days: int = 3, files: Mapping[str, bytes] | None = None
) -> queries.Camp:
    """Import and publish a camp; twice with one slug gives the same camp."""
    draft, report = _draft_of(files) if files else _read(slug, days)
    report = service.keep_draft(work, SYSTEM, draft, report)
    assert report.is_good, report.errors
    service.publish_camp(work, SYSTEM, report.slug)
    return queries.get_camp(work, report.slug)


def make_cohort(
    work: Work,
    *,
    camp: str | None = None,
    days: int = 3,
    state: str = CohortState.ENROLLING,
    tutors: Sequence[int] = (),
    **plan: Any,
) -> queries.Cohort:
    """Set up a cohort and walk it to `state`; by default day 1 is the story's 2026-11-21, 150 seats, cutoff 22:00.

    `camp` is the slug of an existing camp; without it a camp of `days` days is imported.
    """
    slug = camp or make_camp(work, slug=f"short-writing-{days}" if days != 3 else "short-writing", days=days).slug
    plan = {"starts_on": date(2026, 11, 21), "seats": 150, "cutoff": time(22), **plan}
    cohort = service.open_cohort(work, SYSTEM, slug, tutors=tutors, **plan)  # type: ignore[typeddict-item]
    return walk_to(work, cohort, CohortState(state))


def walk_to(work: Work, cohort: queries.Cohort, state: CohortState) -> queries.Cohort:
    """Move a cohort step by step to a state."""
    way = list(_WAY[: _WAY.index(state) + 1]) if state in _WAY else []
    if state == CohortState.PAUSED:
        way = [*_WAY[:3], state]
    if state == CohortState.CANCELED:
        way = [state]
    for step in way:
        if step in COHORT_MOVES[cohort.state]:
            cohort = service.move_cohort(work, SYSTEM, cohort.id, step, "test")
    return cohort
