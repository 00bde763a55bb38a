"""The student's pages: a day, the hand-in, files, the calendar; strangers and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.work import Read
from lms.learning.checkins import queries
from lms.people.accounts.queries import Person
from tests.conftest import counting
from tests.factories.accounts import make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import LINK, TEXT, picture, task_of
from tests.factories.enrollments import make_enrollment
from tests.learning.checkins.staging import Begin

Look = Callable[[], Read]


PART = {"HX-Request": "true"}


class Stage:
    def __init__(self, work: Begin, read: Look, client: FlaskClient, enter: Callable[..., None]) -> None:
        with work() as w:
            cohort = make_cohort(w)
            self.lin: Person = make_person(w, "林晓")
            self.enrollment = make_enrollment(w, cohort, self.lin)
            self.cohort = walk_to(w, cohort, "running")  # type: ignore[arg-type]
        self.write, self.read_task = task_of(read(), self.cohort), task_of(read(), self.cohort, key="read")
        self.base = f"/learn/{self.cohort.code}"
        self.url = f"{self.base}/tasks/{self.write.code}"
        self.client, self.enter = client, enter
        enter(client, self.lin)
        self.read = read

    def form(self) -> dict[str, Any]:
        """Open the form and fill it in completely."""
        html = self.client.get(self.url).get_data(as_text=True)
        return {
            "csrf_token": token_of(html),
            "opened": field_of(html, "opened"),
            "seen": field_of(html, "seen"),
            "text": TEXT,
            "link": LINK,
        }

    def page(self) -> queries.HandInPage:
        return queries.hand_in_page(self.read(), self.enrollment, self.write)


def token_of(html: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', html)
    assert found
    return found[1]


def field_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    assert found, name
    return found[1]


@pytest.fixture
def stage(work: Begin, read: Look, client: FlaskClient, sign_in: Callable[..., None]) -> Stage:
    return Stage(work, read, client, sign_in)


def test_the_day_shows_goal_material_and_tasks(stage: Stage) -> None:
    html = stage.client.get(f"{stage.base}/days/1").get_data(as_text=True)
    assert "写一句话" in html
    assert "第 1 天的材料" in html
    assert "写一段" in html
    assert "22:00 截止" in html


def test_a_locked_day_and_its_tasks_say_when_they_open(stage: Stage) -> None:
    for url in (f"{stage.base}/days/2", f"{stage.base}/tasks/{task_of(stage.read(), stage.cohort, 2).code}"):
        answer = stage.client.get(url)
        assert answer.status_code == 403
        assert "明天 06:00" in answer.get_data(as_text=True)
        assert "第 2 天的材料" not in answer.get_data(as_text=True)


def test_the_calendar_says_every_mark_in_words(stage: Stage) -> None:
    html = stage.client.get(f"{stage.base}/calendar").get_data(as_text=True)
    assert "今天" in html
    assert "解锁" in html
    assert "连续打卡" in html


def test_strangers_find_nothing_and_visitors_sign_in(
    stage: Stage, work: Begin, new_client: Callable[[], FlaskClient]
) -> None:
    with work() as w:
        stranger = make_person(w, "路人")
    other = new_client()
    urls = [f"{stage.base}/days/1", f"{stage.base}/calendar", f"{stage.base}/class", stage.url]
    for url in urls:
        assert other.get(url).status_code == 303
    stage.enter(other, stranger)
    for url in urls:
        assert other.get(url).status_code == 404


def test_handing_in_without_scripts_ends_in_a_redirect(stage: Stage) -> None:
    answer = stage.client.post(stage.url, data=stage.form())
    assert answer.status_code == 303
    html = stage.client.get(answer.location).get_data(as_text=True)
    assert "等助教点评" in html
    assert stage.page().card.state == "submitted"


def test_handing_in_with_htmx_goes_on_by_header(stage: Stage) -> None:
    answer = stage.client.post(stage.url, data=stage.form(), headers=PART)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].endswith(stage.write.code)


def test_an_incomplete_hand_in_keeps_every_word(stage: Stage) -> None:
    form = {**stage.form(), "text": "短", "link": "https://example.com/x"}
    answer = stage.client.post(stage.url, data=form)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "还差 3 字" in html
    assert "短</textarea>" in html
    assert stage.page().values["link"] == "https://example.com/x"
    part = stage.client.post(stage.url, data=form, headers=PART)
    assert part.status_code == 422
    assert part.get_data(as_text=True).count("<form") == 1


def test_a_stale_form_keeps_its_words_and_can_be_sent_again(stage: Stage) -> None:
    old = stage.form()
    stage.client.post(stage.url, data=stage.form())
    answer = stage.client.post(stage.url, data={**old, "text": "这是另一台手机上写的版本"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "第 1 版" in html
    assert "这是另一台手机上写的版本</textarea>" in html
    again = {**old, "seen": field_of(html, "seen"), "text": "这是另一台手机上写的版本"}
    assert stage.client.post(stage.url, data=again).status_code == 303
    assert stage.page().revision == 2


def test_the_grace_comes_from_the_signed_form_only(stage: Stage, clock: FixedClock) -> None:
    form = stage.form()
    clock.at = stage.write.cutoff_at + timedelta(seconds=60)
    assert stage.client.post(stage.url, data=form).status_code == 303
    assert stage.page().card.in_grace
    assert "宽限内" in stage.client.get(stage.url).get_data(as_text=True)


def test_a_forged_opening_time_is_late(stage: Stage, clock: FixedClock) -> None:
    form = {**stage.form(), "opened": "WyJ4Il0.nonsense"}
    clock.at = stage.write.cutoff_at + timedelta(seconds=60)
    stage.client.post(stage.url, data=form)
    assert stage.page().card.late


def test_the_draft_is_saved_while_typing(stage: Stage) -> None:
    form = {**stage.form(), "text": "写到一半"}
    answer = stage.client.post(f"{stage.url}/draft", data=form)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert "写到一半</textarea>" in stage.client.get(stage.url).get_data(as_text=True)
    assert stage.client.post(f"{stage.url}/draft", data={**form, "stay": "1"}).status_code == 303


def test_files_are_added_shown_and_removed(stage: Stage) -> None:
    form = {**stage.form(), "text": "写到一半", "files": (BytesIO(picture("HEIF")), "IMG_1.HEIC")}
    part = stage.client.post(f"{stage.url}/files", data=form, headers=PART)
    assert part.status_code == 200
    assert 'id="files"' in part.get_data(as_text=True)
    (file,) = stage.page().files
    assert stage.page().values["text"] == "写到一半"
    shown = stage.client.get(f"/files/check-ins/{file.code}")
    assert shown.mimetype == "image/jpeg"
    assert "private" in shown.headers["Cache-Control"]
    gone = stage.client.post(f"{stage.url}/files/{file.code}/remove", data=stage.form())
    assert gone.status_code == 303
    assert stage.page().files == []


def test_a_bad_file_harms_neither_text_nor_good_files(stage: Stage) -> None:
    form = stage.form()
    form["files"] = [(BytesIO(picture()), "good.jpg"), (BytesIO(b"MZ\x90\x00"), "virus.jpg")]
    answer = stage.client.post(stage.url, data=form)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "virus.jpg" in html
    assert f"{TEXT}</textarea>" in html
    assert [file.name for file in stage.page().files] == ["good.jpg"]
    assert stage.page().revision == 0
    part = stage.client.post(
        f"{stage.url}/files", data={**stage.form(), "files": (BytesIO(b"MZ\x90"), "x.png")}, headers=PART
    )
    assert part.status_code == 422
    assert "x.png" in part.get_data(as_text=True)


def test_a_file_of_somebody_else_is_not_found(stage: Stage, work: Begin, new_client: Callable[[], FlaskClient]) -> None:
    stage.client.post(f"{stage.url}/files", data={**stage.form(), "files": (BytesIO(picture()), "a.jpg")})
    (file,) = stage.page().files
    with work() as w:
        stranger = make_person(w, "路人")
    other = new_client()
    stage.enter(other, stranger)
    assert other.get(f"/files/check-ins/{file.code}").status_code == 404


def test_reading_is_ticked_with_one_tap(stage: Stage) -> None:
    url = f"{stage.base}/tasks/{stage.read_task.code}"
    token = stage.form()["csrf_token"]
    part = stage.client.post(f"{url}/tick", data={"csrf_token": token, "done": "1"}, headers=PART)
    html = part.get_data(as_text=True)
    assert part.status_code == 200
    assert html.lstrip().startswith(f'<li id="task-{stage.read_task.code}"')
    assert "task-changed" in part.headers["HX-Trigger"]
    head = stage.client.get(f"{stage.base}/days/1/head", headers=PART).get_data(as_text=True)
    assert "1/2" in head
    back = stage.client.post(f"{url}/tick", data={"csrf_token": token, "done": "0"})
    assert back.status_code == 303
    assert "读完了" in stage.client.get(url).get_data(as_text=True)


def test_the_class_shows_names_and_who_has_handed_in(stage: Stage) -> None:
    stage.client.post(stage.url, data=stage.form())
    html = stage.client.get(f"{stage.base}/class").get_data(as_text=True)
    assert "林晓" in html
    assert "已打卡" in html
    assert "@example.com" not in html


def test_every_page_speaks_english_too(stage: Stage, work: Begin) -> None:
    from lms.people.accounts.service import set_language
    from tests.factories.enrollments import student_actor

    with work() as w:
        set_language(w, student_actor(stage.lin), "en")
    for url in (f"{stage.base}/days/1", f"{stage.base}/calendar", stage.url, f"{stage.base}/class"):
        html = stage.client.get(url).get_data(as_text=True)
        assert '<html lang="en"' in html


def test_handing_in_takes_few_statements_and_one_commit(app: Flask, stage: Stage) -> None:
    form = stage.form()
    commits = []

    def note(connection: object) -> None:
        commits.append(connection)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", note)
    try:
        with counting(app) as n:
            assert stage.client.post(stage.url, data=form).status_code == 303
    finally:
        event.remove(engine, "commit", note)
    assert n.statements <= 12, n.said
    assert len(commits) == 1


def test_today_reads_little(app: Flask, stage: Stage) -> None:
    with counting(app) as n:
        queries.today_view(stage.read(), stage.enrollment, stage.cohort)
    assert n.statements <= 5
