"""Headings, pages and addresses of lessons read from a folder."""

from __future__ import annotations

import pytest

from lms.learning.camps.folder.draft import DayDraft, Report
from lms.learning.camps.folder.lesson import take_heading
from lms.learning.camps.folder.pages import list_addresses, render_day, resolve_places
from tests.learning.camps.staging import HUNDRED_DAYS, good, read, titles


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
