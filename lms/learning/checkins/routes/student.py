"""A student's days: one day, the calendar, ticking off."""

from flask import url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotFound
from lms.kernel.work import begin_read, begin_work
from lms.learning.camps.queries import Cohort
from lms.learning.checkins import queries, service
from lms.learning.checkins.forms import TickForm
from lms.learning.checkins.queries import DayView
from lms.learning.checkins.routes import blueprint
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.rules import may_open_day, may_work
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import is_part, render, see_other


def day_url(code: str, number: int) -> str:
    """Give the address of a day's page."""
    return url_for("checkins.day", code=code, number=number)


def locked(cohort: Cohort, view: DayView) -> ResponseReturnValue:
    """Say when a day opens, and what is open now; 403."""
    return render("learning/checkins/locked.html", status=403, cohort=cohort, day=view.day)


@blueprint.get("/learn/<code>/days/<int:number>")
@signed_in
def day(code: str, number: int) -> ResponseReturnValue:
    """Show a day: goal, material, tasks."""
    return _day(code, number)


@blueprint.get("/learn/<code>/days/<int:number>/head")
@signed_in
def day_head(code: str, number: int) -> ResponseReturnValue:
    """Show the head of a day again after a task changed."""
    return _day(code, number, "learning/checkins/_day_head.html")


def _day(code: str, number: int, part: str | None = None) -> ResponseReturnValue:
    read = begin_read()
    cohort, enrollment = enrollments.require_student(read, current_actor(), code)
    view = queries.day_view(read, enrollment, number)
    if not may_open_day(enrollment.state, cohort.state, view.day, read.now):
        return locked(cohort, view)
    return render(
        "learning/checkins/day.html",
        part=part,
        cohort=cohort,
        view=view,
        may_work=may_work(enrollment.state, cohort.state),
    )


@blueprint.get("/learn/<code>/calendar")
@signed_in
def calendar(code: str) -> ResponseReturnValue:
    """Show all days with their marks."""
    read = begin_read()
    cohort, enrollment = enrollments.require_student(read, current_actor(), code)
    progress, days = queries.calendar_view(read, enrollment)
    return render("learning/checkins/calendar.html", cohort=cohort, progress=progress, days=days)


@blueprint.post("/learn/<code>/tasks/<task_code>/tick")
@signed_in
def tick(code: str, task_code: str) -> ResponseReturnValue:
    """Tick a reading or watching task off, or take the tick back."""
    who, form = current_actor(), TickForm()
    with begin_work() as work:
        service.tick(work, who, task_code, form.done.data == "1")
    read = begin_read()
    cohort, enrollment = enrollments.require_student(read, who, code)
    task = queries.require_task(read, cohort.id, task_code)
    if not is_part():
        return see_other(day_url(code, task.day_number) + f"#task-{task_code}")
    view = queries.day_view(read, enrollment, task.day_number)
    card = next((card for card in view.tasks if card.code == task_code), None)
    if card is None:
        raise NotFound
    return render(
        "learning/checkins/day.html",
        part="learning/checkins/_task.html",
        trigger="task-changed",
        cohort=cohort,
        view=view,
        card=card,
        may_work=True,
        just_done=card.is_done,
    )
