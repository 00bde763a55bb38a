"""Quiet hours, groups and topics."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.messages import rules
from lms.people.messages.errors import TopicUnknown
from lms.people.messages.rules import QuietHours, TopicGroup, when_to_send

ZONE = "Asia/Shanghai"
NIGHT = QuietHours(time(23), time(7))


def at(text: str, zone: str = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("wanted", "expires", "goes"),
    [
        ("2026-11-21T18:48", None, "2026-11-21T18:48"),
        ("2026-11-21T22:59", None, "2026-11-21T22:59"),
        ("2026-11-21T23:00", None, "2026-11-22T07:00"),
        ("2026-11-22T03:00", None, "2026-11-22T07:00"),
        ("2026-11-22T07:00", None, "2026-11-22T07:00"),
        ("2026-11-21T23:30", "2026-11-22T07:00", "2026-11-22T07:00"),
        ("2026-11-21T23:30", "2026-11-22T02:00", "2026-11-21T22:59:59"),
        ("2026-11-21T23:30", "2026-11-21T23:00", None),
    ],
)
def test_a_mail_wished_for_later_keeps_out_of_the_night(wanted: str, expires: str | None, goes: str | None) -> None:
    now = at("2026-11-21T12:00")
    answer = when_to_send(at(wanted), now, NIGHT, ZONE, at(expires) if expires else None)
    assert answer == (at(goes) if goes else None)


def test_what_cannot_wait_goes_at_once_when_the_evening_is_over() -> None:
    now = at("2026-11-21T23:30")
    assert when_to_send(now, now, NIGHT, ZONE, at("2026-11-22T02:00")) == now


def test_what_is_out_of_date_does_not_go() -> None:
    now = at("2026-11-21T12:00")
    assert when_to_send(now, now, None, ZONE, now - timedelta(seconds=1)) is None


def test_without_quiet_hours_it_goes_at_once() -> None:
    now = at("2026-11-22T03:00")
    assert when_to_send(now, now, None, ZONE) == now
    assert when_to_send(now, now, QuietHours(time(3), time(3)), ZONE) == now


def test_quiet_hours_are_those_of_the_persons_zone() -> None:
    now = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
    assert when_to_send(now, now, NIGHT, "Asia/Shanghai") == at("2026-11-22T07:00")
    assert when_to_send(now, now, NIGHT, "Europe/London") == now


def test_a_noon_nap_stays_within_a_day() -> None:
    now = at("2026-11-21T12:30")
    assert when_to_send(now, now, QuietHours(time(12), time(14)), ZONE) == at("2026-11-21T14:00")


times = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
spans = st.integers(0, 730 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
instants = spans.map(lambda past: datetime(2026, 1, 1, tzinfo=UTC) + past)
zones = st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"])
quiets = st.none() | st.builds(QuietHours, times, times)


@given(now=instants, later=st.timedeltas(timedelta(0), timedelta(days=3)), quiet=quiets, zone=zones)
def test_it_always_goes_outside_quiet_hours_and_within_a_day(
    now: datetime, later: timedelta, quiet: QuietHours | None, zone: str
) -> None:
    wanted = now + later
    goes = when_to_send(wanted, now, quiet, zone)
    assert goes is not None
    assert wanted <= goes <= wanted + timedelta(hours=25)
    if quiet is not None and quiet.starts != quiet.ends and not _clocks_change_near(goes, zone):
        assert not quiet.holds(goes.astimezone(ZoneInfo(zone)).time())


@given(
    now=instants,
    later=st.timedeltas(timedelta(0), timedelta(days=2)),
    spare=st.timedeltas(timedelta(days=-1), timedelta(days=1)),
    quiet=quiets,
    zone=zones,
)
def test_it_never_goes_too_early_nor_too_late(
    now: datetime, later: timedelta, spare: timedelta, quiet: QuietHours | None, zone: str
) -> None:
    wanted, expires = now + later, now + later + spare
    goes = when_to_send(wanted, now, quiet, zone, expires)
    if expires < wanted:
        assert goes is None
    else:
        assert goes is not None and now <= goes <= expires


def _clocks_change_near(moment: datetime, zone: str) -> bool:
    day = timedelta(days=1)
    return len({(moment + i * day).astimezone(ZoneInfo(zone)).utcoffset() for i in (-1, 0, 1)}) > 1


@pytest.mark.parametrize(
    ("topic", "group"),
    [
        ("learning/checkins/reminder", TopicGroup.LESSONS),
        ("learning/questions/digest_published", TopicGroup.ANSWERS),
        ("learning/enrollments/joined", TopicGroup.CAMPS),
        ("affiliates/partners/approved", TopicGroup.PARTNER),
        ("operations/playbooks/step", TopicGroup.OTHER),
    ],
)
def test_a_topic_belongs_to_the_group_of_its_room(topic: str, group: TopicGroup) -> None:
    assert rules.group_of(topic) is group


@pytest.mark.parametrize("topic", ["", "joined", "a/b", "a/b/c/d", "../../etc", "a/b/../c", "a//c"])
def test_anything_else_is_no_topic(topic: str) -> None:
    with pytest.raises(TopicUnknown):
        rules.group_of(topic)


def test_a_topic_names_its_templates() -> None:
    path = "learning/questions/mail/digest_published/subject.txt"
    assert rules.template_of("learning/questions/digest_published", "subject.txt") == path
