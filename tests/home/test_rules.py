"""Which first screen is whose, which cohort is meant, and where the funnel is narrowest."""

from dataclasses import dataclass
from datetime import date

import pytest

from lms.home.queries.front import Offer, choose_offer
from lms.home.rules import choose_place, first_screen, funnel_of, is_running
from lms.home.trail import changes_between, subject_words
from lms.learning.camps.rules import CohortState


@dataclass(frozen=True)
class _Cohort:
    code: str
    state: CohortState
    starts_on: date
    seats: int = 10


@dataclass(frozen=True)
class _Enrollment:
    state: str


@dataclass(frozen=True)
class _Place:
    cohort: _Cohort
    enrollment: _Enrollment


def _place(code: str, state: CohortState, day: int, enrollment: str = "enrolled") -> _Place:
    return _Place(_Cohort(code, state, date(2026, 11, day)), _Enrollment(enrollment))


@pytest.mark.parametrize(
    ("roles", "is_studying", "last_place", "url"),
    [
        ({"student"}, False, "", "/today"),
        ({"student"}, True, "partner", "/today"),
        ({"student", "partner"}, False, "", "/partner"),
        ({"student", "partner"}, False, "student", "/partner"),
        ({"student", "partner"}, True, "", "/today"),
        ({"student", "partner"}, True, "student", "/today"),
        ({"student", "partner"}, True, "partner", "/partner"),
        ({"student", "tutor"}, True, "", "/desk"),
        ({"student", "tutor", "partner"}, False, "partner", "/desk"),
        ({"student", "operator", "tutor"}, True, "", "/console"),
        ({"finance"}, False, "", "/finance"),
    ],
)
def test_everybody_has_a_first_screen(roles: set[str], is_studying: bool, last_place: str, url: str) -> None:
    assert first_screen(frozenset(roles), is_studying=is_studying, last_place=last_place) == url


@pytest.mark.parametrize(
    ("state", "enrollment", "running"),
    [
        (CohortState.RUNNING, "enrolled", True),
        (CohortState.PAUSED, "enrolled", True),
        (CohortState.ENROLLING, "enrolled", False),
        (CohortState.ENDED, "completed", False),
        (CohortState.RUNNING, "suspended", False),
        (CohortState.RUNNING, "waitlisted", False),
    ],
)
def test_a_place_runs_between_start_and_end(state: CohortState, enrollment: str, running: bool) -> None:
    assert is_running(_place("ANY", state, 9, enrollment)) is running


def test_the_running_cohort_comes_before_all_others() -> None:
    places = [
        _place("OVER", CohortState.ENDED, 1),
        _place("LINE", CohortState.ENROLLING, 20, "waitlisted"),
        _place("NEXT", CohortState.ENROLLING, 25),
        _place("RUNS", CohortState.RUNNING, 15),
        _place("GONE", CohortState.CANCELED, 2),
    ]
    found = choose_place(places)
    assert found is not None
    assert found.cohort.code == "RUNS"


@pytest.mark.parametrize(
    ("places", "code"),
    [
        ([_place("LATER", CohortState.ENROLLING, 28), _place("SOON", CohortState.CLOSED, 25)], "SOON"),
        ([_place("LINE", CohortState.ENROLLING, 20, "waitlisted"), _place("MINE", CohortState.ENROLLING, 28)], "MINE"),
        ([_place("OLD", CohortState.ENDED, 1), _place("NEW", CohortState.ARCHIVED, 9)], "NEW"),
        ([_place("HELD", CohortState.RUNNING, 9, "suspended"), _place("NEXT", CohortState.ENROLLING, 28)], "NEXT"),
    ],
)
def test_the_cohort_that_needs_its_student_most_is_meant(places: list[_Place], code: str) -> None:
    found = choose_place(places)
    assert found is not None
    assert found.cohort.code == code


def test_a_cohort_asked_for_wins_and_an_unknown_one_does_not() -> None:
    places = [_place("RUNS", CohortState.RUNNING, 15), _place("OVER", CohortState.ENDED, 1)]
    assert choose_place(places, "OVER") is places[1]
    assert choose_place(places, "ELSE") is places[0]
    assert choose_place([], "ELSE") is None


def test_a_landing_offers_the_first_cohort_with_seats_unless_another_is_asked_for() -> None:
    full = Offer(_Cohort("FULL", CohortState.ENROLLING, date(2026, 11, 1)), 0)  # type: ignore[arg-type]
    free = Offer(_Cohort("FREE", CohortState.ENROLLING, date(2026, 12, 1)), 3)  # type: ignore[arg-type]
    assert choose_offer([full, free], "") is free
    assert choose_offer([full, free], "FULL") is full
    assert choose_offer([full], "") is full
    assert choose_offer([], "FULL") is None
    assert (full.taken, free.taken, full.is_full) == (10, 7, True)


def test_the_funnel_names_the_step_that_loses_most() -> None:
    steps = funnel_of([1000, 150, 132, 120, 118])
    assert [step.is_narrowest for step in steps] == [False, True, False, False, False]
    assert steps[0].kept is None
    assert steps[1].kept == pytest.approx(15.0)


def test_a_funnel_without_losses_or_people_names_no_step() -> None:
    assert not any(step.is_narrowest for step in funnel_of([3, 3, 3]))
    assert not any(step.is_narrowest for step in funnel_of([0, 0, 0]))
    assert funnel_of([0, 4])[1].kept is None
    assert funnel_of([2, 4])[1].kept == 100.0


def test_changes_pair_what_was_with_what_became() -> None:
    assert changes_between({"state": "enrolled", "seats": 3}, {"state": "withdrawn", "why": ["a", "b"]}) == [
        ("状态", "enrolled", "withdrawn"),
        ("名额", "3", ""),
        ("原因", "", "a, b"),
    ]


def test_amounts_and_things_are_said_in_words() -> None:
    said = changes_between({}, {"amount_minor": -1_000_002, "currency": "CNY", "odd": 1})
    assert said == [("金额", "", "−¥10,000.02"), ("货币", "", "CNY"), ("odd", "", "1")]
    assert subject_words("payout:E92C0M93") == "提现 E92C0M93" and subject_words("gateway_notice:evt_1") == "支付通知"
    assert subject_words("ABCD") == "ABCD" and subject_words("odd:1") == "odd:1"
