"""Today, and the ways from a place in the navigation into the cohort that is meant."""

from flask import Response, request, url_for

from lms.home.queries.front import list_open_camps
from lms.home.queries.today import Stage, look_at_today
from lms.home.routes.door import blueprint
from lms.home.rules import choose_place
from lms.kernel.work import begin_read
from lms.learning.enrollments.queries import list_my_cohorts
from lms.learning.enrollments.rules import READING, EnrollmentState
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import is_part, render, see_other


def _person_id() -> int:
    """Give whom the guard has let in."""
    return current_actor().person_id or 0


@blueprint.get("/today")
@signed_in
def today() -> Response:
    """Show what to do today, in the cohort asked for or the one that needs its student most."""
    return _today()


@blueprint.get("/today/head")
@signed_in
def today_head() -> Response:
    """Show the head of Today again after a task has changed."""
    return _today("home/_today_head.html")


def _today(part: str | None = None) -> Response:
    read = begin_read()
    page = look_at_today(read, _person_id(), request.args.get("cohort", ""))
    if part is not None and (page.stage is not Stage.RUNNING or not is_part()):
        return see_other(url_for("home.today", cohort=request.args.get("cohort")))
    camps = list_open_camps(read) if page.stage is Stage.NONE else []
    return render("home/today.html", part=part, page=page, cohort=page.mine.cohort if page.mine else None, camps=camps)


@blueprint.get("/calendar")
@signed_in
def calendar() -> Response:
    """Lead to the curriculum of the cohort that is meant."""
    code = _current_code()
    if code is None:
        return _no_cohort("calendar")
    return see_other(url_for("checkins.calendar", code=code))


@blueprint.get("/class")
@signed_in
def classmates() -> Response:
    """Lead to the class of the cohort that is meant."""
    code = _current_code()
    if code is None:
        return _no_cohort("class")
    return see_other(url_for("checkins.classmates", code=code))


@blueprint.get("/questions")
@signed_in
def questions() -> Response:
    """Lead to the questions of the cohort that is meant."""
    code = _current_code()
    if code is None:
        return _no_cohort("questions")
    return see_other(url_for("questions.asking", code=code))


def _no_cohort(place: str) -> Response:
    """Say what a place is for; who waits in line is told so instead of being asked to join."""
    mine = list_my_cohorts(begin_read(), _person_id())
    waits = any(one.enrollment.state == EnrollmentState.WAITLISTED for one in mine)
    return render("home/no_cohort.html", place=place, waits=waits)


def _current_code() -> str | None:
    """Give the code of the cohort whose pages somebody may read now."""
    places = [one for one in list_my_cohorts(begin_read(), _person_id()) if one.enrollment.state in READING]
    mine = choose_place(places)
    return mine.cohort.code if mine else None
