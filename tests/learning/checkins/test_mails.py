"""Every mail of the room can be written, in both languages, with the values the service gives."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.kernel.text import Language
from lms.people.accounts.queries import Person
from lms.web.letters import write_letter

PERSON = Person(1, "AB12", "林晓", "lin@example.com", "zh", "Asia/Shanghai")
REVIEW = {"task": "写一段", "day": 8, "tutor": "陈老师", "comment": "拆成 <三> 句"}
VALUES = {
    "returned": REVIEW,
    "accepted": REVIEW,
    "reminder": {"day": 8, "title": "一个观点", "left": 1, "clock": "22:00"},
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", list(VALUES))
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_a_mail_can_be_written(app: Flask, name: str, part: str, language: Language) -> None:
    written = write_letter(
        f"learning/checkins/mail/{name}/{part}", language, person=PERSON, link="/learn/x", **VALUES[name]
    )
    assert "<三>" not in written or part == "body.txt"
    assert "{" not in written or part == "body.html"
