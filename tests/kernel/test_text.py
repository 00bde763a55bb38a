"""Words in both languages and Markdown made safe."""

from __future__ import annotations

import pytest

from lms.kernel.text import Text, plain_text, render_markdown, speaking, t, tn


def test_the_language_that_is_spoken_decides() -> None:
    with speaking("zh"):
        assert t("还有 {n} 天", "{n} days left", n=3) == "还有 3 天"
        assert str(Text("名额已满", "Full")) == "名额已满"
    with speaking("en"):
        assert tn(1, "{n} 人", "{n} person", "{n} people") == "1 person"
        assert tn(2, "{n} 人", "{n} person", "{n} people") == "2 people"


@pytest.mark.parametrize(
    ("source", "absent"),
    [
        ("<script>alert(1)</script>x", "alert"),
        ('<img src=x onerror="alert(1)">', "onerror"),
        ("[x](javascript:alert(1))", "href="),
        ('<a href="javascript:alert(1)">x</a>', "javascript"),
        ("<iframe src='https://example.com'></iframe>", "iframe"),
        ('<p style="position:fixed">x</p>', "style"),
        ("<form action=/x><input name=a></form>", "<input"),
        ('<code class="evil btn">x</code>', "evil"),
    ],
)
def test_what_could_harm_is_dropped(source: str, absent: str) -> None:
    assert absent not in render_markdown(source)


def test_tables_code_and_raw_html_come_through() -> None:
    html = render_markdown("| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1 < 2\n```\n\n<kbd>J</kbd> ~~old~~")
    assert "<table>" in html
    assert 'class="language-python"' in html
    assert "x = 1 &lt; 2" in html
    assert "<kbd>J</kbd>" in html


def test_material_starts_at_the_second_heading() -> None:
    assert render_markdown("# One\n\n## Two").count("<h2") == 1
    assert "<h3" in render_markdown("# One\n\n## Two")
    assert "<h1" not in render_markdown("<h1>raw</h1>")
    assert "<h2" in render_markdown("## Two")


def test_plain_text_is_one_line_of_words() -> None:
    assert plain_text("<p>a &amp; b</p>\n<p>c</p>") == "a & b c"
