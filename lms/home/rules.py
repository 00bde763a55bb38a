"""Which first screen is whose, and which cohort is meant: pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from lms.learning.camps.rules import BEFORE_START, OVER, CohortState
from lms.learning.enrollments.rules import EnrollmentState, may_work

STAFF_SCREENS = (("operator", "/console"), ("finance", "/finance"), ("tutor", "/desk"))


def first_screen(roles: frozenset[str], *, is_studying: bool, last_place: str = "") -> str:
    """Give the address of somebody's first screen.

    A partner whose own camp is running starts with the day's work, unless partner was the place they left from.
    """
    for role, url in STAFF_SCREENS:
        if role in roles:
            return url
    return "/partner" if "partner" in roles and (last_place == "partner" or not is_studying) else "/today"


class _Cohort(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def state(self) -> CohortState: ...
    @property
    def starts_on(self) -> date: ...


class _Enrollment(Protocol):
    @property
    def state(self) -> str: ...


class Place(Protocol):
    """A cohort with one's own enrollment in it."""

    @property
    def cohort(self) -> _Cohort: ...
    @property
    def enrollment(self) -> _Enrollment: ...


AnyPlace = TypeVar("AnyPlace", bound=Place)


def choose_place(places: Sequence[AnyPlace], wanted: str = "") -> AnyPlace | None:
    """Choose the cohort that was asked for by its code, else the one that needs its student most.

    Running with a seat comes first, then the one that starts soonest, then places in line, then the
    latest one that is over.
    """
    for place in places:
        if place.cohort.code == wanted:
            return place
    return min(places, key=_urgency, default=None)


def is_running(place: Place) -> bool:
    """Say whether there is a day's work to do in a place: a seat in a cohort between its start and its end."""
    return may_work(place.enrollment.state, place.cohort.state) and place.cohort.state not in BEFORE_START | OVER


def _urgency(place: Place) -> tuple[int, int]:
    starts = place.cohort.starts_on.toordinal()
    if place.cohort.state == CohortState.CANCELED:
        return 5, -starts
    if place.cohort.state in OVER:
        return 4, -starts
    if place.enrollment.state == EnrollmentState.WAITLISTED:
        return 3, starts
    if place.enrollment.state == EnrollmentState.SUSPENDED:
        return 2, starts
    return (1, starts) if place.cohort.state in BEFORE_START else (0, -starts)


@dataclass(frozen=True)
class FunnelStep:
    """A step of the way from a click to a certificate. `kept` is its share of the step before, 0 … 100."""

    count: int
    kept: float | None
    is_narrowest: bool


def funnel_of(counts: Sequence[int]) -> list[FunnelStep]:
    """Compare each step with the one before and mark where most are lost, of steps that anybody reached."""
    kept = [None, *(_share(after, before) for before, after in pairwise(counts))]
    known = [share for share in kept if share is not None]
    least = min(known) if known and min(known) < 100 else None
    narrowest = kept.index(least) if least is not None else None
    return [
        FunnelStep(count, share, at == narrowest) for at, (count, share) in enumerate(zip(counts, kept, strict=True))
    ]


def _share(after: int, before: int) -> float | None:
    return min(100.0, 100 * after / before) if before else None
