"""The class that the tests of certificates are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts.queries import Person
from tests.conftest import STORY_NOW
from tests.factories.accounts import as_actor, cast, make_people, make_person
from tests.factories.certificates import BEFORE_START, issue_all, make_class
from tests.flows.conftest import PlainTypesetter
from tests.learning.certificates.staging import Begin, Scene

REALLY_DRAWN = ("test_paper.py", "test_service_files.py", "test_service_reads.py", "test_service_spelling.py")


@pytest.fixture
def really_drawn() -> None:
    """Ask for the real typesetter."""


@pytest.fixture(autouse=True)
def _draw_quickly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers are drawn for real where they are looked at; elsewhere that would take most of the time."""
    asked = request.path.name in REALLY_DRAWN or "really_drawn" in request.fixturenames
    if not asked and "app" in request.fixturenames:
        parts = request.getfixturevalue("app").extensions[EXTENSION]
        monkeypatch.setattr(parts, "typesetter", PlainTypesetter())


@pytest.fixture
def stage(work: Begin, clock: FixedClock) -> Callable[..., tuple[Cohort, list[Enrollment], list[Person]]]:
    """`stage([4, 3, 2])`: a class whose students did so many of four required tasks; it is the last day now."""

    def make(done: list[int], names: list[str] | None = None, **plan: Any) -> Any:
        clock.at = BEFORE_START
        with work() as w:
            people = [make_person(w, name) for name in names] if names else make_people(w, len(done))
            cohort, joined = make_class(w, dict(zip(people, done, strict=True)), **plan)
        clock.at = STORY_NOW
        return cohort, joined, people

    return make


@pytest.fixture
def scene(work: Begin, clock: FixedClock, drain: Callable[[], int]) -> Scene:
    clock.at = BEFORE_START
    with work() as w:
        people = {key: cast(w, key) for key in ("lin", "maya", "chen", "cole", "su", "stranger")}
        cohort, _ = make_class(w, {people["lin"]: 4, people["maya"]: 1}, tutors=[people["chen"].id])
        operator = as_actor(w, people["su"])
    clock.at = STORY_NOW
    with work() as w:
        (certificate,) = issue_all(w, cohort)
    drain()
    return Scene(cohort, certificate, people, operator)
