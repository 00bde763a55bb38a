"""Timing, completeness, counting and kinds of files."""

import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.checkins import errors
from lms.learning.checkins.rules import (
    GRACE,
    Asked,
    HandInValues,
    Timing,
    count_length,
    in_grace,
    problems,
    require_hand_in,
    require_open,
    timing,
)
from lms.learning.checkins.rules.hand_in import read_number
from lms.learning.checkins.rules.uploads import kind_of, safe_name

CUTOFF = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("received", "opened", "timed"),
    [
        (-SECOND, None, Timing.ON_TIME),
        (timedelta(0), None, Timing.LATE),
        (timedelta(seconds=0.4), -SECOND, Timing.ON_TIME),
        (GRACE, -SECOND, Timing.ON_TIME),
        (GRACE + timedelta(microseconds=1), -SECOND, Timing.LATE),
        (GRACE / 2, timedelta(0), Timing.LATE),
        (GRACE / 2, None, Timing.LATE),
    ],
)
def test_the_servers_clock_decides_with_a_stated_grace(
    received: timedelta, opened: timedelta | None, timed: Timing
) -> None:
    opened_at = None if opened is None else CUTOFF + opened
    assert timing(CUTOFF + received, CUTOFF, opened_at) is timed


@given(st.integers(-300, 300), st.one_of(st.none(), st.integers(-300, 300)))
def test_timing_equals_the_sentence_in_the_rules(received: int, opened: int | None) -> None:
    late = received >= 0 and not (opened is not None and opened < 0 and received <= 120)
    found = timing(CUTOFF + received * SECOND, CUTOFF, None if opened is None else CUTOFF + opened * SECOND)
    assert (found is Timing.LATE) is late


def test_work_saved_by_the_grace_can_be_told() -> None:
    assert in_grace(CUTOFF + SECOND, CUTOFF, "on_time")
    assert not in_grace(CUTOFF - SECOND, CUTOFF, "on_time")
    assert not in_grace(CUTOFF + SECOND, CUTOFF, "late")
    assert not in_grace(None, CUTOFF, None)


def test_a_locked_day_takes_nothing() -> None:
    require_open(3, CUTOFF, CUTOFF)
    with pytest.raises(errors.DayLocked):
        require_open(3, CUTOFF, CUTOFF - SECOND)


@pytest.mark.parametrize(
    ("state", "timed", "after", "refusal"),
    [
        ("draft", None, timedelta(hours=1), None),
        ("submitted", "on_time", -SECOND, None),
        ("submitted", "on_time", GRACE, None),
        ("submitted", "on_time", timedelta(hours=1), errors.ChangeClosed),
        ("submitted", "late", timedelta(hours=1), None),
        ("returned", "on_time", timedelta(days=3), None),
        ("accepted", "on_time", -SECOND, errors.AlreadyAccepted),
        ("voided", "on_time", -SECOND, errors.CheckInVoided),
    ],
)
def test_when_a_new_version_is_taken(
    state: str, timed: str | None, after: timedelta, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        require_hand_in(state, timed, CUTOFF, CUTOFF + after)
    else:
        with pytest.raises(refusal):
            require_hand_in(state, timed, CUTOFF, CUTOFF + after)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("把一个观点写清楚。", 8),
        ("Write it clearly, twice.", 4),
        ("用 Word 写 600 字", 5),
        ("don’t", 1),
        ("a well-known 2.5 km", 4),
        ("コーヒー々", 5),
        ("𠮷野家", 3),
        ("こんにちは 안녕", 7),
        ("  \n，。", 0),
    ],
)
def test_a_text_is_counted_as_people_count(text: str, count: int) -> None:
    assert count_length(text) == count


def fields(asks: list[str], values: HandInValues, least: int = 0) -> list[tuple[type, str | None]]:
    return [(type(one), one.field) for one in problems(Asked(asks, least), values)]


def test_every_asked_thing_is_needed() -> None:
    assert fields(["text", "number"], HandInValues()) == [
        (errors.TextMissing, "text"),
        (errors.NumberMissing, "number"),
    ]
    assert fields(["text", "number"], HandInValues(text="好", number="3")) == []


def test_a_check_in_that_names_nothing_asks_for_a_text() -> None:
    assert fields([], HandInValues()) == [(errors.TextMissing, "text")]


def test_a_short_text_says_how_much_is_missing() -> None:
    found = problems(Asked(["text"], 5), HandInValues(text="太短了"))
    assert "还差 2 字" in found[0].message().zh


def test_files_are_a_bonus_beside_a_text_and_needed_alone() -> None:
    assert fields(["text", "picture"], HandInValues(text="好")) == []
    assert fields(["picture"], HandInValues()) == [(errors.FileMissing, "files")]
    assert fields(["file", "picture"], HandInValues(files=1)) == []


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://example.com/a?b=1", True),
        ("http://例子.中国/页", True),
        ("javascript:alert(1)", False),
        ("ftp://example.com", False),
        ("https://", False),
        ("https://localhost", False),
        ("https://exa mple.com", False),
        ("https://[bad", False),
    ],
)
def test_links_are_web_addresses(link: str, good: bool) -> None:
    assert bool(fields(["link"], HandInValues(link=link))) is not good


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("35", 35),
        (" 2.5 ", 2.5),
        ("2,5", 2.5),
        ("1,000", 1000),
        ("３５", 35),
        ("-4", -4),
        ("nan", None),
        ("inf", None),
        ("多", None),
    ],
)
def test_numbers_are_read_as_typed(typed: str, value: float | None) -> None:
    assert read_number(typed) == value


def archive(*names: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"%PDF-1.7 rest", "application/pdf"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", None),
        ("写给读者".encode(), "text/plain"),
        (b"MZ\x90\x00\x03", None),
        (b"", None),
        (archive("a.txt"), None),
    ],
)
def test_a_file_is_what_it_contains(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


def test_office_files_are_taken_without_macros_only() -> None:
    assert str(kind_of(archive("[Content_Types].xml", "word/document.xml"))).endswith("wordprocessingml.document")
    assert kind_of(archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")) is None


def test_names_lose_paths_and_get_the_ending_of_their_content() -> None:
    assert safe_name("../../x/我的 照片.HEIC", "image/jpeg") == "我的 照片.jpg"
    assert safe_name("C:\\tmp\\evil.html", "text/plain") == "evil.txt"
    assert safe_name("", "application/pdf") == "file.pdf"
