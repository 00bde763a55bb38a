"""Who completes, what is frozen, which moves are allowed, and how numbers and dates read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.kernel.codes import normalise_code
from lms.learning.certificates import documents, rules
from lms.learning.certificates.errors import AlreadyRevoked, NothingChanged, NotRevoked, ReinstateFirst
from lms.learning.certificates.rules import Days, Drawing, Snapshot, Wording

NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)
SNAPSHOT = Snapshot(
    name="林晓",
    camp="清晰写作营",
    camp_slug="clear-writing",
    camp_language="zh",
    cohort="第 4 期",
    cohort_number=4,
    starts_on=date(2026, 10, 12),
    ends_on=date(2026, 11, 1),
    time_zone="Asia/Shanghai",
    achievement="每天写一件真事。",
    signer="徐若岚",
    signer_role="主讲",
    tasks_done=20,
    tasks_total=22,
)
DAYS = Days(total=21, done=tuple(range(1, 19)), made_up=(19,), tasks_done=20, tasks_total=22)


@pytest.mark.parametrize(
    ("done", "total", "percent", "complete"),
    [
        (18, 22, 80, True),  # 81.8 %
        (17, 22, 80, False),  # 77.3 %
        (4, 5, 80, True),  # exactly the share
        (0, 0, 80, False),  # nothing asked, nothing earned
        (22, 22, 100, True),
        (21, 22, 100, False),
        (1, 100, 1, True),
        (0, 100, 1, False),
    ],
)
def test_completion_is_a_share_of_the_required_tasks(done: int, total: int, percent: int, complete: bool) -> None:
    assert rules.is_complete(done, total, percent) is complete


@pytest.mark.parametrize("percent", [1, 33, 50, 66, 80, 99, 100])
@pytest.mark.parametrize("total", [1, 3, 7, 22, 66])
def test_the_number_of_tasks_needed_is_the_first_that_completes(total: int, percent: int) -> None:
    needed = rules.tasks_needed(total, percent)
    assert rules.is_complete(needed, total, percent)
    assert not rules.is_complete(needed - 1, total, percent)


@pytest.mark.parametrize(
    ("state", "unlocks_at", "allowed"),
    [
        ("running", NOW, True),
        ("running", NOW + timedelta(seconds=1), False),
        ("running", None, False),
        ("wrapping_up", NOW, True),
        ("ended", NOW - timedelta(days=9), True),
        ("paused", NOW, False),
        ("canceled", NOW, False),
        ("archived", NOW, False),
        ("enrolling", NOW, False),
    ],
)
def test_nothing_is_issued_before_the_last_day_or_in_a_canceled_cohort(
    state: str, unlocks_at: datetime | None, allowed: bool
) -> None:
    assert rules.may_issue(state, unlocks_at, NOW) is allowed


@pytest.mark.parametrize(
    ("state", "complete", "ends"),
    [
        ("running", True, None),
        ("running", False, None),
        ("wrapping_up", True, True),
        ("wrapping_up", False, None),
        ("ended", True, True),
        ("ended", False, False),
    ],
)
def test_nobody_fails_while_work_may_still_come_in(state: str, complete: bool, ends: bool | None) -> None:
    assert rules.outcome(state, complete) is ends


def test_a_revoked_certificate_is_not_revoked_twice_and_a_valid_one_not_reinstated() -> None:
    rules.require_revocable("issued")
    rules.require_reinstatable("revoked")
    with pytest.raises(AlreadyRevoked):
        rules.require_revocable("revoked")
    with pytest.raises(NotRevoked):
        rules.require_reinstatable("issued")


def test_a_reissue_names_what_it_changes() -> None:
    now = Wording("林晓", "zh", "classic")
    assert rules.changes("issued", now, replace(now, name="林曉")) == ["name"]
    assert rules.changes("issued", now, Wording("林曉", "en", "modern")) == ["name", "language", "style"]
    with pytest.raises(NothingChanged):
        rules.changes("issued", now, now)
    with pytest.raises(ReinstateFirst):
        rules.changes("revoked", now, replace(now, name="林曉"))


def test_a_number_is_read_however_it_is_typed() -> None:
    for typed in ("EC-7Q4K-2M9X-4QTR", "ec 7q4k 2m9x 4qtr", "7q4k2m9x4qtr", " 7Q4K-2M9X 4QTR "):
        assert rules.read_serial(normalise_code(typed)) == "7Q4K2M9X4QTR"
    assert rules.serial("7Q4K2M9X4QTR") == "EC-7Q4K-2M9X-4QTR"


def test_a_code_that_begins_like_the_prefix_stays_whole() -> None:
    assert rules.read_serial("EC4K2M9X4QTR") == "EC4K2M9X4QTR"
    assert rules.read_serial("ECEC4K2M9X4QTR") == "EC4K2M9X4QTR"


def test_the_trace_of_a_name_is_not_the_name_and_differs_by_certificate() -> None:
    first, second = rules.name_digest("A", "林晓"), rules.name_digest("B", "林晓")
    assert first != second
    assert "林晓" not in first
    assert first == rules.name_digest("A", "林晓")


@pytest.mark.parametrize(
    ("drawn", "held", "minutes", "state"),
    [
        (True, False, 60, Drawing.DRAWN),
        (False, False, 1, Drawing.DRAWING),
        (False, False, 10, Drawing.LATE),
        (False, True, 60, Drawing.HELD),
        (True, True, 0, Drawing.HELD),
    ],
)
def test_files_are_drawn_held_on_their_way_or_late(drawn: bool, held: bool, minutes: int, state: Drawing) -> None:
    assert rules.drawing_state(drawn, held, NOW - timedelta(minutes=minutes), NOW) is state


def test_what_is_frozen_comes_back_as_it_was() -> None:
    assert Snapshot.from_json(SNAPSHOT.to_json()) == SNAPSHOT
    assert Days.from_json(DAYS.to_json()) == DAYS
    assert DAYS.missed == (20, 21)


def test_places_skip_rest_days_and_day_zero() -> None:
    assert rules.places([0, 1, 2, 4, 7]) == {1: 1, 2: 2, 4: 3, 7: 4}


# --- Words on paper -------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (date(2026, 10, 12), date(2026, 11, 1), "2026 年 10 月 12 日至 11 月 1 日", "12 October to 1 November 2026"),
        (date(2026, 10, 12), date(2026, 10, 18), "2026 年 10 月 12 日至 18 日", "12 to 18 October 2026"),
        (
            date(2026, 12, 20),
            date(2027, 1, 9),
            "2026 年 12 月 20 日至 2027 年 1 月 9 日",
            "20 December 2026 to 9 January 2027",
        ),
        (date(2026, 10, 12), date(2026, 10, 12), "2026 年 10 月 12 日", "12 October 2026"),
    ],
)
def test_dates_say_nothing_twice(first: date, last: date, zh: str, en: str) -> None:
    assert documents.span_words(first, last, "zh") == zh
    assert documents.span_words(first, last, "en") == en


def test_the_other_language_has_its_own_cohort_name_and_no_chinese_achievement() -> None:
    own = documents.certificate_data(SNAPSHOT, "7Q4K2M9X4QTR", NOW, "zh", "https://encamp.example")
    other = documents.certificate_data(SNAPSHOT, "7Q4K2M9X4QTR", NOW, "en", "https://encamp.example")
    assert (own["cohort"], other["cohort"]) == ("第 4 期", "Cohort 4")
    assert (own["achievement"], other["achievement"]) == ("每天写一件真事。", "20 of 22 required tasks done")
    assert own["url"] == other["url"] == "https://encamp.example/verify/7Q4K2M9X4QTR"
    assert own["url_text"] == "encamp.example/verify/7Q4K2M9X4QTR"
    named = replace(SNAPSHOT, cohort="图书馆专场")
    assert documents.cohort_words(named, "en") == "图书馆专场"


def test_the_date_of_issue_is_the_cohorts_own() -> None:
    late_evening = datetime(2026, 11, 1, 16, 30, tzinfo=UTC)  # 00:30 of the next day in Shanghai
    data = documents.certificate_data(SNAPSHOT, "X", late_evening, "zh", "https://encamp.example")
    assert data["date_iso"] == "2026-11-02"


def test_a_camp_without_a_host_is_signed_by_the_house() -> None:
    bare = replace(SNAPSHOT, signer="", signer_role="")
    data = documents.certificate_data(bare, "X", NOW, "en", "https://encamp.example")
    assert (data["signer"], data["signer_role"]) == ("Encamp", "Organiser of the camp")


def test_the_card_discloses_a_partners_link_and_nothing_else() -> None:
    site, landing = "https://encamp.example", "https://encamp.example/c/clear-writing"
    plain = documents.card_data(SNAPSHOT, DAYS, "X", "zh", landing, site)
    paid = documents.card_data(SNAPSHOT, DAYS, "X", "zh", "https://encamp.example/r/XT21", site)
    assert "partner" not in plain
    assert paid["partner"] == "林晓"
    assert plain["missed"] == [20, 21]
    assert plain["numbers"][0] == {"value": "19", "label": "天打卡，1 天补上"}
