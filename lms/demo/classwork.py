"""Scenes of the days: handing in, reviews, what comes back, and what lies half written today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from lms.demo.cast import ACADEMY, ACADEMY_LATER, SURVEYORS, WRITERS
from lms.demo.cohorts import ACADEMY_RUN, SURVEY_RUN, WRITING_RUN, Run
from lms.demo.pictures import draw_sheet
from lms.demo.stage import Stage
from lms.demo.stories import Piece, academy_piece, read_story, review_words, survey_piece, writing_piece
from lms.kernel.work import Read, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Task
from lms.learning.camps.rules import TaskKind
from lms.learning.checkins import service as checkins
from lms.learning.checkins.rules import HandInValues

# The last day each of them handed anything in: the tutor's list of people behind.
STOPPED = {"qin-shu": 4, "luo-jia": 5, "leo": 0, "finn": 1, "zhong-ping": 2, "fang-ge": 3}
SKIPPED = {("a-bu", 2), ("gao-ning", 3), ("june", 2)}
LATE = {("tang-yi", 5), ("jiang-wan", 6), ("bruno", 1)}
RETURNED = {("ma-lin", 2), ("liu-xiaoman", 3), ("wu-tong", 4), ("hanna", 1), ("ade", 2)}
# The demo's own students have today still before them.
TODAY_OPEN = {"student", "maya"}


@dataclass(frozen=True)
class Lesson:
    """A cohort at work: who, with which tutor, and what they hand in on a day."""

    run: Run
    keys: Sequence[str]
    piece: Callable[[str, int, Random], Piece | None]


def _of_academy(key: str, day: int, dice: Random) -> Piece:
    return academy_piece((*ACADEMY, *ACADEMY_LATER).index(key) + day, day)


@dataclass(frozen=True)
class Paper:
    """One hand-in on its way; `code` once it has been handed in."""

    run: Run
    task: Task
    key: str
    piece: Piece
    code: str = ""


LESSONS = (
    Lesson(ACADEMY_RUN, (*ACADEMY, *ACADEMY_LATER), _of_academy),
    Lesson(WRITING_RUN, tuple(player.key for player in WRITERS), writing_piece),
    Lesson(SURVEY_RUN, tuple(player.key for player in SURVEYORS), survey_piece),
)


def study(stage: Stage) -> None:
    """Each lesson is planned on its first morning, when the days of the cohort have their windows."""
    for lesson in LESSONS:
        start = stage.moment(lesson.run.starts_on(stage.now) - timedelta(days=1), 7, lesson.run.zone)
        stage.scene(start, partial(_plan, stage, lesson))


def _plan(stage: Stage, lesson: Lesson, work: Work) -> None:
    tasks = required_tasks(work, stage.cohorts[lesson.run.key].id)
    for key in lesson.keys:
        habit = stage.dice.uniform(0.12, 0.8)
        for day in range(min(max(tasks), lesson.run.day) + 1):
            piece = lesson.piece(key, day, stage.dice)
            if piece is None or day > STOPPED.get(key, 99) or (key, day) in SKIPPED:
                continue
            if day == lesson.run.day and key in TODAY_OPEN:
                continue
            paper = Paper(lesson.run, tasks[day], key, piece)
            stage.scene(_when(stage, paper, habit), partial(_hand_in, stage, paper))


def required_tasks(read: Read, cohort_id: int) -> dict[int, Task]:
    """Give the required check-in of each day."""
    found = camps.list_tasks(read, cohort_id)
    return {task.day_number: task for task in found if task.kind == TaskKind.CHECK_IN and task.required}


def _when(stage: Stage, paper: Paper, habit: float) -> datetime:
    number, zone = paper.task.day_number, paper.run.zone
    start = paper.run.starts_on(stage.now) + timedelta(days=max(number, 1) - 1)
    if (paper.key, number) in LATE:
        return stage.moment(start + timedelta(days=1), stage.dice.uniform(8, 12), zone)
    share = min(0.97, max(0.02, stage.dice.gauss(habit, 0.13)))
    return stage.moment(start - timedelta(days=int(number == 0)), 7 + 14.7 * share, zone)


def _hand_in(stage: Stage, paper: Paper, work: Work) -> None:
    opened = work.now - timedelta(minutes=stage.dice.randint(6, 40))
    values = HandInValues(paper.piece.text, number=paper.piece.number)
    _attach(stage, paper, work)
    row = checkins.check_in(work, stage.actor(paper.key), paper.task.code, values, opened)
    _review(stage, replace(paper, code=row.code))


def _attach(stage: Stage, paper: Paper, work: Work) -> None:
    sheets = read_story("clear_writing_hand_ins")["sheets"] if paper.run is WRITING_RUN else {}
    text = sheets.get(f"{paper.key}-{paper.task.day_number}")
    if text and (sheet := draw_sheet(text)) is not None:
        picture = checkins.prepare_upload(sheet, "IMG_2041.jpg")
        checkins.add_file(work, stage.actor(paper.key), paper.task.code, picture)


# --- Reviews ----------------------------------------------------------------


def _review(stage: Stage, paper: Paper) -> None:
    """Plan the tutor's answer, unless it is one of those that lie on the desk today."""
    left = paper.run.day - paper.task.day_number
    own = paper.key == "student" and paper.run is WRITING_RUN
    evening = stage.clock.at.astimezone(ZoneInfo(paper.run.zone)).hour >= 15
    if left == 0 or (left == 1 and evening and not own and stage.dice.random() < 0.6):
        return
    if own and left == 1:
        day = stage.clock.at.astimezone(ZoneInfo(paper.run.zone)).date()
        _give_back(stage, paper, stage.moment(day, 21.9, paper.run.zone))
    elif paper.run is not ACADEMY_RUN and (paper.key, paper.task.day_number) in RETURNED:
        at = _desk_time(stage, paper.run)
        _give_back(stage, paper, at)
        stage.scene(at + timedelta(hours=3.4), partial(_hand_in_again, stage, paper))
    else:
        _accept(stage, paper, 1)


def _desk_time(stage: Stage, run: Run) -> datetime:
    """Give the next moment at which the tutor is likely to be at the desk."""
    at = (stage.clock.at + timedelta(hours=stage.dice.uniform(1, 7))).astimezone(ZoneInfo(run.zone))
    if 9 <= at.hour < 21:
        return at
    day = at.date() + timedelta(days=int(at.hour >= 21))
    return stage.moment(day, 9 + stage.dice.random() * 2, run.zone)


def _words(stage: Stage, paper: Paper, verdict: str) -> str:
    # The academy's days have other tasks than the words that belong to a day.
    day = -1 if paper.run is ACADEMY_RUN else paper.task.day_number
    return review_words(stage.cohorts[paper.run.key].language, verdict, day, paper.piece.text, stage.dice)


def _accept(stage: Stage, paper: Paper, revision: int) -> None:
    words, tutor = _words(stage, paper, "accept"), paper.run.tutor

    def act(work: Work) -> None:
        checkins.accept(work, stage.actor(tutor), paper.code, words, revision)

    stage.scene(_desk_time(stage, paper.run), act, f"{tutor} checkins.accept")


def _give_back(stage: Stage, paper: Paper, at: datetime) -> None:
    words, tutor = _words(stage, paper, "return"), paper.run.tutor

    def act(work: Work) -> None:
        checkins.return_(work, stage.actor(tutor), paper.code, words, 1)

    stage.scene(at, act, f"{tutor} checkins.return")


def _hand_in_again(stage: Stage, paper: Paper, work: Work) -> None:
    text = f"{paper.piece.text}\n\n{read_story('reviews')['again'][paper.key]}"
    values = HandInValues(text, number=paper.piece.number)
    checkins.check_in(work, stage.actor(paper.key), paper.task.code, values, work.now - timedelta(minutes=9))
    _accept(stage, replace(paper, piece=Piece(text)), 2)


# --- Today ------------------------------------------------------------------


def leave_open(stage: Stage) -> None:
    """The demo's own students have read today's material and begun to write."""
    for key, run, story in (("student", WRITING_RUN, "clear_writing"), ("maya", SURVEY_RUN, "first_survey")):
        text = read_story(f"{story}_hand_ins")["draft"]["text"].strip()
        opens = stage.moment(run.starts_on(stage.now) + timedelta(days=run.day - 1), 6.1, run.zone)

        stage.scene(stage.lately(opens, 0.6), partial(_begin, stage, key, run, text))


def _begin(stage: Stage, key: str, run: Run, text: str, work: Work) -> None:
    for task in camps.list_tasks(work, stage.cohorts[run.key].id):
        if task.day_number == run.day and task.kind == TaskKind.READ:
            checkins.tick(work, stage.actor(key), task.code, True)
        elif task.day_number == run.day and task.required:
            checkins.save_draft(work, stage.actor(key), task.code, HandInValues(text))
