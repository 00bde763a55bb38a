"""The pages of students: asking, digests, knowledge; and the strangers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.learning.questions.models import Question
from tests.conftest import counting
from tests.factories.accounts import cast
from tests.factories.questions import ClassRoom, make_class, make_digest, make_entries, make_question

PART = {"HX-Request": "true"}


@dataclass
class Stage:
    """A class with a digest, an open question and an entry; somebody is signed in."""

    room: ClassRoom
    client: FlaskClient
    question: str
    digest: str
    entry: str

    @property
    def base(self) -> str:
        return f"/learn/{self.room.cohort.code}"


@pytest.fixture
def stage(work: Any, client: FlaskClient, sign_in: Callable[..., None]) -> Stage:
    with work() as w:
        room = make_class(w, 3)
        entry = make_entries(w, room.cohort.camp_id, ("退款几天到账", "**三天。**"))[0]
        digest = make_digest(w, room, "小标题要不要编号？", "直播有没有回放")
        question = make_question(w, room, "例子太私人了，要不要换掉？", 1)
        made = Stage(room, client, question.code, digest.code, entry.code)
    sign_in(client, room.students[0])
    return made


def said(response: Any) -> str:
    return str(response.get_data(as_text=True))


def test_the_ask_page_shows_the_box_my_questions_and_the_digest(stage: Stage) -> None:
    html = said(stage.client.get(f"{stage.base}/questions"))
    assert "卡在哪里" in html
    assert "小标题要不要编号" in html
    assert "第 1 天答疑汇总" in html
    assert "你问的是第 1 条" in html


def test_typing_fetches_a_part_with_answers_and_open_questions(stage: Stage) -> None:
    html = said(stage.client.get(f"{stage.base}/questions/suggest?text=退款多久到账", headers=PART))
    assert html.lstrip().startswith('<div id="suggestions"')
    assert "这就解决了" in html
    html = said(stage.client.get(f"{stage.base}/questions/suggest?text=例子太私人", headers=PART))
    assert "我也想问" in html
    assert stage.room.students[1].display_name not in html


def test_without_scripts_looking_leads_to_the_page_with_the_same_answers(stage: Stage) -> None:
    response = stage.client.post(f"{stage.base}/questions", data={"text": "退款多久到账", "look": "1"})
    assert response.status_code == 303
    assert "csrf" not in response.location
    assert "这就解决了" in said(stage.client.get(response.location))
    response = stage.client.get(f"{stage.base}/questions/suggest?text=退款多久到账")
    assert response.status_code == 303


def test_asking_leads_to_the_question_and_keeps_what_was_tried(stage: Stage, work: Any) -> None:
    sent = {"text": "退款多久能到账呢", "tried": stage.entry}
    response = stage.client.post(f"{stage.base}/questions", data=sent)
    assert response.status_code == 303
    assert "等助教回" in said(stage.client.get(response.location))
    with work() as w:
        row = w.session.scalars(select(Question).order_by(Question.id.desc()).limit(1)).one()
        assert row.tried == [stage.entry]
    again = stage.client.post(f"{stage.base}/questions", data=sent)
    assert again.location == response.location
    assert "没有重复提交" in said(stage.client.get(again.location))


def test_what_is_typed_is_kept_until_it_is_asked(stage: Stage) -> None:
    sent = {"text": "写到一半的问题"}
    for _ in range(2):
        assert stage.client.post(f"{stage.base}/questions/draft", data=sent).status_code == 204
    assert "写到一半的问题</textarea>" in said(stage.client.get(f"{stage.base}/questions"))
    assert stage.client.post(f"{stage.base}/questions", data=sent).status_code == 303
    assert "写到一半的问题</textarea>" not in said(stage.client.get(f"{stage.base}/questions"))


def test_an_empty_question_comes_back_with_its_words_and_a_reason(stage: Stage) -> None:
    response = stage.client.post(f"{stage.base}/questions", data={"text": "？"})
    assert response.status_code == 422
    assert "再多写几个字" in said(response)
    part = stage.client.post(f"{stage.base}/questions", data={"text": ""}, headers=PART)
    assert part.status_code == 422
    assert said(part).lstrip().startswith('<section id="ask-box"')


def test_this_solves_it_closes_the_question_and_counts_for_the_entry(stage: Stage) -> None:
    data = {"entry": stage.entry, "text": "退款多久到账"}
    assert stage.client.post(f"{stage.base}/questions/solve", data=data).status_code == 303
    html = said(stage.client.get(f"{stage.base}/knowledge?q=退款"))
    assert "帮到 1 人" in html
    assert "已解决" in said(stage.client.get(f"{stage.base}/questions"))


def test_me_too_and_taking_it_back(stage: Stage) -> None:
    there = f"{stage.base}/questions/{stage.question}"
    assert "我也想问" in said(stage.client.get(there))
    assert stage.client.post(f"{there}/follow").status_code == 303
    assert "不用回了" in said(stage.client.get(there))
    assert stage.client.post(f"{there}/unfollow").status_code == 303
    assert "我也想问" in said(stage.client.get(there))


def test_the_digest_marks_mine_and_names_no_asker(stage: Stage) -> None:
    html = said(stage.client.get(f"{stage.base}/digests/{stage.digest}"))
    assert "你问的是第 1 条" in html
    assert "原话：「小标题要不要编号？」" in html
    assert stage.room.students[1].display_name not in html
    assert "第 1 天答疑汇总" in said(stage.client.get(f"{stage.base}/digests"))


def test_useful_counts_once_as_part_and_as_page(stage: Stage) -> None:
    html = said(stage.client.get(f"{stage.base}/digests/{stage.digest}"))
    there = html.split('hx-post="')[1].split('"')[0]
    part = said(stage.client.post(there, headers=PART))
    assert part.lstrip().startswith('<div id="thanks-')
    assert "有用 1" in part
    assert stage.client.post(there).status_code == 303
    assert "有用 1" in said(stage.client.get(f"{stage.base}/digests/{stage.digest}"))


def test_knowledge_says_what_it_is_for_when_nothing_is_found(stage: Stage) -> None:
    html = said(stage.client.get(f"{stage.base}/knowledge?q=量子"))
    assert "没找到「量子」" in html
    part = said(stage.client.get(f"{stage.base}/knowledge?q=退款", headers=PART))
    assert part.lstrip().startswith('<div id="entries"')
    assert "三天。" in part


def test_pages_are_whole_in_english_and_for_people_without_a_cohort(
    stage: Stage, work: Any, sign_in: Callable[..., None]
) -> None:
    stage.client.set_cookie("language", "en")
    with work() as w:
        maya = cast(w, "maya")
    sign_in(stage.client, maya)
    html = said(stage.client.get("/questions"))
    assert "Join a cohort to ask here" in html


def test_the_questions_place_leads_to_the_cohort_of_now(stage: Stage) -> None:
    assert stage.client.get("/questions").location.endswith(f"{stage.base}/questions")


ADDRESSES = ("questions", "questions/suggest?text=x", "questions/{q}", "digests", "digests/{d}", "knowledge")
POSTS = (
    "questions",
    "questions/draft",
    "questions/solve",
    "questions/{q}/follow",
    "questions/{q}/unfollow",
    "digests/{d}/items/X/thank",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_see_none_of_it(
    stage: Stage, work: Any, sign_in: Callable[..., None], new_client: Callable[[], FlaskClient], address: str
) -> None:
    path = f"{stage.base}/{address.format(q=stage.question, d=stage.digest)}"
    assert new_client().get(path).status_code == 303
    with work() as w:
        other, stranger = make_class(w, 1, days=2).students[0], cast(w, "stranger")
    for person in (other, stranger):
        visitor = new_client()
        sign_in(visitor, person)
        assert visitor.get(path, headers=PART).status_code == 404


@pytest.mark.parametrize("address", POSTS)
def test_strangers_change_none_of_it(
    stage: Stage, work: Any, sign_in: Callable[..., None], new_client: Callable[[], FlaskClient], address: str
) -> None:
    path = f"{stage.base}/{address.format(q=stage.question, d=stage.digest)}"
    with work() as w:
        stranger = cast(w, "stranger")
    visitor = new_client()
    sign_in(visitor, stranger)
    data = {"text": "我能问一句吗", "entry": stage.entry}
    assert visitor.post(path, data=data).status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_digest(
    stage: Stage, work: Any, app: Any, sign_in: Callable[..., None], new_client: Callable[[], FlaskClient]
) -> None:
    def statements(client: FlaskClient, path: str) -> int:
        client.get(path)
        with counting(app) as n:
            assert client.get(path).status_code == 200
        return n.statements

    with work() as w:
        big = make_class(w, 3, days=2)
        digest = make_digest(w, big, *(f"第{n}个完全不同的问题{n * 7919}" for n in range(12)))
        path = f"/learn/{big.cohort.code}"
    visitor = new_client()
    sign_in(visitor, big.students[0])
    small = statements(stage.client, f"{stage.base}/digests/{stage.digest}")
    assert statements(visitor, f"{path}/digests/{digest.code}") == small <= 12
    small = statements(stage.client, f"{stage.base}/questions")
    assert statements(visitor, f"{path}/questions") == small <= 14
    with counting(app) as n:
        stage.client.get(f"{stage.base}/questions/suggest?text=退款多久到账", headers=PART)
    assert n.statements <= 12
