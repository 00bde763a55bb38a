"""Telling people things, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError
from sqlalchemy import select

from lms.kernel.errors import NotFound
from lms.kernel.outbox import OutboxRow
from lms.people.messages import queries, service
from lms.people.messages.errors import QuietHoursIncomplete
from lms.people.messages.mailer import AddressRefused
from lms.people.messages.models import Delivery
from lms.people.messages.rules import QuietHours, TopicGroup
from tests.conftest import counting
from tests.factories.accounts import as_actor, cast, make_people
from tests.factories.messages import TOPIC, make_notice

VALUES = {"camp": "晨写营"}
NIGHT = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
MORNING = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


def states(read: Any) -> list[str]:
    return list(read().session.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_everybody_is_told_once_in_their_own_language(work: Any, read: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        lin, maya = cast(w, "lin"), cast(w, "maya")
        both = [lin.id, maya.id]
        assert service.send(w, both, TOPIC, key="start", link="/today", values=VALUES) == 2
    with work() as w:
        assert service.send(w, both, TOPIC, key="start", link="/today", values=VALUES) == 0
    drain()
    assert [n.text for n in queries.list_notices(read(), lin.id)] == ["林晓，晨写营开营了"]
    assert [n.text for n in queries.list_notices(read(), maya.id)] == ["Maya, 晨写营 begins"]
    assert len(mailbox.sent) == 2
    (mail,) = mailbox.to("maya@example.com")
    assert mail.subject == "Maya, 晨写营 begins"
    assert "http://localhost/today" in mail.text and "http://localhost/today" in mail.html
    assert 'lang="en"' in mail.html
    assert states(read) == ["sent", "sent"]


def test_one_person_and_nobody_may_be_told(work: Any, read: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        assert service.send(w, lin.id, TOPIC, key="a", link="/today", values=VALUES) == 1
        assert service.send(w, [], TOPIC, key="a", link="/today", values=VALUES) == 0
        assert service.send(w, [999], TOPIC, key="a", link="/today", values=VALUES) == 0
    assert queries.count_unread(read(), lin.id) == 1


def test_hundreds_are_told_in_a_handful_of_statements(app: Flask, work: Any, read: Any) -> None:
    with work() as w:
        ids = [person.id for person in make_people(w, 600)]
    with work() as w, counting(app) as count:
        assert service.send(w, ids, TOPIC, key="start", link="/today", values=VALUES) == 600
    assert count.statements <= 8
    errands = read().session.scalars(select(OutboxRow.key).where(OutboxRow.name == "mail")).all()
    assert len(errands) == 600


def test_a_value_that_a_template_misses_is_an_error(work: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
    with pytest.raises(UndefinedError), work() as w:
        service.send(w, lin.id, TOPIC, key="a", link="/today", values={})


def test_mail_that_is_switched_off_stays_in_the_inbox_only(work: Any, read: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        service.choose_mail(w, lin.id, {TopicGroup.OTHER: False})
        make_notice(w, lin)
    drain()
    assert mailbox.sent == [] and states(read) == []
    assert queries.count_unread(read(), lin.id) == 1
    choices = queries.mail_choices(read(), lin.id)
    assert choices[TopicGroup.OTHER] is False and choices[TopicGroup.LESSONS] is True
    with work() as w:
        service.choose_mail(w, lin.id, {TopicGroup.OTHER: True})
    assert all(queries.mail_choices(read(), lin.id).values())


def test_a_choice_made_before_the_mail_goes_counts(work: Any, read: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        make_notice(w, lin)
    with work() as w:
        service.choose_mail(w, lin.id, {TopicGroup.OTHER: False})
    drain()
    assert mailbox.sent == [] and states(read) == ["skipped"]


def test_at_night_mail_waits_for_the_morning(work: Any, read: Any, drain: Any, mailbox: Any, clock: Any) -> None:
    clock.at = NIGHT
    with work() as w:
        lin = cast(w, "lin")
        make_notice(w, lin)
    drain()
    assert mailbox.sent == [] and queries.count_unread(read(), lin.id) == 1
    clock.at = MORNING
    drain()
    assert len(mailbox.sent) == 1 and states(read) == ["sent"]


def test_what_ends_before_the_morning_goes_at_once_or_not_at_all(
    work: Any, read: Any, drain: Any, mailbox: Any, clock: Any
) -> None:
    clock.at = NIGHT
    with work() as w:
        lin = cast(w, "lin")
        make_notice(w, lin, key="soon", expires_at=NIGHT + timedelta(hours=1))
        make_notice(w, lin, key="late", expires_at=NIGHT - timedelta(hours=1))
    drain()
    assert len(mailbox.sent) == 1 and states(read) == ["sent", "skipped"]


def test_a_mail_held_up_beyond_its_end_is_left_out(work: Any, read: Any, drain: Any, mailbox: Any, clock: Any) -> None:
    with work() as w:
        make_notice(w, cast(w, "lin"), expires_at=clock.at + timedelta(minutes=5))
    clock.at += timedelta(minutes=6)
    drain()
    assert mailbox.sent == [] and states(read) == ["skipped"]


def test_a_mail_server_that_is_down_is_tried_again(work: Any, read: Any, drain: Any, mailbox: Any, clock: Any) -> None:
    with work() as w:
        make_notice(w, cast(w, "lin"))
    mailbox.broken = True
    drain()
    assert states(read) == ["waiting"]
    mailbox.broken = False
    clock.at += timedelta(minutes=1)
    drain()
    assert len(mailbox.sent) == 1 and states(read) == ["sent"]


def test_an_address_that_is_refused_is_written_down(
    work: Any, read: Any, drain: Any, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_mail: object) -> None:
        raise AddressRefused("550 no such user")

    monkeypatch.setattr(mailbox, "send", refuse)
    with work() as w:
        make_notice(w, cast(w, "lin"))
    drain()
    row = read().session.scalars(select(Delivery)).one()
    assert (row.state, row.error) == ("failed", "550 no such user")


def test_a_mail_carries_what_mail_programs_need(work: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        make_notice(w, cast(w, "lin"))
    drain()
    headers = mailbox.sent[0].headers
    assert headers["List-Unsubscribe"].startswith("<http://localhost/unsubscribe/")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"].endswith("@localhost>")
    # A fixed width alone would be cut off on a phone.
    assert ".column { width: 100%; max-width: 560px; }" in mailbox.sent[0].html
    assert 'class="column"' in mailbox.sent[0].html


def test_notices_are_read_one_by_one_and_together(work: Any, read: Any) -> None:
    with work() as w:
        lin, maya = cast(w, "lin"), cast(w, "maya")
        for key in ("a", "b", "c"):
            make_notice(w, lin, key=key)
        make_notice(w, maya)
        mine, other = as_actor(w, lin), as_actor(w, maya)
    third, second, first = (notice.code for notice in queries.list_notices(read(), lin.id))
    with work() as w:
        assert service.mark_read(w, mine, first) == "/today"
    assert queries.count_unread(read(), lin.id) == 2
    with work() as w:
        service.mark_all_read(w, mine, second)
    assert [n.read_at is None for n in queries.list_notices(read(), lin.id)] == [True, False, False]
    with pytest.raises(NotFound), work() as w:
        service.mark_read(w, other, third)
    with work() as w:
        service.mark_all_read(w, other, third)
    assert queries.count_unread(read(), maya.id) == 1


def test_notices_are_paged_by_key(work: Any, read: Any) -> None:
    with work() as w:
        lin, maya = cast(w, "lin"), cast(w, "maya")
        for n in range(5):
            make_notice(w, lin, key=str(n))
    page = queries.list_notices(read(), lin.id, limit=2)
    rest = queries.list_notices(read(), lin.id, page[-1].code, 10)
    assert len(page) == 2 and len(rest) == 3
    assert {n.code for n in page}.isdisjoint(n.code for n in rest)
    with pytest.raises(NotFound):
        queries.list_notices(read(), maya.id, page[0].code)


def test_quiet_hours_are_kept(work: Any, read: Any) -> None:
    with work() as w:
        lin, maya = cast(w, "lin"), cast(w, "maya")
        actor = as_actor(w, lin)
    with work() as w:
        service.set_quiet_hours(w, actor, time(21, 30), time(8))
    with work() as w:
        service.set_quiet_hours(w, actor, time(21), time(8))
    found = queries.quiet_hours(read(), [lin.id, maya.id])
    assert found == {lin.id: QuietHours(time(21), time(8)), maya.id: QuietHours(time(23), time(7))}
    with work() as w:
        service.set_quiet_hours(w, actor, None, None)
    assert queries.quiet_hours(read(), [lin.id]) == {lin.id: None}
    for starts, ends in ((time(8), None), (None, time(8)), (time(8), time(8))):
        with pytest.raises(QuietHoursIncomplete), work() as w:
            service.set_quiet_hours(w, actor, starts, ends)
