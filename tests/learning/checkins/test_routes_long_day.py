"""A day with many tasks stays small enough to send."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import counting
from tests.factories.accounts import make_person
from tests.factories.camps import camp_folder, make_camp, make_cohort
from tests.factories.enrollments import make_enrollment
from tests.learning.checkins.staging import Begin


def thirty_tasks() -> dict[str, bytes]:
    lines = ["---", "title: 大日子", "goal: 都做完。", "minutes: 90", "tasks:"]
    for n in range(30):
        lines += [
            f"  - key: t{n:02d}",
            "    kind: check_in",
            f"    title: 第 {n} 件小事，写一段给没学过的人看",
            "    minutes: 3",
            "    required: true",
            "    asks: [text]",
        ]
    files = camp_folder("big-day")
    files["days/01-day.md"] = "\n".join([*lines, "---", "材料。"]).encode()
    return files


def test_a_day_of_thirty_tasks_stays_small(
    app: Flask, work: Begin, client: FlaskClient, sign_in: Callable[..., None]
) -> None:
    with work() as w:
        cohort = make_cohort(w, camp=make_camp(w, files=thirty_tasks()).slug)
        lin = make_person(w, "林晓")
        make_enrollment(w, cohort, lin)
    sign_in(client, lin)
    client.get(f"/learn/{cohort.code}/days/1")
    with counting(app) as n:
        answer = client.get(f"/learn/{cohort.code}/days/1")
    assert answer.status_code == 200
    assert n.statements <= 8, n.said
    assert len(answer.data) <= 60_000
