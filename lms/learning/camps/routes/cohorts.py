"""The console's pages of cohorts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask import Response, request, url_for

from lms.kernel.errors import Forbidden, Invalid
from lms.kernel.text import t
from lms.kernel.work import Actor, Read, begin_read, begin_work
from lms.learning.camps import queries, service
from lms.learning.camps.forms import COMMON_ZONES, CohortForm, MoveForm, NewCohortForm, TutorForm
from lms.learning.camps.routes.blueprint import blueprint
from lms.learning.camps.rules import COHORT_MOVES, NEEDS_REASON, CampState, CohortState, has_started, zone_of
from lms.learning.camps.words import MOVES, STATES
from lms.people.accounts import queries as accounts
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

_PAGE = 50


@blueprint.get("/console/cohorts")
@role("tutor", "operator")
def cohorts() -> Response:
    """List cohorts, the newest first; a tutor sees those they tutor."""
    read, who = begin_read(), current_actor()
    before = request.args.get("before", type=int)
    if who.has("operator"):
        found = queries.list_cohorts(read, before=before, limit=_PAGE + 1)
    else:
        found = queries.list_tutored(read, who.person_id or 0)
    days = queries.list_days_of(read, [cohort.id for cohort in found if cohort.state == CohortState.RUNNING])
    return render(
        "learning/camps/cohorts.html",
        cohorts=found[:_PAGE],
        more=found[_PAGE - 1].id if len(found) > _PAGE else None,
        newest=before is None,
        may_open=who.has("operator"),
        current={cohort_id: queries.current_day(listed, read.now) for cohort_id, listed in days.items()},
    )


# --- A new one --------------------------------------------------------------


def _prepared(read: Read) -> NewCohortForm:
    form = NewCohortForm()
    camps = [camp for camp in queries.list_camps(read) if camp.revision_id and camp.state != CampState.ARCHIVED]
    camps.sort(key=lambda camp: camp.state != CampState.PUBLISHED)
    form.camp.choices = [(camp.slug, camp.title) for camp in camps]
    people = accounts.list_people(read, accounts.list_holders(read, "tutor"))
    form.tutors.choices = [(person.code, person.display_name) for person in people.values()]
    return form


@blueprint.get("/console/cohorts/new")
@role("operator")
def new_cohort() -> Response:
    """Show the form of a new cohort with sensible values filled in."""
    read = begin_read()
    form = _prepared(read)
    slugs = [slug for slug, _ in form.camp.choices]
    if slugs:
        wanted = request.args.get("camp", "")
        form.camp.data = wanted if wanted in slugs else slugs[0]
        story = queries.get_story(read, form.camp.data)
        form.cutoff.data, form.completion_percent.data = story.cutoff, story.completion_percent
    today = read.now.astimezone(zone_of(form.time_zone.data)).date()
    form.starts_on.data = today + timedelta(days=14 - today.weekday())  # a Monday one to two weeks ahead
    return _new(form)


def _new(form: NewCohortForm, status: int = 200) -> Response:
    return render("learning/camps/cohort_new.html", status=status, form=form, zones=COMMON_ZONES)


@blueprint.post("/console/cohorts/new")
@role("operator")
def open_cohort() -> Response:
    """Set a cohort up."""
    form = _prepared(begin_read())
    if not form.validate_on_submit():
        return _new(form, 422)
    with refusals_on(form), begin_work() as work:
        tutors = [accounts.get_person_by_code(work, code).id for code in form.tutors.data]
        cohort = service.open_cohort(work, current_actor(), form.camp.data, **form.plan(tutors))
    if form.errors:
        return _new(form, 422)
    return see_other(
        url_for("camps.cohort", code=cohort.code),
        t("已建好，检查后开放报名", "Set up. Look it over, then open enrollment"),
    )


# --- One cohort -------------------------------------------------------------


def _seen(read: Read, who: Actor, code: str) -> queries.Cohort:
    """Get a cohort for staff who may see it: operators, and its own tutors."""
    cohort = queries.get_cohort(read, code)
    if not who.has("operator") and not queries.is_tutor(read, cohort.id, who.person_id):
        raise Forbidden
    return cohort


@blueprint.get("/console/cohorts/<code>")
@role("tutor", "operator")
def cohort(code: str) -> Response:
    """Show a cohort: facts, days, moves, tutors."""
    return _cohort(code)


def _cohort(
    code: str,
    status: int = 200,
    *,
    form: CohortForm | None = None,
    move_form: MoveForm | None = None,
    tutor_form: TutorForm | None = None,
) -> Response:
    read, who = begin_read(), current_actor()
    found = _seen(read, who, code)
    days, changes = queries.list_days(read, found.id), queries.list_changes(read, found.id)
    if form is None:
        form = CohortForm(formdata=None)
        form.fill(found)
    tutors = queries.list_tutors(read, found.id)
    people = accounts.list_people(read, [*tutors, *(c.who for c in changes if c.who is not None)])
    return render(
        "learning/camps/cohort.html",
        status=status,
        cohort=found,
        days=days,
        today=queries.current_day(days, read.now),
        started=has_started(days, read.now),
        changes=changes,
        moves=[(to, MOVES[to], to in NEEDS_REASON) for to in _plain_first(COHORT_MOVES[found.state])],
        tutors=[people[id_] for id_ in tutors],
        persons=people,
        form=form,
        move_form=move_form or MoveForm(formdata=None),
        tutor_form=tutor_form or _tutor_form(read, tutors),
        zones=COMMON_ZONES,
        may_change=who.has("operator"),
    )


def _plain_first(moves: Iterable[CohortState]) -> list[CohortState]:
    return sorted(moves, key=lambda to: to in NEEDS_REASON)


def _tutor_form(read: Read, present: list[int]) -> TutorForm:
    form = TutorForm()
    free = [id_ for id_ in accounts.list_holders(read, "tutor") if id_ not in present]
    people = accounts.list_people(read, free)
    form.person.choices = [(person.code, person.display_name) for person in people.values()]
    return form


@blueprint.post("/console/cohorts/<code>/edit")
@role("operator")
def change_cohort(code: str) -> Response:
    """Change a cohort's name, rules and, before it starts, its dates."""
    form = CohortForm()
    if not form.validate_on_submit():
        return _cohort(code, 422, form=form)
    with refusals_on(form), begin_work() as work:
        found = queries.get_cohort(work, code)
        service.change_cohort(work, current_actor(), found.id, **form.changes())
    if form.errors:
        return _cohort(code, 422, form=form)
    return see_other(url_for("camps.cohort", code=code), t("已保存", "Saved"))


@blueprint.post("/console/cohorts/<code>/move")
@role("operator")
def move_cohort(code: str) -> Response:
    """Move a cohort into another state."""
    form = MoveForm()
    if not form.validate_on_submit():
        return _cohort(code, 422, move_form=form)
    if form.to.data not in tuple(CohortState):
        raise Invalid
    with refusals_on(form), begin_work() as work:
        found = queries.get_cohort(work, code)
        moved = service.move_cohort(work, current_actor(), found.id, form.to.data, form.why.data or "")
    if form.errors:
        return _cohort(code, 422, move_form=form)
    return see_other(
        url_for("camps.cohort", code=code),
        t("现在是「{state}」", "It is now: {state}", state=STATES[moved.state][1]),
    )


@blueprint.post("/console/cohorts/<code>/tutors")
@role("operator")
def add_tutor(code: str) -> Response:
    """Let somebody tutor a cohort."""
    read = begin_read()
    form = _tutor_form(read, queries.list_tutors(read, queries.get_cohort(read, code).id))
    if not form.validate_on_submit():
        return _cohort(code, 422, tutor_form=form)
    with refusals_on(form), begin_work() as work:
        person = accounts.get_person_by_code(work, form.person.data)
        service.assign_tutor(work, current_actor(), queries.get_cohort(work, code).id, person.id)
    if form.errors:
        return _cohort(code, 422, tutor_form=form)
    return see_other(
        url_for("camps.cohort", code=code), t("{name} 来答疑了", "{name} tutors now", name=person.display_name)
    )


@blueprint.post("/console/cohorts/<code>/tutors/<person_code>/remove")
@role("operator")
def remove_tutor(code: str, person_code: str) -> Response:
    """End somebody's work as tutor of a cohort."""
    with begin_work() as work:
        person = accounts.get_person_by_code(work, person_code)
        service.remove_tutor(work, current_actor(), queries.get_cohort(work, code).id, person.id)
    return see_other(
        url_for("camps.cohort", code=code),
        t("{name} 不再答疑这一期", "{name} no longer tutors this cohort", name=person.display_name),
    )


@blueprint.get("/console/cohorts/<code>/preview/<int:number>")
@role("tutor", "operator")
def preview(code: str, number: int) -> Response:
    """Show any day as its students will see it, locked or not."""
    read = begin_read()
    found = _seen(read, current_actor(), code)
    page = queries.get_day(read, found.id, number)
    numbers = [day.number for day in queries.list_days(read, found.id)]
    return render("learning/camps/preview.html", cohort=found, page=page, numbers=numbers)
