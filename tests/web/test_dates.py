"""Dates as people say them, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

from lms.kernel.text import Language, speaking
from lms.web import dates

# The stage's clock: 2026-11-21 18:48 in Shanghai.
NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)
SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (NOW - timedelta(seconds=20), "刚刚", "just now"),
        (NOW - timedelta(minutes=1), "1 分钟前", "1 minute ago"),
        (NOW - timedelta(minutes=12), "12 分钟前", "12 minutes ago"),
        (NOW - timedelta(hours=3), "今天 15:48", "today, 15:48"),
        (NOW - timedelta(hours=20), "昨天 22:48", "yesterday, 22:48"),
        (NOW + timedelta(hours=20), "明天 14:48", "tomorrow, 14:48"),
        (datetime(2026, 1, 2, 0, 0, tzinfo=UTC), "1月2日 08:00", "2 Jan, 08:00"),
        (datetime(2025, 1, 2, 0, 0, tzinfo=UTC), "2025年1月2日 08:00", "2 Jan 2025, 08:00"),
    ],
)
def test_a_moment_is_said_by_its_nearness(app: Flask, moment: datetime, zh: str, en: str) -> None:
    with app.test_request_context():
        for language, said in _both(zh, en):
            with speaking(language):
                assert dates.when(moment, SHANGHAI) == said


def _both(zh: str, en: str) -> tuple[tuple[Language, str], tuple[Language, str]]:
    return ("zh", zh), ("en", en)


def test_a_deadline_says_how_long_is_left(app: Flask) -> None:
    with app.test_request_context(), speaking("zh"):
        assert dates.due(NOW + timedelta(hours=3, minutes=12), SHANGHAI) == "今天 22:00 截止，还有 3 小时"
        assert dates.due(NOW - timedelta(hours=3), SHANGHAI) == "今天 15:48 截止"


def test_midnight_belongs_to_the_day_that_ends(app: Flask) -> None:
    midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    with app.test_request_context(), speaking("en"):
        assert dates.due(midnight, SHANGHAI) == "due today at 24:00, 5 hours left"


def test_a_day_and_a_zone_have_names(app: Flask) -> None:
    with app.test_request_context(), speaking("zh"):
        assert dates.day(date(2026, 11, 21)) == "11月21日 周六"
        assert dates.zone_name(SHANGHAI) == "中国标准时间 UTC+8"
        assert dates.zone_name("UTC") == "协调世界时 UTC+0"
    with app.test_request_context(), speaking("en"):
        assert dates.zone_name("Europe/London") == "United Kingdom Time UTC+0"
        assert dates.zone_name("America/New_York") == "Eastern Time UTC-5"
        assert dates.zone_name("Asia/Kolkata") == "India Time UTC+5:30"
    with app.test_request_context(), speaking("zh"):
        assert dates.zone("Nowhere/Else").key == dates.DEFAULT_ZONE


@pytest.mark.parametrize(
    ("own", "zh", "en"),
    [
        (SHANGHAI, "今天 22:00 截止，还有 3 小时", "due today at 22:00, 3 hours left"),
        ("Asia/Singapore", "今天 22:00 截止，还有 3 小时", "due today at 22:00, 3 hours left"),
        ("UTC", "今天 22:00 截止（你那里 14:00），还有 3 小时", "due today at 22:00 (14:00 for you), 3 hours left"),
        (
            "Asia/Tokyo",
            "今天 22:00 截止（你那里 23:00），还有 3 小时",
            "due today at 22:00 (23:00 for you), 3 hours left",
        ),
        (
            "Australia/Sydney",
            "今天 22:00 截止（你那里 11月22日 01:00），还有 3 小时",
            "due today at 22:00 (22 Nov 01:00 for you), 3 hours left",
        ),
        (None, "今天 22:00 截止，还有 3 小时", "due today at 22:00, 3 hours left"),
    ],
)
def test_a_cohorts_deadline_shows_the_readers_clock_too_where_it_differs(
    app: Flask, monkeypatch: pytest.MonkeyPatch, own: str | None, zh: str, en: str
) -> None:
    monkeypatch.setattr(dates, "current_user", SimpleNamespace(time_zone=own) if own else None)
    with app.test_request_context():
        for language, said in _both(zh, en):
            with speaking(language):
                assert dates.due(NOW + timedelta(hours=3, minutes=12), SHANGHAI) == said
