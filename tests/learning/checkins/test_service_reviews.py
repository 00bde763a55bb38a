"""The tutors' queue and verdicts on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor
from lms.learning.checkins import errors, models, queries, service
from tests.factories.accounts import as_actor, make_person
from tests.factories.checkins import TEXT
from tests.factories.enrollments import student_actor
from tests.learning.checkins.staging import Begin, Desk, Look, topics


def row_of(read: Look, code: str) -> models.CheckIn:
    found = read().session.scalars(
        select(models.CheckIn).where(models.CheckIn.code == code).execution_options(populate_existing=True)
    )
    return found.one()


def test_the_queue_is_oldest_first_and_pages_by_key(desk: Desk, work: Begin, read: Look, clock: FixedClock) -> None:
    codes = []
    for place in range(3):
        codes.append(desk.hand_in(work, place))
        clock.advance(timedelta(minutes=1))
    first = queries.queue(read(), desk.tutor, None, 2)
    assert [line.code for line in first.lines] == codes[:2]
    second = queries.queue(read(), desk.tutor, first.after, 2)
    assert [line.code for line in second.lines] == codes[2:]
    assert second.after is None
    assert queries.count_queue(read(), desk.tutor).count == 3
    assert queries.next_in_queue(read(), desk.tutor, codes[0]) == codes[1]
    assert queries.next_in_queue(read(), desk.tutor, codes[1], back=True) == codes[0]


def test_tutors_of_other_cohorts_see_nothing(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        stranger = make_person(w, "别的助教", roles=("student", "tutor"))
        actor = as_actor(w, stranger)
    assert queries.queue(read(), actor).lines == []
    for act in (
        lambda: queries.get_hand_in(read(), actor, code),
        lambda: queries.get_hand_in(read(), student_actor(desk.people[0]), code),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotFound), work() as w:
        service.accept(w, actor, code, "", 1)
    assert queries.get_hand_in(read(), desk.operator, code).code == code


def test_accepting_tells_in_the_app_and_returning_by_mail_too(
    desk: Desk, work: Begin, read: Look, drain: Callable[[], int], mailbox: Any
) -> None:
    drain()
    mailbox.sent.clear()
    accepted, returned = desk.hand_in(work, 0), desk.hand_in(work, 1)
    with work() as w:
        service.accept(w, desk.tutor, accepted, "写得好", 1)
        service.return_(w, desk.tutor, returned, "拆成三句", 1)
    drain()
    assert topics(read, desk.people[0])[0] == "accepted"
    assert topics(read, desk.people[1])[0] == "returned"
    assert [mail.to for mail in mailbox.sent] == [desk.people[1].email]
    assert "拆成三句" in mailbox.sent[0].text


def test_a_return_needs_words(desk: Desk, work: Begin) -> None:
    code = desk.hand_in(work, 0)
    with pytest.raises(errors.CommentMissing) as refused, work() as w:
        service.return_(w, desk.tutor, code, " ", 1)
    assert refused.value.field == "comment"


def test_the_lease_keeps_others_away_until_it_lapses(desk: Desk, work: Begin, read: Look, clock: FixedClock) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.claim(w, desk.tutor, code)
    seen = queries.get_hand_in(read(), desk.other, code)
    assert seen.holder is not None
    assert seen.holder.display_name == desk.chen.display_name
    for act in (service.claim, lambda w, who, code: service.accept(w, who, code, "", 1)):
        with pytest.raises(errors.HandInClaimed) as refused, work() as w:
            act(w, desk.other, code)
    assert "19:03" in refused.value.message().zh
    clock.advance(timedelta(minutes=15))
    with work() as w:
        service.accept(w, desk.other, code, "", 1)
    with pytest.raises(errors.AlreadyReviewed), work() as w:
        service.return_(w, desk.tutor, code, "再改", 1)
    assert row_of(read, code).state == "accepted"


def test_a_lease_can_be_given_back_by_its_holder_only(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.claim(w, desk.tutor, code)
        service.release(w, desk.other, code)
    assert row_of(read, code).claimed_by == desk.chen.id
    with work() as w:
        service.release(w, desk.tutor, code)
    assert row_of(read, code).claimed_by is None


def test_a_new_version_under_the_tutors_eyes_is_a_conflict(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    desk.hand_in(work, 0, text=TEXT + "新的一句。")
    with pytest.raises(errors.HandInChanged) as refused, work() as w:
        service.accept(w, desk.tutor, code, "", 1)
    assert refused.value.values == {"revision": 2}
    assert row_of(read, code).state == "submitted"


def test_the_same_verdict_twice_is_one_review(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    for _ in range(2):
        with work() as w:
            service.accept(w, desk.tutor, code, "好", 1)
    assert read().session.scalar(select(func.count()).select_from(models.Review)) == 1
    with pytest.raises(errors.AlreadyAccepted):
        desk.hand_in(work, 0, text=TEXT + "再来。")


def test_voiding_counts_for_nothing_and_restoring_brings_it_back(desk: Desk, work: Begin, read: Look) -> None:
    code = desk.hand_in(work, 0)
    with work() as w:
        service.void(w, desk.tutor, code, "抄的")
    assert queries.list_marks(read(), desk.enrollments[0]).done_required == 0
    with pytest.raises(errors.CheckInVoided):
        desk.hand_in(work, 0, text=TEXT + "再来。")
    with work() as w:
        service.restore(w, desk.tutor, code)
    assert row_of(read, code).state == "submitted"
    assert queries.list_marks(read(), desk.enrollments[0]).done_required == 1


def test_an_actor_without_a_person_reviews_nothing(desk: Desk, work: Begin) -> None:
    code = desk.hand_in(work, 0)
    with pytest.raises(ValueError, match="needs a tutor"), work() as w:
        service.accept(w, Actor(None, frozenset({"operator"})), code, "", 1)
