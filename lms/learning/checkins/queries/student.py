"""A student's own days: marks, today, one day, the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Day, DayPage
from lms.learning.checkins.queries.cards import TRAIL_WORDS, Stored, TaskCard, list_stored, task_card
from lms.learning.checkins.queries.plans import Plan, TaskLine, load_plan
from lms.learning.checkins.rules import CheckInState, DayMark, Progress, progress
from lms.learning.enrollments.queries import Enrollment


@dataclass(frozen=True)
class TodayView:
    """Everything of this room that Today shows.

    `day` is the current day, `next_day` the next to unlock; `returned` are other days' tasks that wait for a
    new version; `owed` counts required tasks of closed days that were never handed in.
    """

    day: Day | None
    next_day: Day | None
    tasks: list[TaskCard]
    returned: list[TaskCard]
    owed: int
    progress: Progress
    marks: list[str]
    days_done: int

    @property
    def done(self) -> int:
        """Count the tasks of the day that are done."""
        return sum(card.is_done for card in self.tasks)

    @property
    def minutes_left(self) -> int:
        """Count the minutes of the day's tasks still to do."""
        return sum(card.minutes for card in self.tasks if not card.is_done)


@dataclass(frozen=True)
class DayView:
    """One day for one student."""

    page: DayPage
    tasks: list[TaskCard]

    @property
    def day(self) -> Day:
        """Give the day itself."""
        return self.page.day

    @property
    def first_to_do(self) -> str:
        """Give the code of the first hand-in still to write, required ones before others; empty for none."""
        todo = [card for card in self.tasks if card.is_hand_in and card.state in ("open", "draft", "missed")]
        return min(todo, key=lambda card: not card.required).code if todo else ""

    @property
    def done(self) -> int:
        """Count the tasks that are done."""
        return sum(card.is_done for card in self.tasks)


@dataclass(frozen=True)
class CalendarDay:
    """A day of the calendar with its mark and how many of its tasks are done; `late` of them came late."""

    day: Day
    mark: DayMark
    done: int
    total: int
    late: int
    is_open: bool


def _fold(plan: Plan, stored: Mapping[int, Stored], now: datetime, joined_at: datetime) -> Progress:
    hand_ins = {task: one for task, row in stored.items() if (one := row.hand_in) is not None}
    return progress(plan.folds, hand_ins, now, joined_at)


def list_marks(read: Read, enrollment: Enrollment) -> Progress:
    """Give a student's progress: marks by day number, streak, required tasks done and asked."""
    plan = load_plan(read, enrollment.cohort_id)
    return _fold(plan, list_stored(read, enrollment.id), read.now, enrollment.joined_at)


def today_view(read: Read, enrollment: Enrollment, cohort: Cohort) -> TodayView:
    """Give what Today shows of a cohort, in three statements."""
    plan = load_plan(read, cohort.id)
    stored = list_stored(read, enrollment.id)
    day = camps.current_day(plan.days, read.now)
    cards = [task_card(task, stored.get(task.id), read.now) for task in plan.tasks]
    found = _fold(plan, stored, read.now, enrollment.joined_at)
    number = day.number if day else None
    return TodayView(
        day=day if day and day.is_unlocked(read.now) else None,
        next_day=next((one for one in plan.days if one.unlocks_at > read.now), None),
        tasks=[card for card in cards if card.day_number == number and card.state != "locked"],
        returned=[card for card in cards if card.day_number != number and card.state == CheckInState.RETURNED],
        owed=_count_owed(plan, cards, enrollment.joined_at),
        progress=found,
        marks=trail_of(found),
        days_done=sum(mark in (DayMark.DONE, DayMark.MADE_UP) for n, mark in found.marks.items() if n > 0),
    )


def _count_owed(plan: Plan, cards: Sequence[TaskCard], joined_at: datetime) -> int:
    return sum(
        card.state == "missed" and task.required and task.cutoff_at > joined_at
        for task, card in zip(plan.tasks, cards, strict=True)
    )


def trail_of(found: Progress) -> list[str]:
    """Give the marks of days 1 and on in the words of the trail."""
    return [TRAIL_WORDS[mark] for number, mark in found.marks.items() if number > 0]


def day_view(read: Read, enrollment: Enrollment, number: int) -> DayView:
    """Give one day with the student's tasks, locked or not: the caller decides. Raises NotFound."""
    page = camps.get_day(read, enrollment.cohort_id, number)
    stored = list_stored(read, enrollment.id, page.day.id)
    return DayView(page, [task_card(task, stored.get(task.id), read.now) for task in page.tasks])


def calendar_view(read: Read, enrollment: Enrollment) -> tuple[Progress, list[CalendarDay]]:
    """Give all days with marks and counts, and the progress over them."""
    plan = load_plan(read, enrollment.cohort_id)
    stored = list_stored(read, enrollment.id)
    found = _fold(plan, stored, read.now, enrollment.joined_at)
    by_day: dict[int, list[TaskLine]] = {}
    for task in plan.tasks:
        by_day.setdefault(task.day_number, []).append(task)
    return found, [
        _calendar_day(day, by_day.get(day.number, []), stored, found.marks[day.number], read.now) for day in plan.days
    ]


def _calendar_day(
    day: Day, tasks: Sequence[TaskLine], stored: Mapping[int, Stored], mark: DayMark, now: datetime
) -> CalendarDay:
    mine = [stored[task.id] for task in tasks if task.id in stored]
    return CalendarDay(
        day=day,
        mark=mark,
        done=sum(bool(one.hand_in and one.hand_in.done) for one in mine),
        total=len(tasks),
        late=sum(one.timing == "late" for one in mine),
        is_open=day.is_unlocked(now),
    )


def require_task(read: Read, cohort_id: int, code: str) -> camps.Task:
    """Require a task of this very cohort: NotFound."""
    task = camps.get_task(read, code)
    if task.cohort_id != cohort_id:
        raise NotFound
    return task
