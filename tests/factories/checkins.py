"""Check-ins for tests, made through the service."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from lms.kernel.work import Read, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Task
from lms.learning.checkins import models, service
from lms.learning.checkins.rules import HandInValues
from lms.people.accounts.queries import Person
from tests.factories.enrollments import student_actor

TEXT = "把一个观点写清楚，给没学过的人看。"
LINK = "https://example.com/work"


def task_of(read: Read, cohort: Cohort, day: int = 1, key: str = "write") -> Task:
    """Give a task of a cohort by day and key."""
    return next(one for one in camps.list_tasks(read, cohort.id) if (one.day_number, one.key) == (day, key))


def values(**over: Any) -> HandInValues:
    """Give a complete hand-in."""
    return HandInValues(**{"text": TEXT, "link": LINK, "number": "", **over})


def make_check_in(work: Work, person: Person, task: Task, **over: Any) -> models.CheckIn:
    """Hand in a task."""
    return service.check_in(work, student_actor(person), task.code, values(**over))


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    """Draw a small picture."""
    out = BytesIO()
    Image.new("RGB", size, "#12715b").save(out, form, **more)
    return out.getvalue()
