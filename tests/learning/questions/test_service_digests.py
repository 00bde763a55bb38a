"""Publishing, telling, correcting, closing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from lms.kernel.errors import NotFound
from lms.learning.enrollments import service as enrollments
from lms.learning.questions import queries, service
from lms.learning.questions.errors import AlreadyPublished, NoteMissing, NothingToPublish, NotPublished
from lms.learning.questions.models import Digest, DigestCorrection, DigestItem, KnowledgeEntry, Question
from lms.learning.questions.rules import Standing
from lms.people.messages.models import Notice
from tests.conftest import counting
from tests.factories.accounts import as_actor, cast
from tests.factories.questions import make_answer, make_class, make_digest, make_question

DAY = date(2026, 11, 21)


def notices(work, topic: str) -> dict[int, list[str]]:
    rows = work.session.execute(
        select(Notice.person_id, Notice.text).where(Notice.topic == f"learning/questions/{topic}").order_by(Notice.id)
    )
    found: dict[int, list[str]] = {}
    for person_id, text in rows:
        found.setdefault(person_id, []).append(text)
    return found


def test_publishing_numbers_the_answers_and_tells_each_asker_which_is_theirs(work, drain) -> None:
    with work() as w:
        room = make_class(w, 4)
        a, b = make_question(w, room, "小标题要不要编号？", 0), make_question(w, room, "直播有没有回放", 1)
        service.follow(w, room.who(w, 2), room.cohort.code, b.code)
        for question in (b, a):
            make_answer(w, room, question)
        code = service.publish_digest(w, room.desk(w), room.cohort.code, DAY)
        page = queries.digest_view(w, room.cohort, code, room.students[2].id)
        assert [(item.position, item.text, item.mine) for item in page.items] == [
            (1, "小标题要不要编号？", False),
            (2, "直播有没有回放", True),
        ]
        assert page.items[1].askers == 2
    drain()
    with work() as w:
        said = notices(w, "digest_published")
        assert {person.id for person in room.students} == set(said)
        assert [said[p.id][0].endswith(f"第 {n} 条") for p, n in zip(room.students, (1, 2, 2), strict=False)] == [
            True
        ] * 3
        assert "你问的" not in said[room.students[3].id][0]


def test_publishing_twice_and_telling_twice_doubles_nothing(work, drain, mailbox) -> None:
    with work() as w:
        room = make_class(w, 3)
        digest = make_digest(w, room, "小标题要不要编号？")
        assert service.publish_digest(w, room.desk(w), room.cohort.code, DAY) == digest.code
    drain()
    mails = [mail for mail in mailbox.sent if "汇总" in mail.subject]
    with work() as w:
        assert service.tell_published(w, digest.id) == 3
    drain()
    with work() as w:
        assert w.session.scalar(select(func.count()).select_from(KnowledgeEntry)) == 1
        assert all(len(texts) == 1 for texts in notices(w, "digest_published").values())
    assert len(mails) == 3
    assert [mail for mail in mailbox.sent if "汇总" in mail.subject] == mails


def test_telling_takes_the_same_number_of_statements_for_many(work, app) -> None:
    def statements(size: int) -> int:
        with work() as w:
            room = make_class(w, size, days=size if size < 5 else 6)
            digest = make_digest(w, room, "小标题要不要编号？")
            with counting(app) as n:
                service.tell_published(w, digest.id)
            return n.statements

    assert statements(30) <= statements(3) + 2


def test_those_who_left_hear_nothing(work, drain) -> None:
    with work() as w:
        room = make_class(w, 2)
        make_digest(w, room, "小标题要不要编号？")
        gone = room.students[0]
        enrollment = enrollments_of(w, room, gone)
        enrollments.withdraw(w, room.who(w), enrollment, "own_wish")
    drain()
    with work() as w:
        assert set(notices(w, "digest_published")) == {room.students[1].id}


def enrollments_of(work, room, person) -> int:
    from lms.learning.enrollments import queries as enrolled

    return enrolled.find_enrollment(work, room.cohort.id, person.id).id


def test_nothing_answered_is_nothing_to_publish(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        with pytest.raises(NotFound):
            service.publish_digest(w, room.desk(w), room.cohort.code, DAY)
        service.save_draft(w, room.desk(w), question.code, question.text, "写到一半")
        with pytest.raises(NothingToPublish):
            service.publish_digest(w, room.desk(w), room.cohort.code, DAY)
        with pytest.raises(NotFound):
            service.publish_digest(w, as_actor(w, cast(w, "stranger")), room.cohort.code, DAY)


def test_what_is_unanswered_or_asked_later_goes_to_the_next_day(work) -> None:
    with work() as w:
        room = make_class(w)
        waiting = make_question(w, room, "图和字谁先谁后", 1)
        service.save_draft(w, room.desk(w), waiting.code, waiting.text, "写到一半")
        make_digest(w, room, "小标题要不要编号？")
        late = make_question(w, room, "直播有没有回放", 2)
        next_day = DAY + timedelta(days=1)
        assert (waiting.day, late.day) == (next_day, next_day)
        make_answer(w, room, waiting, "先图后字。")
        make_answer(w, room, late)
        code = service.publish_digest(w, room.desk(w), room.cohort.code, next_day)
        items = queries.digest_view(w, room.cohort, code, None).items
        assert [item.text for item in items] == ["图和字谁先谁后", "直播有没有回放"]
        assert w.session.scalar(select(func.count()).select_from(Digest)) == 2


def test_published_answers_are_knowledge_without_names_and_no_longer_open_questions(work) -> None:
    with work() as w:
        room = make_class(w)
        make_digest(w, room, "小标题要不要编号？")
        entry = w.session.scalars(select(KnowledgeEntry)).one()
        assert (entry.text, entry.author, entry.camp_id) == ("小标题要不要编号？", "陈老师", room.cohort.camp_id)
        found = queries.suggest(w, room.cohort, "小标题编号吗", room.students[1].id)
        assert [suggestion.question for suggestion in found] == [None]


def test_a_published_item_is_corrected_not_rewritten(work, drain) -> None:
    with work() as w:
        room = make_class(w)
        digest = make_digest(w, room, "小标题要不要编号？", "直播有没有回放")
        question = w.session.scalars(select(Question).order_by(Question.id)).first()
        with pytest.raises(AlreadyPublished):
            service.write_answer(w, room.desk(w), question.code, question.text, "别的")
        item = queries.digest_view(w, room.cohort, digest.code, None).items[0]
        with pytest.raises(NoteMissing):
            service.correct_item(w, room.desk(w), item.code, "别的", "")
        for _ in range(2):
            service.correct_item(w, room.desk(w), item.code, "步骤编号，排错用问题。", "补上排错的写法")
        assert len(w.session.scalars(select(DigestCorrection)).all()) == 1
    drain()
    with work() as w:
        page = queries.digest_view(w, room.cohort, digest.code, room.students[0].id)
        assert (page.line.state, page.revision) == ("corrected", 2)
        assert (page.items[0].answer, page.items[0].note) == ("步骤编号，排错用问题。", "补上排错的写法")
        assert set(notices(w, "corrected")) == {room.students[0].id}
        (entry,) = queries.search_knowledge(w, room.cohort.camp_id, "排错")
        assert "排错用问题" in entry.answer_html


def test_an_unpublished_item_needs_no_correction(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        make_answer(w, room, question)
        item = w.session.get_one(DigestItem, question.item_id)
        with pytest.raises(NotPublished):
            service.correct_item(w, room.desk(w), item.code, "别的", "改了")


def test_a_hidden_questions_words_and_item_stay_out_of_the_digest(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b, c = (make_question(w, room, text, n) for n, text in enumerate(("甲问题一", "乙问题二", "丙问题三")))
        service.merge(w, room.desk(w), a.code, [b.code])
        make_answer(w, room, a)
        make_answer(w, room, c)
        service.hide(w, room.desk(w), b.code, "有真名")
        service.hide(w, room.desk(w), c.code, "有真名")
        code = service.publish_digest(w, room.desk(w), room.cohort.code, DAY)
        (item,) = queries.digest_view(w, room.cohort, code, room.students[1].id).items
        assert [words.text for words in item.words] == ["甲问题一"]
        assert not item.mine


def test_answered_questions_close_after_two_days(work, clock) -> None:
    with work() as w:
        room = make_class(w)
        make_digest(w, room, "小标题要不要编号？")
        service.close_answered(w)
        assert w.session.scalars(select(Question.state)).all() == ["answered"]
    clock.advance(timedelta(hours=48))
    with work() as w:
        service.close_answered(w)
        assert w.session.scalars(select(Question.state)).all() == ["closed"]
        (mine,) = queries.list_mine(w, room.cohort.id, room.students[0].id)
        assert (mine.standing, mine.position) == (Standing.IN_DIGEST, 1)


def test_drafts_are_not_found_by_readers(work) -> None:
    with work() as w:
        room = make_class(w)
        make_answer(w, room, make_question(w, room, "小标题要不要编号？"))
        digest = w.session.scalars(select(Digest)).one()
        assert queries.list_digests(w, room.cohort, room.students[0].id) == []
        with pytest.raises(NotFound):
            queries.digest_view(w, room.cohort, digest.code, room.students[0].id)
        assert len(queries.digest_view(w, room.cohort, digest.code, None, drafts=True).items) == 1
