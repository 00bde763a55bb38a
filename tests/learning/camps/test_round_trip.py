"""Export and import again: the same camp."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.camps.folder.archive import read_directory, read_zip, write_zip
from lms.learning.camps.folder.draft import (
    CampDraft,
    Copy,
    DayDraft,
    Faq,
    Host,
    Side,
    Story,
    TaskDraft,
    Week,
)
from lms.learning.camps.folder.read import read_folder
from lms.learning.camps.folder.write import write_folder

EXAMPLES = sorted(path for path in (Path(__file__).parents[3] / "examples" / "camps").iterdir() if path.is_dir())

_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00{}")
words = st.text(_letters, max_size=60).map(str.strip)
said = st.text(_letters, min_size=1, max_size=60).map(str.strip).filter(bool)
slugs = st.text(string.ascii_lowercase, min_size=1, max_size=12).filter(lambda s: s not in ("import", "imports"))
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
tasks = st.builds(
    TaskDraft,
    key=slugs,
    kind=st.sampled_from(["read", "watch"]),
    title=said,
    minutes=st.integers(0, 600),
    required=st.booleans(),
    instructions=words,
    min_length=st.integers(0, 500),
    number_label=words,
) | st.builds(
    TaskDraft,
    key=slugs,
    kind=st.just("check_in"),
    title=said,
    minutes=st.integers(0, 600),
    required=st.booleans(),
    instructions=words,
    asks=st.lists(st.sampled_from(["text", "link", "file", "number", "picture"]), min_size=1, unique=True).map(tuple),
)
days = st.builds(
    DayDraft,
    number=st.integers(0, 120),
    title=said,
    goal=words,
    minutes=st.integers(0, 600),
    unlock=st.none() | clocks,
    body=st.lists(st.sampled_from(["## A", "text", "---", "| a |", "```\n# x\n```", "", "> q"]), max_size=6).map(
        lambda lines: "\n".join(lines).strip("\n").rstrip()
    ),
    tasks=st.lists(tasks, min_size=1, max_size=3, unique_by=lambda task: task.key).map(tuple),
)
stories = st.builds(
    Story,
    promise=words,
    summary=words,
    outcomes=st.lists(said, max_size=3).map(tuple),
    audience=st.lists(said, max_size=2).map(tuple),
    not_for=st.lists(said, max_size=2).map(tuple),
    before=st.none() | st.builds(Side, label=words, text=said, caption=words),
    after=st.none() | st.builds(Side, label=words, text=said, caption=words),
    host=st.none() | st.builds(Host, name=said, role=words, quote=words),
    weeks=st.lists(said, max_size=3).map(
        lambda titles: tuple(Week(title=t, first=n * 7 + 1, last=n * 7 + 7) for n, t in enumerate(titles))
    ),
    faq=st.lists(st.builds(Faq, question=said, answer=said), max_size=2).map(tuple),
    copy=st.lists(
        st.builds(
            Copy,
            channel=st.sampled_from(["moments", "group", "private"]),
            title=words,
            text=said.map("{}\n{{link}}".format),
        ),
        max_size=2,
    ).map(tuple),
    minutes_per_day=st.integers(1, 600),
    unlock=clocks,
    cutoff=clocks,
    completion_percent=st.integers(1, 100),
    achievement=words,
)
camps = st.builds(
    CampDraft,
    slug=slugs,
    title=said,
    language=st.sampled_from(["zh", "en"]),
    story=stories,
    days=st.lists(days, min_size=1, max_size=4, unique_by=lambda day: day.number)
    .map(lambda many: tuple(sorted(many, key=lambda day: day.number)))
    .filter(lambda many: many[-1].number > 0),
)


@settings(max_examples=100, deadline=None)
@given(camps)
def test_any_camp_survives_export_and_import(draft: CampDraft) -> None:
    reading = read_folder(read_zip(write_zip(write_folder(draft), "top")))
    assert reading.report.errors == []
    assert reading.draft == draft


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_survive_export_and_import(folder: Path) -> None:
    first = read_folder(read_directory(folder))
    assert first.draft is not None and not first.report.notes
    assert read_folder(write_folder(first.draft)).draft == first.draft
