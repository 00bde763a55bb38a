"""The operator's list of students, and what may be done to one."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotFound
from lms.kernel.text import t, tn
from lms.kernel.work import Read, Work, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries, service
from lms.learning.enrollments.forms import ReasonForm, SeatsForm
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.routes.door import blueprint
from lms.learning.enrollments.rules import CAUSE_WORDS, STATE_WORDS, EnrollmentState, move
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.ports import ports
from lms.web.refusals import refusals_on

PAGE = 50
_S = EnrollmentState
_REMOVALS = {"expel": _S.EXPELLED, "withdraw": _S.WITHDRAWN}
STATE_KINDS = {
    _S.WAITLISTED: "sky",
    _S.ENROLLED: "ok",
    _S.SUSPENDED: "amber",
    _S.COMPLETED: "ok",
    _S.NOT_COMPLETED: "plain",
    _S.WITHDRAWN: "plain",
    _S.EXPELLED: "rose",
}


def _state_tabs(counts: dict[str, int], code: str, chosen: str) -> list[tuple[str, str, bool]]:
    everybody = (url_for(".students", code=code), t("全部 {n}", "All {n}", n=sum(counts.values())), not chosen)
    return [everybody] + [
        (url_for(".students", code=code, state=state), f"{word} {counts[state]}", state == chosen)
        for state, word in STATE_WORDS.items()
        if counts.get(state)
    ]


def _student_list(code: str, form: SeatsForm | None = None, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    cohort = camps.get_cohort(read, code)
    state = request.args.get("state", "")
    states = [state] if state in list(EnrollmentState) else list(EnrollmentState)
    after = request.args.get("after", 0, type=int)
    students = queries.list_students(read, cohort.id, after, PAGE + 1, states)
    seats = queries.count_seats(read, cohort.id)
    return render(
        "learning/enrollments/students.html",
        status=status,
        cohort=cohort,
        students=students[:PAGE],
        tabs=_state_tabs(queries.count_states(read, cohort.id), code, state),
        words=STATE_WORDS,
        reasons=CAUSE_WORDS,
        kinds=STATE_KINDS,
        state=state,
        seats=seats,
        next_after=students[PAGE - 1].id if len(students) > PAGE else None,
        first_page=after == 0,
        seats_form=form or SeatsForm(formdata=None, seats=seats.seats),
    )


@blueprint.get("/console/cohorts/<code>/students")
@role("operator")
def students(code: str) -> ResponseReturnValue:
    """List the students of a cohort."""
    return _student_list(code)


@blueprint.post("/console/cohorts/<code>/seats")
@role("operator")
def change_seats(code: str) -> ResponseReturnValue:
    """Change the number of seats; people in line move up into new ones."""
    form = SeatsForm()
    moved = 0
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            moved = service.change_seats(work, current_actor(), code, form.seats.data or 0)
    if form.errors:
        return _student_list(code, form, 422)
    said = tn(
        moved,
        "名额已改，{n} 人从候补入营。",
        "Seats changed; {n} person moved up.",
        "Seats changed; {n} people moved up.",
    )
    return see_other(url_for(".students", code=code), said)


@blueprint.get("/console/cohorts/<code>/students/<student>")
@role("operator")
def student(code: str, student: str) -> ResponseReturnValue:
    """Show one student with what can be changed."""
    return _student_page(code, student, ReasonForm(formdata=None))


def _student_page(code: str, student: str, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    cohort, enrollment = _found(read, code, student)
    return render(
        "learning/enrollments/student.html",
        status=status,
        cohort=cohort,
        enrollment=enrollment,
        person=queries.person_of(read, enrollment),
        changes=queries.list_changes(read, enrollment.id),
        reasons=CAUSE_WORDS,
        words=STATE_WORDS,
        kinds=STATE_KINDS,
        form=form,
    )


@blueprint.post("/console/cohorts/<code>/students/<student>/suspend")
@role("operator")
def suspend(code: str, student: str) -> ResponseReturnValue:
    """Close the content for a student for now, with a reason that the student reads."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _student_page(code, student, form, 422)
    with begin_work() as work:
        service.suspend(work, current_actor(), _enrollment_id(work, code, student), form.reason.data or "")
    said = t("已暂停，学员会收到通知。", "Suspended; the student is told.")
    return see_other(url_for(".student", code=code, student=student), said)


@blueprint.get("/console/cohorts/<code>/students/<student>/<any(expel, withdraw):act>")
@role("operator")
def confirm_removal(code: str, student: str, act: str) -> ResponseReturnValue:
    """Say in numbers what removing or withdrawing a student means, before it happens."""
    return _removal_page(code, student, act, ReasonForm(formdata=None))


def _removal_page(code: str, student: str, act: str, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    read = begin_read()
    cohort, enrollment = _found(read, code, student)
    move(enrollment.state, _REMOVALS[act])
    return render(
        "learning/enrollments/remove.html",
        status=status,
        cohort=cohort,
        enrollment=enrollment,
        person=queries.person_of(read, enrollment),
        act=act,
        form=form,
        kept=ports.what_is_kept(read, enrollment.id),
        next_in_line=queries.next_in_line(read, cohort),
        seats=queries.count_seats(read, cohort.id),
    )


@blueprint.post("/console/cohorts/<code>/students/<student>/<any(expel, withdraw):act>")
@role("operator")
def remove(code: str, student: str, act: str) -> ResponseReturnValue:
    """Remove a student for good or withdraw them, with a reason that they read."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _removal_page(code, student, act, form, 422)
    leave = service.expel if act == "expel" else service.withdraw_student
    with begin_work() as work:
        leave(work, current_actor(), _enrollment_id(work, code, student), form.reason.data or "")
    expelled = t("已移出，学员会收到通知。", "Removed; the student is told.")
    said = expelled if act == "expel" else t("已办理退出，学员会收到通知。", "Withdrawn; the student is told.")
    return see_other(url_for(".student", code=code, student=student), said)


@blueprint.post("/console/cohorts/<code>/students/<student>/resume")
@role("operator")
def resume(code: str, student: str) -> ResponseReturnValue:
    """Open the content again for a suspended student."""
    with begin_work() as work:
        service.resume(work, current_actor(), _enrollment_id(work, code, student))
    return see_other(url_for(".student", code=code, student=student), t("已恢复。", "Resumed."))


@blueprint.post("/console/cohorts/<code>/students/<student>/move-up")
@role("operator")
def move_up(code: str, student: str) -> ResponseReturnValue:
    """Give a free seat to somebody in line."""
    with begin_work() as work:
        moved = service.move_up(work, current_actor(), _enrollment_id(work, code, student))
    said = t("已入营，通知已发。", "Moved up and told.")
    if moved.state == EnrollmentState.WAITLISTED:
        said = t("座位为对方留 24 小时，付款通知已发。", "The seat is held for 24 hours; they are told to pay.")
    return see_other(url_for(".student", code=code, student=student), said)


def _found(read: Read, code: str, student: str) -> tuple[Cohort, Enrollment]:
    cohort, enrollment = camps.get_cohort(read, code), queries.get_enrollment_by_code(read, student)
    if enrollment.cohort_id != cohort.id:
        raise NotFound
    return cohort, enrollment


def _enrollment_id(work: Work, code: str, student: str) -> int:
    return _found(work, code, student)[1].id
