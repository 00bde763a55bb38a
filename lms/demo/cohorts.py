"""Scenes of camps and cohorts: imported, opened, moved on, joined, left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from lms.demo.cast import ACADEMY, ACADEMY_LATER, CROWD, LONDON, NEWCOMERS, SHANGHAI, SURVEYORS, WRITERS, Player
from lms.demo.promotion import arrive
from lms.demo.stage import Stage
from lms.kernel.settings import ROOT
from lms.kernel.work import Work
from lms.learning.camps import service as camps
from lms.learning.enrollments import queries as enrolled
from lms.learning.enrollments import service as enrollments
from lms.learning.questions.rules import cohort_day

CAMPS = ("clear-writing", "first-survey", "partner-academy")
_FOLDER = ROOT / "examples" / "camps"
_EVENING, _DAWN = time(22), time(6)


@dataclass(frozen=True)
class Run:
    """How one cohort of the season runs. `day` is the camp day it is on today, negative before the start."""

    key: str
    slug: str
    tutor: str
    zone: str
    day: int
    seats: int
    opened: int  # days ago
    style: str = "classic"

    def cutoff(self, now: datetime) -> time:
        """Give the cutoff: 22:00, or dawn for whoever looks at night, so that a day is always open."""
        return _EVENING if 6 <= now.astimezone(ZoneInfo(self.zone)).hour < 21 else _DAWN

    def starts_on(self, now: datetime) -> date:
        """Give the date of day 1."""
        return cohort_day(now, self.zone, self.cutoff(now)) - timedelta(days=self.day - 1)


ACADEMY_RUN = Run("academy", "partner-academy", "tutor", SHANGHAI, 12, 20, 31, "modern")
WRITING_RUN = Run("writing", "clear-writing", "tutor", SHANGHAI, 8, 24, 33)
SURVEY_RUN = Run("survey", "first-survey", "cole", LONDON, 3, 16, 28, "modern")
NEXT_RUN = Run("next", "clear-writing", "tutor", SHANGHAI, -8, 30, 14)
FULL_RUN = Run("full", "first-survey", "cole", LONDON, -4, 12, 16)
# Free and with every seat left, for whoever tries the demo, in either language.
FREE_RUNS = (
    Run("free-zh", "partner-academy", "tutor", SHANGHAI, -2, 30, 6),
    Run("free-en", "first-survey", "cole", LONDON, -6, 20, 5),
)
RUNS = (ACADEMY_RUN, WRITING_RUN, SURVEY_RUN, NEXT_RUN, FULL_RUN, *FREE_RUNS)


def import_camps(stage: Stage, at: datetime) -> None:
    """The operator imports and publishes the three camps from their folders."""

    for n, slug in enumerate(CAMPS):
        stage.scene(at + timedelta(minutes=12 * n), partial(_bring, stage, slug), "operator camps.upload")


def _bring(stage: Stage, slug: str, work: Work) -> None:
    report = camps.import_camp(work, stage.actor("operator"), read_camp_folder(_FOLDER / slug), name=slug)
    if not report.is_good:
        raise RuntimeError(f"examples/camps/{slug} cannot be imported: {report.errors}")
    camps.publish_camp(work, stage.actor("operator"), slug)


def read_camp_folder(folder: Path) -> dict[str, bytes]:
    """Read a camp's folder as path → bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def open_cohorts(stage: Stage) -> None:
    """Each cohort is opened on its day and moves on with its dates."""
    for run in RUNS:
        start = run.starts_on(stage.now)
        opened = stage.moment(stage.today(run.zone) - timedelta(days=run.opened), 10.4, run.zone)
        stage.scene(opened, partial(_open, stage, run, start), "operator camps.create")
        _move(stage, run, opened + timedelta(minutes=25), "enrolling")
        _move(stage, run, stage.moment(start - timedelta(days=1), 20.5, run.zone), "closed")
        _move(stage, run, stage.moment(start, 5.9, run.zone), "running")
    end = ACADEMY_RUN.starts_on(stage.now) + timedelta(days=5)
    _move(stage, ACADEMY_RUN, stage.moment(end, 10, SHANGHAI), "wrapping_up")
    _move(stage, ACADEMY_RUN, stage.moment(end + timedelta(days=2), 10, SHANGHAI), "ended")


def _open(stage: Stage, run: Run, start: date, work: Work) -> None:
    stage.cohorts[run.key] = camps.open_cohort(
        work,
        stage.actor("operator"),
        run.slug,
        starts_on=start,
        seats=run.seats,
        time_zone=run.zone,
        cutoff=run.cutoff(stage.now),
        tutors=[stage.person_id(run.tutor)],
        certificate_style=run.style,
    )


def _move(stage: Stage, run: Run, at: datetime, to: str) -> None:
    def move(work: Work) -> None:
        cohort = stage.cohorts[run.key]
        stage.cohorts[run.key] = camps.move_cohort(work, stage.actor("operator"), cohort.id, to)

    stage.scene(at, move, "operator camps.move")
    stage.settle(at + timedelta(seconds=20))


# --- Joining ----------------------------------------------------------------


def fill_cohorts(stage: Stage) -> None:
    """Everybody joins: most before, some today."""
    _spread(stage, "writing", WRITERS, (29, 10))
    _spread(stage, "survey", SURVEYORS, (25, 5))
    _spread(stage, "next", NEWCOMERS[:-3], (11, 1))
    _spread(stage, "full", CROWD[:-2], (13, 1))
    for key in (*ACADEMY, *ACADEMY_LATER):
        day = stage.today(SHANGHAI) - timedelta(days=stage.dice.randint(14, 18))
        arrive(stage, key, "academy", stage.moment(day, stage.dice.uniform(12, 22), SHANGHAI))
    midnight = stage.moment(stage.today(SHANGHAI), 0, SHANGHAI)
    for player, share in zip((*NEWCOMERS[-3:], *CROWD[-2:]), (0.35, 0.62, 0.9, 0.48, 0.81), strict=True):
        arrive(stage, player.key, "next" if player in NEWCOMERS else "full", stage.lately(midnight, share))
    _leave(stage, "piotr", "full")


def _spread(stage: Stage, cohort: str, players: tuple[Player, ...], days: tuple[int, int]) -> None:
    first, last = days
    today = stage.today(SHANGHAI)
    for n, player in enumerate(players):
        ago = round(first - (first - last) * n / max(1, len(players) - 1))
        day = today - timedelta(days=ago)
        hour = 9 + 12 * ((n * 7) % 11) / 11 + stage.dice.random()
        arrive(stage, player.key, cohort, stage.moment(day, hour, SHANGHAI))


def _leave(stage: Stage, key: str, cohort: str) -> None:
    """Somebody gives up a seat of the full cohort, and the first in line moves up."""

    def leave(work: Work) -> None:
        place = enrolled.find_enrollment(work, stage.cohorts[cohort].id, stage.person_id(key))
        if place is not None:
            enrollments.withdraw(work, stage.actor(key), place.id, "own_wish")

    stage.scene(stage.moment(stage.today(SHANGHAI) - timedelta(days=1), 22.3, SHANGHAI), leave)
