"""What the import calls short enough, the certificate's designs can hold."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.kernel.parts import current_parts
from lms.kernel.typeset import TypesetRefused
from lms.kernel.widths import width
from lms.learning.camps.folder.paper import MOST

FIELDS = {"title": "camp", "host.name": "signer", "host.role": "signer_role", "achievement": "achievement"}
WORDS = "Senior Lecturer in Writing at the Hanseatic School of Management and Media Communication Hamburg"


def data(**over: str) -> dict[str, Any]:
    return {
        "lang": "zh",
        "palette": "leaf",
        "name": "林晓",
        "camp": "短写作营",
        "cohort": "第 1 期",
        "dates": "2026 年 11 月 19 日至 21 日",
        "achievement": "写完三天。",
        "serial": "EC-7Q4K-2M9X-4QTR",
        "url": "http://localhost/verify/7Q4K2M9X4QTR",
        "url_text": "localhost/verify/7Q4K2M9X4QTR",
        "signer": "徐若岚",
        "signer_role": "写作教练",
        "issued": "2026 年 11 月 21 日",
        "date_iso": "2026-11-21",
        **over,
    }


def longest(most: int) -> str:
    return next(WORDS[:end] for end in range(len(WORDS), 0, -1) if width(WORDS[:end]) <= most)


@pytest.mark.parametrize("style", ["classic", "modern"])
@pytest.mark.parametrize("name", MOST)
def test_a_line_of_the_longest_length_is_drawn(app: Flask, name: str, style: str) -> None:
    draw = current_parts().typesetter.render
    for text in ("字" * MOST[name], longest(MOST[name])):
        assert draw(f"learning/certificates/certificate-{style}", data(**{FIELDS[name]: text}), "pdf")


@pytest.mark.parametrize("name", MOST)
def test_half_as_much_again_is_refused_by_one_design_at_least(app: Flask, name: str) -> None:
    with pytest.raises(TypesetRefused):
        for style in ("classic", "modern"):
            text = "字" * (MOST[name] * 3 // 2)
            current_parts().typesetter.render(
                f"learning/certificates/certificate-{style}", data(**{FIELDS[name]: text}), "pdf"
            )
