"""Every mail of the room can be written, in both languages, with the values the service gives."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.kernel.text import Language
from lms.people.accounts.queries import Person
from lms.web.letters import write_letter

PERSON = Person(1, "AB12", "林晓", "lin@example.com", "zh", "Asia/Shanghai")
VALUES = {"camp": "清晰写作营", "cohort": "第 13 期", "starts_on": "2026-12-12"}
NAMES = ("joined", "waitlisted", "moved_up", "suspended", "resumed", "expelled", "canceled")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_a_mail_can_be_written(app: Flask, name: str, part: str, language: Language) -> None:
    values = {**VALUES, **({"reason": "多次抄袭"} if name in ("suspended", "expelled", "canceled") else {})}
    written = write_letter(
        f"learning/enrollments/mail/{name}/{part}", language, person=PERSON, link="/learn/x", **values
    )
    assert "清晰写作营" in written or part == "body.txt"
    assert "{" not in written or part == "body.html"
