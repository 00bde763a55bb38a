"""The pages of tutors: what waits, one question, the digest; and who may not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import render_template
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.learning.questions import queries
from lms.learning.questions.models import Digest, DigestItem, Question
from tests.conftest import counting
from tests.factories.accounts import cast
from tests.factories.questions import ClassRoom, make_class, make_entries, make_question

PART = {"HX-Request": "true"}


@dataclass
class Stage:
    """A class with three questions, two of them alike; its tutor is signed in."""

    room: ClassRoom
    client: FlaskClient
    codes: list[str]


@pytest.fixture
def stage(work: Any, client: FlaskClient, sign_in: Callable[..., None]) -> Stage:
    with work() as w:
        room = make_class(w, 3)
        texts = ("小标题要不要编号？", "请问小标题需要编号吗", "直播有没有回放")
        codes = [make_question(w, room, text, n).code for n, text in enumerate(texts)]
        made = Stage(room, client, codes)
    sign_in(client, room.tutor)
    return made


def said(response: Any) -> str:
    return str(response.get_data(as_text=True))


def test_the_desk_shows_groups_with_one_action(stage: Stage) -> None:
    html = said(stage.client.get("/desk/questions"))
    assert "看着像同一个问题" in html
    assert "2 组" in html
    assert "还有 2 小时" in html
    assert stage.room.students[0].display_name in html


def test_one_action_merges_and_one_splits(stage: Stage, work: Any) -> None:
    response = stage.client.post("/desk/questions/merge", data={"code": stage.codes[:2]})
    assert response.status_code == 303
    assert response.location.endswith(stage.codes[0])
    with work() as w:
        assert w.session.scalars(select(Question.state).order_by(Question.id)).all() == ["open", "merged", "open"]
    assert stage.client.post(f"/desk/questions/{stage.codes[1]}/split").status_code == 303
    assert "看着像同一个问题" not in said(stage.client.get("/desk/questions"))


def test_claim_draft_preview_answer_publish_correct(stage: Stage, work: Any, drain: Callable[[], int]) -> None:
    code, client = stage.codes[0], stage.client
    there = f"/desk/questions/{code}"
    assert client.post(f"{there}/claim").location.endswith(there)
    assert "你正在回" in said(client.get(there))
    draft = {"text": "小标题要不要编号", "answer": "**看读者**"}
    assert client.post(f"{there}/autosave", data=draft).status_code == 204
    assert "**看读者**" in said(client.get(there))
    part = said(client.post(f"{there}/preview", data=draft, headers=PART))
    assert part.lstrip().startswith('<section id="preview"')
    assert "<strong>看读者</strong>" in part
    assert client.post(f"{there}/preview", data=draft).status_code == 303
    assert client.post(f"{there}/draft", data=draft).status_code == 303
    assert client.post(f"{there}/answer", data={**draft, "answer": ""}).status_code == 422
    assert client.post(f"{there}/answer", data=draft).status_code == 303
    with work() as w:
        digest = w.session.scalars(select(Digest)).one().code
        item = w.session.scalars(select(DigestItem)).one().code
    page = said(client.get(f"/desk/digests/{digest}"))
    assert "发布并通知 3 人" in page
    assert client.post(f"/desk/digests/{digest}/publish").status_code == 303
    drain()
    correct = f"/desk/digests/{digest}/items/{item}/correct"
    refused = client.post(correct, data={"answer": "**看读者怎么读**", "note": ""})
    assert refused.status_code == 422
    assert "看读者怎么读" in said(refused)
    assert client.post(correct, data={"answer": "看读者怎么读", "note": "说全"}).status_code == 303
    assert "第 2 版" in said(client.get(f"/desk/digests/{digest}"))
    assert "是汇总第 1 条" in said(client.get(there))


def test_hiding_needs_a_reason_and_can_be_undone(stage: Stage) -> None:
    there = f"/desk/questions/{stage.codes[2]}"
    assert stage.client.post(f"{there}/hide", data={"reason": ""}).status_code == 422
    assert stage.client.post(f"{there}/hide", data={"reason": "有真名"}).status_code == 303
    assert "重新显示" in said(stage.client.get(there))
    assert stage.client.post(f"{there}/unhide").status_code == 303
    assert stage.client.post(f"{there}/release").status_code == 303


def test_synonyms_are_added_and_removed(stage: Stage) -> None:
    assert stage.client.post("/desk/questions/synonyms", data={"a": "证书", "b": "证书"}).status_code == 422
    assert stage.client.post("/desk/questions/synonyms", data={"a": "证书", "b": "毕业证"}).status_code == 303
    html = said(stage.client.get("/desk/questions/synonyms"))
    assert "「毕业证」当成「证书」" in html
    there = html.split('action="/desk/questions/synonyms/')[1].split('"')[0]
    assert stage.client.post(f"/desk/questions/synonyms/{there}").status_code == 303


def test_an_answer_is_taken_out_of_the_knowledge_and_brought_back(stage: Stage, work: Any) -> None:
    with work() as w:
        entry = make_entries(w, stage.room.cohort.camp_id, ("退款几天到账", "三天。"))[0].code
        cohort = stage.room.cohort
    there = f"/desk/cohorts/{cohort.code}/knowledge/{entry}"
    assert stage.client.post(f"{there}/hide").status_code == 303
    assert "拿下来的" in said(stage.client.get(f"/learn/{cohort.code}/knowledge"))
    with work() as w:
        assert queries.suggest(w, cohort, "退款几天到账") == []
    assert stage.client.post(f"{there}/show").status_code == 303
    with work() as w:
        assert len(queries.suggest(w, cohort, "退款几天到账")) == 1


def test_the_part_for_the_desk_stands_alone(stage: Stage, app: Any, work: Any) -> None:
    with work() as w, app.test_request_context("/desk"):
        who = stage.room.desk(w)
        groups, waiting = queries.waiting_groups(w, who), queries.count_waiting(w, who)
        html = render_template("learning/questions/_waiting.html", groups=groups, waiting=waiting)
    assert html.count("<li>") == 2
    assert "3 问" in html


def test_the_ask_box_stands_on_other_pages(stage: Stage, app: Any) -> None:
    with app.test_request_context("/today"):
        html = render_template("learning/questions/_ask_box.html", cohort=stage.room.cohort)
    assert 'id="ask-form"' in html
    assert 'id="suggestions"' in html


PATHS = ("/desk/questions", "/desk/questions/synonyms", "/desk/questions/{q}")
ACTS = ("claim", "release", "split", "draft", "autosave", "preview", "answer", "hide", "unhide")


def test_students_are_kept_out_and_other_tutors_find_nothing(
    stage: Stage, work: Any, sign_in: Callable[..., None], new_client: Callable[[], FlaskClient]
) -> None:
    with work() as w:
        cole = cast(w, "cole")
    student, other = new_client(), new_client()
    sign_in(student, stage.room.students[0])
    sign_in(other, cole)
    for path in PATHS:
        assert student.get(path.format(q=stage.codes[0])).status_code == 403
        assert new_client().get(path.format(q=stage.codes[0])).status_code == 303
    assert "Nothing to answer now" in said(other.get("/desk/questions"))
    assert other.get(f"/desk/questions/{stage.codes[0]}").status_code == 404
    data = {"text": "要不要编号", "answer": "看读者", "reason": "x", "code": stage.codes[:2]}
    for act in ACTS:
        path = f"/desk/questions/{stage.codes[0]}/{act}"
        assert student.post(path, data=data).status_code == 403
        assert other.post(path, data=data, headers=PART).status_code == 404, act
    for act in ("hide", "show"):
        path = f"/desk/cohorts/{stage.room.cohort.code}/knowledge/X/{act}"
        assert student.post(path).status_code == 403
        assert other.post(path).status_code == 404
    assert other.post("/desk/questions/merge", data=data).status_code == 404
    assert other.get("/desk/digests/NOPE").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_queue(stage: Stage, work: Any, app: Any) -> None:
    def statements(path: str) -> int:
        stage.client.get(path)
        with counting(app) as n:
            assert stage.client.get(path).status_code == 200
        return n.statements

    paths = ("/desk/questions", f"/desk/questions/{stage.codes[0]}")
    before = [statements(path) for path in paths]
    with work() as w:
        for n in range(8):
            make_question(w, stage.room, f"第{n}个别的问题{n * 7919}", n % 3)
    assert [statements(path) for path in paths] == before
    assert before[0] <= 12
    assert before[1] <= 24
