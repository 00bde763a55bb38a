"""Clicks, bots, the window, and what is gathered."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest

from lms.affiliates.tracking import rules
from lms.affiliates.tracking.errors import CampaignInvalid, LabelMissing
from lms.affiliates.tracking.rules import Candidate, Click, Device, Seen

NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)
WEEK = timedelta(seconds=604_800)


def touch(code: str, ago: timedelta, partner_id: int = 1) -> Candidate:
    return Candidate(code, NOW - ago, partner_id * 10, partner_id)


@pytest.mark.parametrize(
    ("agent", "bot"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1", False),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130 Mobile MicroMessenger/8.0.50", False),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", False),
        ("Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", True),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0)", True),
        ("facebookexternalhit/1.1", True),
        ("WhatsApp/2.24.6", True),
        ("Slackbot-LinkExpanding 1.0", True),
        ("DingTalkBot-LinkService/1.0", True),
        ("curl/8.5.0", True),
        ("python-requests/2.32", True),
        ("Go-http-client/2.0", True),
        ("Mozilla/5.0 HeadlessChrome/130.0", True),
        ("", True),
    ],
)
def test_who_is_a_bot(agent: str, bot: bool) -> None:
    assert rules.is_bot(agent) is bot


def test_looking_ahead_and_head_are_no_visits() -> None:
    agent = "Mozilla/5.0 (iPhone) Mobile Safari/604.1"
    assert rules.is_bot(agent, "HEAD")
    assert rules.is_bot(agent, "GET", "prefetch;prerender")
    assert not rules.is_bot(agent, "GET", "")


def test_the_class_of_a_browser() -> None:
    assert rules.device("Mozilla/5.0 (Linux; Android 15) Mobile MicroMessenger/8.0") == Device.WECHAT
    assert rules.device("Mozilla/5.0 (iPhone) Mobile Safari") == Device.PHONE
    assert rules.device("Mozilla/5.0 (X11; Linux x86_64) Firefox/131.0") == Device.DESKTOP


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(0), True),
        (WEEK, True),
        (WEEK + timedelta(microseconds=1), False),
        (WEEK - timedelta(microseconds=1), True),
        (timedelta(seconds=-2), True),
    ],
)
def test_the_window_includes_its_last_moment(age: timedelta, counts: bool) -> None:
    assert (rules.pick_touch([touch("a", age)], NOW) is not None) is counts


@pytest.mark.parametrize(("mode", "winner"), [("last", "c"), ("first", "b")])
def test_last_touch_wins_and_losers_are_assists(mode: Literal["last", "first"], winner: str) -> None:
    touches = [
        touch("a", WEEK + timedelta(seconds=1), 1),
        touch("c", timedelta(hours=1), 3),
        touch("b", timedelta(days=6), 2),
    ]
    picked = rules.pick_touch(touches, NOW, mode=mode)
    assert picked is not None and picked.winner.code == winner
    assert {one.code for one in picked.assists} == {"b", "c"} - {winner}


def test_touches_of_one_moment_have_one_order() -> None:
    pair = [touch("a", timedelta(0), 1), touch("b", timedelta(0), 2)]
    for order in (pair, pair[::-1]):
        picked = rules.pick_touch(order, NOW)
        assert picked is not None and picked.winner.code == "b"


def test_a_snapshot_is_plain_and_bounded() -> None:
    touches = [touch(f"t{n:02d}", timedelta(minutes=n), n) for n in range(1, 31)]
    picked = rules.pick_touch(touches, NOW)
    assert picked is not None
    frozen = rules.snapshot(picked)
    assert (frozen["partner_id"], frozen["link_id"], frozen["touch_code"]) == (1, 10, "t01")
    assert frozen["at"] == (NOW - timedelta(minutes=1)).isoformat()
    assert [one["touch_code"] for one in frozen["assists"]] == [f"t{n:02d}" for n in range(2, 22)]
    assert rules.referral_of(frozen) == (1, 10)
    assert rules.referral_of(None) is None
    assert rules.referral_of({}) is None


@pytest.mark.parametrize(
    ("others", "counted"),
    [
        ([], True),
        ([timedelta(0)], False),
        ([timedelta(minutes=59, seconds=59)], False),
        ([timedelta(hours=1)], True),
        ([timedelta(minutes=-30)], False),
        ([timedelta(hours=-1)], True),
        ([timedelta(hours=3), timedelta(minutes=10)], False),
    ],
)
def test_one_click_an_hour_counts_in_whatever_order_they_arrive(others: list[timedelta], counted: bool) -> None:
    assert rules.counts(NOW, [NOW - ago for ago in others]) is counted


def test_a_line_of_the_spool_reads_back() -> None:
    click = Click("abc", NOW.replace(microsecond=123_457), 42, "v1", Device.WECHAT)
    assert rules.read_line(rules.write_line(click)) == click


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"abc 1 2 v", b"abc x 2 v phone", b"abc 1 2 v fridge", b"\xff\xfe", b"a 1 2 v phonea 1 2 v phone"],
)
def test_torn_lines_are_not_clicks(line: bytes) -> None:
    assert rules.read_line(line) is None


def test_days_are_counted_in_the_zone_of_the_program() -> None:
    assert rules.program_day(datetime(2026, 11, 20, 16, tzinfo=UTC)) == date(2026, 11, 21)
    assert rules.program_day(datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert rules.day_start(date(2026, 11, 21)) == datetime(2026, 11, 20, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "label", "word"),
    [("Dorm", "宿舍群", "dorm"), ("", "Dorm group", "dorm-group"), ("", "宿舍群", "3abcdef"), ("", "A", "3abcdef")],
)
def test_the_word_of_a_campaign(typed: str, label: str, word: str) -> None:
    assert rules.campaign_for(typed, label, "3ABCDEF") == word


@pytest.mark.parametrize("typed", ["a", "宿舍", "a b", "-ab", "a" * 25, "a/b", "a&b"])
def test_words_that_do_not_fit_an_address(typed: str) -> None:
    with pytest.raises(CampaignInvalid):
        rules.campaign_for(typed, "x", "3abcdef")


@pytest.mark.parametrize("label", ["", " \n ", "群" * 41])
def test_a_link_has_a_name(label: str) -> None:
    with pytest.raises(LabelMissing):
        rules.clean_label(label)


def test_neighbours_are_gathered() -> None:
    def seen(kind: Literal["sign_up", "joined"], minutes: int, link_id: int = 1) -> Seen:
        return Seen(kind, NOW - timedelta(minutes=minutes), link_id, "宿舍群")

    lines = rules.gather([seen("joined", 1), seen("sign_up", 2), seen("sign_up", 30), seen("sign_up", 90)], 8)
    assert [(line.kind, line.count) for line in lines] == [("joined", 1), ("sign_up", 2), ("sign_up", 1)]
    assert rules.gather([seen("joined", 1), seen("joined", 2, link_id=2)], 1)[0].count == 1
    assert rules.gather([], 8) == []


def test_a_sale_tells_of_the_enrollment_it_made() -> None:
    def at(minutes: int) -> datetime:
        return NOW - timedelta(minutes=minutes)

    sales = [Seen("sale", at(1), 1, "", 7980, "CNY"), Seen("sale", at(2), 1, "", 4000, "CNY")]
    others = [Seen("joined", at(1), 1, ""), Seen("joined", at(2), 2, ""), Seen("sign_up", at(1), 1, "")]
    shown = rules.tell_apart(others, sales)
    assert [(one.kind, one.at) for one in shown] == [
        ("sign_up", at(1)), ("sale", at(1)), ("joined", at(2)), ("sale", at(2)),
    ]  # fmt: skip
    line = rules.gather(sales, 8)[0]
    assert (line.count, line.amount_minor, line.currency) == (2, 11980, "CNY")
    assert len(rules.gather([sales[0], Seen("sale", at(2), 1, "", 500, "USD")], 8)) == 2
