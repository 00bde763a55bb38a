"""Scenes of questions: asked through the day, merged, answered, published in the evening, thanked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from lms.demo.cast import DOORS, SURVEYORS, WRITERS
from lms.demo.classwork import STOPPED
from lms.demo.cohorts import SURVEY_RUN, WRITING_RUN, Run
from lms.demo.stage import Stage
from lms.demo.stories import Item, read_questions
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.questions import queries
from lms.learning.questions import service as questions

_PUBLISHED = 21.2  # before the cutoff, when most have asked


@dataclass
class Forum:
    """The questions of one cohort; `codes` of what was asked, by item."""

    run: Run
    keys: Sequence[str]
    codes: dict[Item, list[str]] = field(default_factory=dict)


def ask_and_answer(stage: Stage) -> None:
    """Play the questions of both running cohorts."""
    for run, players, story in ((WRITING_RUN, WRITERS, "clear_writing"), (SURVEY_RUN, SURVEYORS, "first_survey")):
        forum = Forum(run, [player.key for player in players if player.key not in STOPPED])
        found = read_questions(story)
        for number, items in found.digests.items():
            _play_day(stage, forum, run.starts_on(stage.now) + timedelta(days=number - 1), items)
        _leave_open(stage, forum, found.open)


def _play_day(stage: Stage, forum: Forum, day: date, items: list[Item]) -> None:
    zone = forum.run.zone
    for n, item in enumerate(items):
        asked = stage.moment(day, 9.2 + 2.1 * n + stage.dice.random(), zone)
        _ask(stage, forum, item, [asked + timedelta(hours=1.3 * k) for k in range(len(item.asked))])
        answered = stage.moment(day, 19.1 + 0.45 * n + 0.2 * stage.dice.random(), zone)
        stage.scene(answered, partial(_answer, stage, forum, item), f"{forum.run.tutor} questions.answer")
    out = stage.moment(day, _PUBLISHED, zone)
    stage.scene(out, partial(_publish, stage, forum, day), f"{forum.run.tutor} questions.publish")
    stage.settle(out + timedelta(minutes=1))
    stage.scene(out + timedelta(hours=11.8), partial(_thank, stage, forum, items))
    for item in items:
        if item.corrected:
            at = out + timedelta(hours=14.5)
            stage.scene(at, partial(_correct, stage, forum, item), f"{forum.run.tutor} questions.correct")


def _leave_open(stage: Stage, forum: Forum, items: list[Item]) -> None:
    """Ask what nobody has answered yet: some last night after the digest, some since today's day has opened."""
    start = forum.run.starts_on(stage.now) + timedelta(days=forum.run.day - 1)
    last_night = stage.moment(start - timedelta(days=1), 21.5, forum.run.zone)
    opened = stage.moment(start, 6.2, forum.run.zone)
    for n, item in enumerate(items):
        if n < 2:
            first = last_night + timedelta(minutes=9 * n)
            moments = [first, stage.lately(opened, 0.3)]
        else:
            moments = [stage.lately(opened, 0.35 + 0.17 * n + 0.05 * k) for k in range(2)]
        _ask(stage, forum, item, moments)


def _ask(stage: Stage, forum: Forum, item: Item, moments: list[datetime]) -> None:
    # The demo's own students ask only what the story gives them.
    askers = stage.dice.sample([key for key in forum.keys if key not in DOORS], len(item.asked) + 2)
    if item.by:
        askers.insert(0, item.by)
    for words, key, at in zip(item.asked, askers, moments, strict=False):
        stage.scene(at, partial(_ask_one, stage, forum, item, key, words))
    for key in askers[len(item.asked) : len(item.asked) + stage.dice.randint(0, 2)]:
        stage.scene(
            moments[0] + timedelta(minutes=stage.dice.randint(20, 50)), partial(_follow, stage, forum, item, key)
        )


def _ask_one(stage: Stage, forum: Forum, item: Item, key: str, words: str, work: Work) -> None:
    cohort = stage.cohorts[forum.run.key]
    tasks = [task for task in camps.list_tasks(work, cohort.id) if task.unlocks_at <= work.now and task.required]
    asked = questions.ask(work, stage.actor(key), cohort.code, words, tasks[-1].code)
    forum.codes.setdefault(item, []).append(asked.code)


def _follow(stage: Stage, forum: Forum, item: Item, key: str, work: Work) -> None:
    questions.follow(work, stage.actor(key), stage.cohorts[forum.run.key].code, forum.codes[item][0])


def _answer(stage: Stage, forum: Forum, item: Item, work: Work) -> None:
    tutor, (first, *others) = stage.actor(forum.run.tutor), forum.codes[item]
    if others:
        questions.merge(work, tutor, first, others)
    questions.write_answer(work, tutor, first, item.asked[0], item.answer)


def _publish(stage: Stage, forum: Forum, day: date, work: Work) -> None:
    questions.publish_digest(work, stage.actor(forum.run.tutor), stage.cohorts[forum.run.key].code, day)


def _thank(stage: Stage, forum: Forum, items: list[Item], work: Work) -> None:
    """Some say the next morning that it helped."""
    cohort = stage.cohorts[forum.run.key]
    for item in items:
        page = queries.get_question(work, cohort, forum.codes[item][0], None)
        for key in stage.dice.sample(list(forum.keys), stage.dice.randint(0, 5)):
            questions.thank(work, stage.actor(key), cohort.code, page.answers[0].item_code)


def _correct(stage: Stage, forum: Forum, item: Item, work: Work) -> None:
    page = queries.get_question(work, stage.cohorts[forum.run.key], forum.codes[item][0], None)
    tutor = stage.actor(forum.run.tutor)
    questions.correct_item(work, tutor, page.answers[0].item_code, item.corrected, item.note)
