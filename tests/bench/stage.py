"""A cohort of any size, told through the services, with a day of thirty tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta

from flask import Flask

from lms.affiliates.contests.models import BoardEntry
from lms.affiliates.contests.rules import Period, start_of
from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import agreement_in_force
from lms.affiliates.tracking import queries as tracking
from lms.affiliates.tracking.rules import program_day
from lms.kernel.db import db, insert_once
from lms.kernel.work import SYSTEM, Actor, Work, begin_read, begin_work
from lms.kernel.worker import drain
from lms.learning.camps import queries as camps
from lms.learning.camps import service as camp_service
from lms.learning.checkins import service as checkins
from lms.learning.checkins.rules import HandInValues
from lms.learning.enrollments import service as enrollments
from lms.people.accounts import service as accounts
from lms.people.accounts.queries import Person
from tests.factories.partners import make_partner

STUDENT = frozenset({"student"})
_BOARD_KEY = ["period", "starts_on", "partner_id"]
TASKS = 30
DAYS = 21
BATCH = 50
BOARD = 1000
PASSWORD = "bench-password-1"


@dataclass(frozen=True)
class Cast:
    """Who and what the requests are made with."""

    camp: str
    cohort: str
    day: int
    tasks: tuple[str, ...]
    students: tuple[int, ...]
    tutor: int
    partner: int
    link: str
    email: str


def _folder() -> dict[str, bytes]:
    head = (
        'slug = "bench"\ntitle = "基准营"\nlanguage = "zh"\npromise = "量一量。"\nsummary = "每天三十件。"\n'
        'unlock = "06:00"\ncutoff = "22:00"\noutcomes = ["快"]\naudience = ["所有人"]\ncompletion_percent = 80\n'
    )
    files = {"camp.toml": head.encode()}
    for number in range(DAYS + 1):
        tasks = "".join(
            f"  - key: t{n}\n    kind: {'check_in' if n % 3 == 0 else 'read'}\n    title: 第 {n} 件\n    minutes: 5\n"
            f"    required: {'true' if n % 3 == 0 else 'false'}\n" + ("    asks: [text]\n" if n % 3 == 0 else "")
            for n in range(TASKS if number == 5 else 3)
        )
        files[f"days/{number:02d}-d.md"] = (
            f"---\ntitle: 第 {number} 课\ngoal: 做完。\nminutes: 30\ntasks:\n{tasks}---\n" + "正文一段。\n\n" * 20
        ).encode()
    return files


def _people(work: Work, name: str, count: int) -> Iterator[Person]:
    for n in range(count):
        yield accounts.create_person(
            work, SYSTEM, email=f"{name}{n}@example.com", password=None, display_name=f"学员{n}", confirmed=True
        )


def _partner(work: Work) -> tuple[int, int]:
    person = accounts.create_person(
        work, SYSTEM, email="p@example.com", password=None, display_name="Ada", roles=("student",), confirmed=True
    )
    agreed = agreement_in_force("zh")
    who = Actor(person.id, STUDENT)
    partner = partners.apply(work, who, "bench", agreed.version, agreed.digest)
    partners.approve(work, SYSTEM, partner.code)
    return person.id, partner.id


def tell(app: Flask, size: int) -> Cast:
    """Make a running cohort on day 5 with `size` students who handed in the days before."""
    with app.app_context():
        with begin_work() as work:
            partner_person, partner_id = _partner(work)
        drain(app)
        with begin_work() as work:
            cohort_id, cohort_code, camp, tutor = _cohort(work, size)
            _open_next(work, camp)
            email = _someone_with_password(work)
        students = _fill(cohort_id, cohort_code, size)
        with begin_work() as work:
            for state in ("closed", "running"):
                camp_service.move_cohort(work, SYSTEM, cohort_id, state)
        if size > BATCH:
            _fill_board()
        else:
            drain(app)  # mails and receipts of thousands change nothing that the pages read
        read = begin_read()
        link = tracking.default_link(read, partner_id)
        hand_ins = tuple(task.code for task in camps.get_day(read, cohort_id, 5).tasks if task.kind == "check_in")
        db.session.remove()
        assert link is not None
        return Cast(camp, cohort_code, 5, hand_ins, students, tutor, partner_person, link.code, email)


def _cohort(work: Work, size: int) -> tuple[int, str, str, int]:
    """Open a cohort that began four days ago; give its id and code, its camp and its tutor."""
    report = camp_service.import_camp(work, SYSTEM, _folder())
    if not report.is_good:
        raise RuntimeError(report.errors)
    camp_service.publish_camp(work, SYSTEM, report.slug)
    tutor = accounts.create_person(
        work, SYSTEM, email="t@example.com", password=None, display_name="陈老师", roles=("tutor",)
    )
    starts = work.now.date() - timedelta(days=4)
    plan = camp_service.open_cohort(
        work, SYSTEM, report.slug, starts_on=starts, seats=size + 10, cutoff=time(22), tutors=[tutor.id]
    )
    camp_service.move_cohort(work, SYSTEM, plan.id, "enrolling", "bench")
    return plan.id, plan.code, report.slug, tutor.id


def _open_next(work: Work, camp: str) -> None:
    """Open a later cohort of the camp, so that its landing page sells seats."""
    starts = work.now.date() + timedelta(days=14)
    plan = camp_service.open_cohort(work, SYSTEM, camp, starts_on=starts, seats=100, cutoff=time(22))
    camp_service.move_cohort(work, SYSTEM, plan.id, "enrolling", "bench")


def _someone_with_password(work: Work) -> str:
    email = "in@example.com"
    accounts.create_person(work, SYSTEM, email=email, password=PASSWORD, display_name="小林", confirmed=True)
    return email


def _fill_board() -> None:
    """Put a thousand partners on this week's board; how they got there changes nothing that the page reads."""
    for start in range(0, BOARD, BATCH):
        with begin_work() as work:
            week = start_of(Period.WEEK, program_day(work.now))
            for n in range(start, start + BATCH):
                _, partner = make_partner(work, f"Partner {chr(65 + n % 26)}{n}")
                entry = {"partner_id": partner.id, "joined": 1 + n % 97, "reached_at": work.now}
                insert_once(work, BoardEntry, _BOARD_KEY, period=Period.WEEK, starts_on=week, **entry)


def _fill(cohort_id: int, cohort_code: str, size: int) -> tuple[int, ...]:
    made: list[int] = []
    days = 4 if size <= BATCH else 1  # a large cohort is about the number of people, not of their hand-ins
    tasks = [t for t in camps.list_tasks(begin_read(), cohort_id) if 0 < t.day_number <= days and t.required]
    for start in range(0, size, BATCH):
        with begin_work() as work:
            for person in _people(work, f"s{start}-", min(BATCH, size - start)):
                who = Actor(person.id, STUDENT)
                enrollments.join(work, who, cohort_code, None)
                made.append(person.id)
                for task in tasks:
                    checkins.check_in(work, who, task.code, HandInValues(text=f"我写了{person.id}，第 {task.id} 段。"))
    return tuple(made)
