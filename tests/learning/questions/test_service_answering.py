"""Claiming, writing, merging, splitting, hiding."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.kernel.errors import NotFound
from lms.learning.camps import service as camps
from lms.learning.questions import queries, service
from lms.learning.questions.errors import (
    AnswerEmpty,
    ClaimedByAnother,
    MergeLoop,
    NotWaiting,
    OtherCohort,
    ReasonMissing,
)
from lms.learning.questions.models import DigestItem, Question
from lms.learning.questions.rules import Standing
from lms.people.messages.models import Notice
from tests.factories.accounts import as_actor, cast
from tests.factories.questions import make_answer, make_class, make_digest, make_question


def told(work, person, topic: str) -> int:
    found = select(Notice).where(Notice.person_id == person.id, Notice.topic == f"learning/questions/{topic}")
    return len(work.session.scalars(found).all())


def second_tutor(work, room):
    cole = cast(work, "cole")
    from lms.kernel.work import SYSTEM

    camps.assign_tutor(work, SYSTEM, room.cohort.id, cole.id)
    return as_actor(work, cole)


def test_near_duplicates_wait_in_one_group_and_tutors_see_who_asks(work) -> None:
    with work() as w:
        room = make_class(w)
        make_question(w, room, "小标题要不要编号？", 0)
        make_question(w, room, "请问小标题需要编号吗", 1)
        make_question(w, room, "直播有没有回放", 2)
        groups = queries.waiting_groups(w, room.desk(w))
        assert [len(group.questions) for group in groups] == [2, 1]
        assert [person.id for person in groups[0].askers] == [p.id for p in room.students[:2]]
        assert queries.count_waiting(w, room.desk(w)) == 3


def test_a_group_is_late_when_its_oldest_question_is(work, clock) -> None:
    with work() as w:
        room = make_class(w)
        make_question(w, room, "小标题要不要编号？")
    clock.advance(timedelta(hours=2, minutes=12))
    with work() as w:
        (group,) = queries.list_open(w, room.desk(w))
        assert group.overdue
        assert w.now - group.due_at == timedelta(minutes=12)


def test_tutors_see_their_cohorts_and_operators_all_that_wait(work) -> None:
    with work() as w:
        room, other = make_class(w, 1), make_class(w, 1, days=2)
        make_question(w, room, "小标题要不要编号？")
        make_question(w, other, "直播有没有回放")
        assert len(queries.list_open(w, room.desk(w))) == 1
        assert len(queries.list_open(w, as_actor(w, cast(w, "su")))) == 2
        assert queries.count_waiting(w, as_actor(w, cast(w, "su"))) == 2
        assert queries.list_open(w, room.who(w)) == []
        assert queries.count_waiting(w, room.who(w)) == 0


def test_a_claim_keeps_others_out_until_it_lapses(work, clock) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        cole = second_tutor(w, room)
        service.claim(w, room.desk(w), question.code)
        with pytest.raises(ClaimedByAnother):
            service.claim(w, cole, question.code)
        with pytest.raises(ClaimedByAnother):
            service.write_answer(w, cole, question.code, question.text, "要。")
        with pytest.raises(ClaimedByAnother):
            service.release(w, cole, question.code)
    clock.advance(timedelta(minutes=15))
    with work() as w:
        service.claim(w, cole, question.code)
        row = w.session.get(Question, question.id)
        assert row.claimed_by == cole.person_id
        service.release(w, cole, question.code)
        assert row.state == "open"


def test_people_outside_the_cohort_find_no_question_to_work_on(work) -> None:
    with work() as w:
        room, other = make_class(w, 1), make_class(w, 1, days=2)
        question = make_question(w, room, "小标题要不要编号？")
        for who in (other.desk(w), room.who(w), as_actor(w, cast(w, "stranger"))):
            with pytest.raises(NotFound):
                service.claim(w, who, question.code)
            with pytest.raises(NotFound):
                service.merge(w, who, question.code, [])
            with pytest.raises(NotFound):
                service.hide(w, who, question.code, "x")


def test_a_draft_is_kept_and_becomes_the_answer(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        service.save_draft(w, room.desk(w), question.code, "要不要编号", "看读者")
        item = queries.get_item(w, question.item_id)
        assert (item.draft, item.text, item.answer) == ("看读者", "要不要编号", "")
        assert question.state == "claimed"
        service.write_answer(w, room.desk(w), question.code, "要不要编号", "**看读者**怎么读。")
        assert (item.draft, item.author, question.state) == ("", "陈老师", "answered")
        assert "<strong>看读者</strong>" in item.answer_html
        page = queries.get_question(w, room.cohort, question.code, room.students[0].id)
        assert (page.standing, page.answers) == (Standing.IN_HAND, ())


def test_an_empty_answer_is_refused(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        with pytest.raises(AnswerEmpty):
            service.write_answer(w, room.desk(w), question.code, question.text, " ")


def test_an_answer_at_once_reaches_its_askers_and_still_goes_into_the_digest(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        service.follow(w, room.who(w, 1), room.cohort.code, question.code)
        service.write_answer(w, room.desk(w), question.code, question.text, "看读者。", at_once=True)
        service.write_answer(w, room.desk(w), question.code, question.text, "看读者怎么读。", at_once=True)
        assert [told(w, person, "answered") for person in room.students] == [1, 1, 0]
        page = queries.get_question(w, room.cohort, question.code, room.students[0].id)
        assert (page.standing, len(page.answers)) == (Standing.ANSWERED, 1)
        assert queries.list_drafting(w, [room.cohort.id])[room.cohort.id][0].ready == 1


def test_merging_moves_askers_and_flattens_chains(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b, c = (make_question(w, room, text, n) for n, text in enumerate(("甲问题一", "乙问题二", "丙问题三")))
        desk = room.desk(w)
        assert service.merge(w, desk, b.code, [c.code]) == b.code
        service.merge(w, desk, a.code, [b.code])
        assert (b.merged_into_id, c.merged_into_id) == (a.id, a.id)
        assert service.merge(w, desk, a.code, [c.code]) == a.code
        (group,) = queries.list_open(w, desk)
        assert len(group.askers) == 3
        assert queries.get_question(w, room.cohort, c.code, None).root_code == a.code


def test_merging_into_itself_or_across_cohorts_is_refused(work) -> None:
    with work() as w:
        room, other = make_class(w), make_class(w, 1, days=2)
        a, b = make_question(w, room, "甲问题一"), make_question(w, room, "乙问题二", 1)
        service.merge(w, room.desk(w), a.code, [b.code])
        with pytest.raises(MergeLoop):
            service.merge(w, room.desk(w), b.code, [a.code])
        operator = as_actor(w, cast(w, "su"))
        with pytest.raises(OtherCohort):
            service.merge(w, operator, a.code, [make_question(w, other, "丁问题四").code])


def test_splitting_gives_a_question_its_own_place_back(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b = make_question(w, room, "小标题要不要编号？"), make_question(w, room, "请问小标题需要编号吗", 1)
        service.merge(w, room.desk(w), a.code, [b.code])
        service.split(w, room.desk(w), b.code)
        assert (b.state, b.merged_into_id) == ("open", None)
        assert len(queries.list_open(w, room.desk(w))) == 2


def test_splitting_a_suggested_group_stops_the_suggestion(work) -> None:
    with work() as w:
        room = make_class(w)
        make_question(w, room, "小标题要不要编号？")
        other = make_question(w, room, "请问小标题需要编号吗", 1)
        assert len(queries.list_open(w, room.desk(w))) == 1
        service.split(w, room.desk(w), other.code)
        assert len(queries.list_open(w, room.desk(w))) == 2


def test_an_answer_moves_along_to_a_target_without_one_and_back_on_splitting(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b = make_question(w, room, "甲问题一"), make_question(w, room, "乙问题二", 1)
        make_answer(w, room, b)
        service.merge(w, room.desk(w), a.code, [b.code])
        assert (a.item_id, a.state) == (b.item_id, "answered")
        service.split(w, room.desk(w), b.code)
        assert (a.item_id, a.state, b.state) == (None, "open", "answered")


def test_merging_two_answered_questions_keeps_both_answers(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b = make_question(w, room, "甲问题一"), make_question(w, room, "乙问题二", 1)
        make_answer(w, room, a, "甲的答案")
        make_answer(w, room, b, "乙的答案")
        service.merge(w, room.desk(w), a.code, [b.code])
        code = service.publish_digest(w, room.desk(w), room.cohort.code, a.day)
        (item,) = queries.digest_view(w, room.cohort, code, room.students[1].id).items
        assert (item.answer, [other.answer for other in item.beside]) == ("甲的答案", ["乙的答案"])
        assert item.mine
        assert queries.my_item(w, queries.list_digests(w, room.cohort, None)[0].id, room.students[1].id) == (1,)


def test_merging_into_a_published_answer_tells_the_new_askers_at_once(work, drain) -> None:
    with work() as w:
        room = make_class(w)
        make_digest(w, room, "小标题要不要编号？")
        first = w.session.scalars(select(Question)).one()
        late = make_question(w, room, "编号好还是不编号好", 1)
        service.merge(w, room.desk(w), first.code, [late.code])
        assert told(w, room.students[1], "answered") == 1
        page = queries.get_question(w, room.cohort, first.code, room.students[1].id)
        assert (page.standing, page.position) == (Standing.IN_DIGEST, 1)


def test_merging_two_published_answers_leaves_a_visible_note(work) -> None:
    with work() as w:
        room = make_class(w)
        digest = make_digest(w, room, "甲问题一", "乙问题二")
        a, b = w.session.scalars(select(Question).order_by(Question.id)).all()
        service.merge(w, room.desk(w), a.code, [b.code])
        page = queries.digest_view(w, room.cohort, digest.code, room.students[1].id)
        assert (page.line.state, page.revision) == ("corrected", 2)
        assert [item.note != "" for item in page.items] == [False, True]
        assert [item.mine for item in page.items] == [False, True]


def test_drafts_of_both_sides_survive_a_merge(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b = make_question(w, room, "甲问题一"), make_question(w, room, "乙问题二", 1)
        service.save_draft(w, room.desk(w), a.code, a.text, "甲稿")
        service.save_draft(w, room.desk(w), b.code, b.text, "乙稿")
        service.merge(w, room.desk(w), a.code, [b.code])
        (item,) = w.session.scalars(select(DigestItem)).all()
        assert item.draft == "甲稿\n\n乙稿"


def test_hiding_tells_the_asker_why_and_leaves_the_others_their_question(work) -> None:
    with work() as w:
        room = make_class(w)
        a, b = make_question(w, room, "甲问题一"), make_question(w, room, "乙问题二", 1)
        service.merge(w, room.desk(w), a.code, [b.code])
        with pytest.raises(ReasonMissing):
            service.hide(w, room.desk(w), a.code, " ")
        for _ in range(2):
            service.hide(w, room.desk(w), a.code, "有别人的真名")
        assert (a.state, b.state, b.merged_into_id) == ("hidden", "open", None)
        assert told(w, room.students[0], "hidden") == 1
        mine = queries.get_question(w, room.cohort, a.code, room.students[0].id)
        assert (mine.standing, mine.hidden_reason) == (Standing.HIDDEN, "有别人的真名")
        with pytest.raises(NotFound):
            queries.get_question(w, room.cohort, a.code, room.students[1].id)
        with pytest.raises(NotWaiting):
            service.claim(w, room.desk(w), a.code)
        service.unhide(w, room.desk(w), a.code)
        assert a.state == "open"


def test_tutors_who_merge_the_two_ways_round_at_once_make_one_question(work, app) -> None:
    with work() as w:
        room = make_class(w, 2)
        codes = [make_question(w, room, text, n).code for n, text in enumerate(("甲问题一", "乙问题二"))]
        desk = room.desk(w)

    def merge(order: int) -> str:
        first, second = codes if order else codes[::-1]
        try:
            with app.app_context(), work() as w:
                return service.merge(w, desk, first, [second])
        except MergeLoop:
            return ""

    with ThreadPoolExecutor(2) as pool:
        roots = sorted(pool.map(merge, (0, 1)))
    with work() as w:
        assert roots[0] == ""
        assert sorted(w.session.scalars(select(Question.state)).all()) == ["merged", "open"]
