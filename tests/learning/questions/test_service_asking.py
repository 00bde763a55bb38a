"""Asking, joining, solving, thanking."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from lms.kernel.errors import NotFound
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import CohortState
from lms.learning.questions import queries, service
from lms.learning.questions.errors import NotAsking, NotYours, QuestionTooShort
from lms.learning.questions.models import KnowledgeEntry, Question, QuestionFollower, SearchTerm
from lms.learning.questions.rules import Standing
from tests.factories.accounts import as_actor, cast
from tests.factories.camps import walk_to
from tests.factories.questions import make_class, make_digest, make_entries, make_question


def count(work, model) -> int:
    return work.session.scalar(select(func.count()).select_from(model))


def test_asking_puts_a_question_into_the_cohorts_day_with_its_asker(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        assert (question.state, question.day) == ("open", date(2026, 11, 21))
        followers = w.session.scalars(select(QuestionFollower.person_id)).all()
        assert followers == [room.students[0].id]
        assert queries.list_mine(w, room.cohort.id, room.students[0].id)[0].standing == Standing.WAITING


def test_after_the_cutoff_a_question_belongs_to_the_next_day(work, clock) -> None:
    with work() as w:
        room = make_class(w)
    clock.advance(timedelta(hours=3, minutes=12))  # 22:00
    with work() as w:
        assert make_question(w, room, "小标题要不要编号？").day == date(2026, 11, 22)


def test_the_same_words_within_minutes_are_one_question(work, clock) -> None:
    with work() as w:
        room = make_class(w)
        first = service.ask(w, room.who(w), room.cohort.code, "小标题要不要编号？")
        clock.advance(timedelta(minutes=3))
    with work() as w:
        again = service.ask(w, room.who(w), room.cohort.code, " 小标题要不要编号？\n")
        assert (again.code, again.again) == (first.code, True)
        assert count(w, Question) == 1


def test_the_same_words_an_hour_later_or_by_another_person_are_another_question(work, clock) -> None:
    with work() as w:
        room = make_class(w)
        first = service.ask(w, room.who(w), room.cohort.code, "小标题要不要编号？")
        other = service.ask(w, room.who(w, 1), room.cohort.code, "小标题要不要编号？")
        clock.advance(timedelta(hours=1))
    with work() as w:
        later = service.ask(w, room.who(w), room.cohort.code, "小标题要不要编号？")
        assert len({first.code, other.code, later.code}) == 3


@pytest.mark.parametrize("text", ["", "？", "啊"])
def test_a_question_without_words_is_refused(work, text: str) -> None:
    with work() as w:
        room = make_class(w)
        with pytest.raises(QuestionTooShort):
            service.ask(w, room.who(w), room.cohort.code, text)


def test_strangers_and_tutors_of_elsewhere_cannot_ask_and_ended_cohorts_take_nothing(work) -> None:
    with work() as w:
        room = make_class(w)
        with pytest.raises(NotFound):
            service.ask(w, as_actor(w, cast(w, "stranger")), room.cohort.code, "小标题要不要编号？")
        walk_to(w, room.cohort, CohortState.ENDED)
        with pytest.raises(NotAsking):
            service.ask(w, room.who(w), room.cohort.code, "小标题要不要编号？")


def test_a_task_of_another_cohort_is_not_found(work) -> None:
    with work() as w:
        room, other = make_class(w, 1), make_class(w, 1, days=2)
        foreign = camps.list_tasks(w, other.cohort.id)[0]
        with pytest.raises(NotFound):
            service.ask(w, room.who(w), room.cohort.code, "这一步怎么做？", foreign.code)


def test_joining_a_question_twice_counts_once_and_leaving_undoes_it(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        for _ in range(2):
            service.follow(w, room.who(w, 1), room.cohort.code, question.code)
        page = queries.get_question(w, room.cohort, question.code, room.students[1].id)
        assert (page.askers, page.followed, page.own) == (2, True, False)
        service.unfollow(w, room.who(w, 1), room.cohort.code, question.code)
        assert question.state == "open"
        with pytest.raises(NotYours):
            service.unfollow(w, room.who(w, 1), room.cohort.code, question.code)


def test_an_asker_who_leaves_keeps_the_question_for_those_who_follow(work) -> None:
    with work() as w:
        room = make_class(w)
        question = make_question(w, room, "小标题要不要编号？")
        service.follow(w, room.who(w, 1), room.cohort.code, question.code)
        service.unfollow(w, room.who(w), room.cohort.code, question.code)
        assert question.state == "open"
        service.unfollow(w, room.who(w, 1), room.cohort.code, question.code)
        assert question.state == "closed"


def test_typing_shows_the_best_answers_and_open_questions(work) -> None:
    with work() as w:
        room = make_class(w)
        make_entries(
            w,
            room.cohort.camp_id,
            ("写家人的事，要写到多细？", "认得出来才有关系。"),
            ("例子没有代表性怎么办？", "换一个。"),
            ("退款几天到账", "三天。"),
        )
        make_question(w, room, "例子太私人了，要不要换掉？")
        found = queries.suggest(w, room.cohort, "例子会不会太私人", room.students[0].id)
        assert [(s.entry or s.question).text for s in found] == ["例子太私人了，要不要换掉？", "例子没有代表性怎么办？"]
        assert found[0].question is not None
        assert found[0].question.followed
        assert queries.suggest(w, room.cohort, "直播几点开始") == []
        assert queries.suggest(w, room.cohort, "？") == []


def test_a_synonym_finds_the_entry_in_both_directions(work) -> None:
    with work() as w:
        room = make_class(w, 1)
        make_entries(w, room.cohort.camp_id, ("结营证书什么时候发", "结束后三天。"))
        assert queries.suggest(w, room.cohort, "毕业证") == []
        service.add_synonym(w, room.desk(w), "结营证书", "毕业证")
        assert len(queries.suggest(w, room.cohort, "毕业证")) == 1
        service.remove_synonym(w, room.desk(w), queries.list_synonyms(w)[0].id)
        assert queries.suggest(w, room.cohort, "毕业证") == []


def test_what_solves_it_while_typing_counts_once_and_leaves_a_closed_question(work) -> None:
    with work() as w:
        room = make_class(w)
        entry = make_entries(w, room.cohort.camp_id, ("退款几天到账", "三天。"))[0]
        for _ in range(2):
            service.solve(w, room.who(w), room.cohort.code, entry.code, "退款多久到账")
        w.session.refresh(entry)
        assert entry.helped == 1
        mine = queries.list_mine(w, room.cohort.id, room.students[0].id)
        assert [(one.text, one.standing) for one in mine] == [("退款多久到账", Standing.SOLVED)]
        assert queries.count_waiting(w, room.desk(w)) == 0


def test_what_was_solved_and_is_asked_again_after_all_is_open(work) -> None:
    with work() as w:
        room = make_class(w)
        entry = make_entries(w, room.cohort.camp_id, ("退款几天到账", "三天。"))[0]
        service.solve(w, room.who(w), room.cohort.code, entry.code, "退款多久到账")
        asked = service.ask(w, room.who(w), room.cohort.code, "退款多久到账")
        assert asked.again
        page = queries.get_question(w, room.cohort, asked.code, room.students[0].id)
        assert (page.standing, page.followed) == (Standing.WAITING, True)


def test_an_entry_solves_an_asked_question_for_its_asker_only(work) -> None:
    with work() as w:
        room = make_class(w)
        entry = make_entries(w, room.cohort.camp_id, ("退款几天到账", "三天。"))[0]
        question = make_question(w, room, "退款多久到账")
        service.follow(w, room.who(w, 1), room.cohort.code, question.code)
        service.solve(w, room.who(w), room.cohort.code, entry.code, question_code=question.code)
        assert question.state == "open"
        service.solve(w, room.who(w, 1), room.cohort.code, entry.code, question_code=question.code)
        assert (question.state, question.solved_by_id) == ("closed", entry.id)
        w.session.refresh(entry)
        assert entry.helped == 2
        assert not w.session.scalar(select(SearchTerm.term).where(SearchTerm.kind == "question").limit(1))


def test_entries_of_another_camp_are_neither_found_nor_usable(work) -> None:
    with work() as w:
        room, other = make_class(w, 1), make_class(w, 1, days=2)
        entry = make_entries(w, other.cohort.camp_id, ("退款几天到账", "三天。"))[0]
        assert queries.search_knowledge(w, room.cohort.camp_id, "退款") == []
        assert queries.suggest(w, room.cohort, "退款几天到账") == []
        with pytest.raises(NotFound):
            service.solve(w, room.who(w), room.cohort.code, entry.code)


def test_knowledge_is_searched_all_words_first_then_some(work) -> None:
    with work() as w:
        room = make_class(w, 1)
        pairs = [
            ("标题怎么起", "短。"),
            ("小标题要不要编号", "看读者。"),
            ("图和字谁先谁后", "看编号。"),
            ("How long may a title be?", "Ten words."),
        ]
        make_entries(w, room.cohort.camp_id, *pairs)
        camp = room.cohort.camp_id
        assert queries.search_knowledge(w, camp, "标题 编号")[0].text == "小标题要不要编号"
        assert len(queries.search_knowledge(w, camp, "标题 编号")) == 3
        assert [e.text for e in queries.search_knowledge(w, camp, "Titles")] == ["How long may a title be?"]
        assert len(queries.search_knowledge(w, camp, "")) == 4
        assert queries.search_knowledge(w, camp, "量子") == []


def test_thanks_count_once_per_person_and_close_the_askers_question(work) -> None:
    with work() as w:
        room = make_class(w)
        digest = make_digest(w, room, "小标题要不要编号？")
        item = queries.digest_view(w, room.cohort, digest.code, None).items[0]
        for at in (0, 0, 1):
            service.thank(w, room.who(w, at), room.cohort.code, item.code)
        seen = queries.digest_view(w, room.cohort, digest.code, room.students[0].id).items[0]
        assert (seen.helped, seen.thanked) == (2, True)
        assert w.session.scalars(select(Question.state)).all() == ["closed"]
        assert w.session.scalars(select(KnowledgeEntry.helped)).all() == [2]


def test_four_parallel_posts_of_the_same_words_make_one_question(work, app) -> None:
    with work() as w:
        room = make_class(w, 1)
        who, code = room.who(w), room.cohort.code

    def post(_: int) -> str:
        with app.app_context(), work() as w:
            return service.ask(w, who, code, "小标题要不要编号？").code

    with ThreadPoolExecutor(4) as pool:
        codes = set(pool.map(post, range(4)))
    with work() as w:
        assert len(codes) == 1
        assert count(w, Question) == 1
        assert count(w, QuestionFollower) == 1
