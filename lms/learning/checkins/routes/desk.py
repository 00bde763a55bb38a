"""The tutor's desk: the queue, one hand-in, who is behind."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import Conflict, Refusal
from lms.kernel.text import t
from lms.kernel.work import Actor, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import CohortState
from lms.learning.checkins import queries, service
from lms.learning.checkins.errors import AlreadyReviewed, HandInChanged, HandInClaimed
from lms.learning.checkins.forms import ReviewForm, VoidForm
from lms.learning.checkins.routes import blueprint
from lms.web.guards import current_actor, role
from lms.web.htmx import is_part, render, see_other

PAGE = 30


@blueprint.get("/desk/check-ins")
@role("tutor", "operator")
def desk() -> ResponseReturnValue:
    """List what waits for a review in all cohorts of the tutor, oldest first."""
    read, who = begin_read(), current_actor()
    after = request.args.get("after")
    return render(
        "learning/checkins/desk.html",
        queue=queries.queue(read, who, after, PAGE),
        waiting=queries.count_queue(read, who),
        first_page=after is None,
        my_id=who.person_id,
    )


def _show(
    code: str, form: ReviewForm | None = None, *, status: int = 200, part: str | None = None
) -> ResponseReturnValue:
    read, who = begin_read(), current_actor()
    view = queries.get_hand_in(read, who, code)
    return render(
        "learning/checkins/review.html",
        part=part,
        status=status,
        quiet=form is None,  # the page takes the lease by itself: what was said before it stays
        view=view,
        form=form or ReviewForm(formdata=None, revision=str(view.revision)),
        void_form=VoidForm(formdata=None),
        next_code=queries.next_in_queue(read, who, code),
        previous_code=queries.next_in_queue(read, who, code, back=True),
        queue=queries.queue(read, who, None, 12),
        my_id=who.person_id,
    )


@blueprint.get("/desk/check-ins/<code>")
@role("tutor", "operator")
def review(code: str) -> ResponseReturnValue:
    """Show one hand-in with its versions and the form to review it."""
    return _show(code)


@blueprint.post("/desk/check-ins/<code>/claim")
@role("tutor", "operator")
def claim(code: str) -> ResponseReturnValue:
    """Take the lease, so that others see who reads this."""
    try:
        with begin_work() as work:
            service.claim(work, current_actor(), code)
    except HandInClaimed:
        # Losing the race is no error for somebody who only looks: the part says who has it.
        if not is_part():
            raise
    return _after_claim(code)


@blueprint.post("/desk/check-ins/<code>/release")
@role("tutor", "operator")
def release(code: str) -> ResponseReturnValue:
    """Give the lease back."""
    with begin_work() as work:
        service.release(work, current_actor(), code)
    return _after_claim(code)


def _after_claim(code: str) -> ResponseReturnValue:
    if is_part():
        return _show(code, part="learning/checkins/_claim.html")
    return see_other(url_for(".review", code=code))


@blueprint.post("/desk/check-ins/<code>/accept")
@role("tutor", "operator")
def accept(code: str) -> ResponseReturnValue:
    """Accept the version read, then go to the next."""
    return _judge(code, True)


@blueprint.post("/desk/check-ins/<code>/return")
@role("tutor", "operator")
def give_back(code: str) -> ResponseReturnValue:
    """Return the version read with a comment, then go to the next."""
    return _judge(code, False)


def _judge(code: str, accepted: bool) -> ResponseReturnValue:
    who, form = current_actor(), ReviewForm()
    if not form.validate():
        return _show(code, form, status=422, part="learning/checkins/_review.html")
    following = queries.next_in_queue(begin_read(), who, code)
    decide = service.accept if accepted else service.return_
    try:
        with begin_work() as work:
            decide(work, who, code, form.comment.data or "", form.revision_number)
    except (HandInChanged, HandInClaimed, AlreadyReviewed) as refusal:
        return _conflict(code, form, refusal)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        form.comment.errors = [str(refusal)]
        return _show(code, form, status=422, part="learning/checkins/_review.html")
    return _next(who, following, accepted)


def _conflict(code: str, form: ReviewForm, refusal: Refusal) -> ResponseReturnValue:
    """Answer a conflict with the page as it is now and the tutor's words still in the form."""
    form.form_errors = [str(refusal)]
    view = queries.get_hand_in(begin_read(), current_actor(), code)
    form.revision.data = str(view.revision)
    status = 422 if is_part() else Conflict.status
    return _show(code, form, status=status, part="learning/checkins/_review.html")


def _next(who: Actor, following: str | None, accepted: bool) -> ResponseReturnValue:
    said = t("已通过，学员会看到。", "Accepted; the student sees it.")
    if not accepted:
        said = t("已退回，学员会收到通知。", "Returned; the student is told.")
    if following is None:
        # Nothing after this one: begin again with whatever waits longest.
        first = queries.queue(begin_read(), who, None, 1).lines
        following = first[0].code if first else None
    return see_other(url_for(".review", code=following) if following else url_for(".desk"), said)


@blueprint.post("/desk/check-ins/<code>/void")
@role("tutor", "operator")
def void(code: str) -> ResponseReturnValue:
    """Take a check-in out of everything that counts; can be undone."""
    form = VoidForm()
    with begin_work() as work:
        service.void(work, current_actor(), code, form.reason.data or "")
    return see_other(url_for(".review", code=code), t("已作废，可以恢复。", "Voided; this can be undone."))


@blueprint.post("/desk/check-ins/<code>/restore")
@role("tutor", "operator")
def restore(code: str) -> ResponseReturnValue:
    """Undo a voiding."""
    with begin_work() as work:
        service.restore(work, current_actor(), code)
    return see_other(url_for(".review", code=code), t("已恢复。", "Restored."))


_TAUGHT = (CohortState.RUNNING, CohortState.CLOSED, CohortState.ENROLLING, CohortState.WRAPPING_UP)


@blueprint.get("/desk/behind")
@role("tutor", "operator")
def behind() -> ResponseReturnValue:
    """List who is behind, and why, in the cohorts of the tutor."""
    read, who = begin_read(), current_actor()
    taught = camps.list_tutored(read, who.person_id) if who.person_id else []
    if who.has("operator"):
        taught = camps.list_cohorts(read, states=_TAUGHT)
    cohorts = {cohort.id: cohort for cohort in taught if cohort.state in _TAUGHT}
    lagging = queries.list_behind(read, list(cohorts)) if cohorts else []
    return render("learning/checkins/behind.html", lagging=lagging, cohorts=cohorts)
