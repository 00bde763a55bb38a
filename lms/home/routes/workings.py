"""Background work and the audit trail, for operators."""

from flask import Response, request, url_for

from lms.home.acts import act_words
from lms.home.queries.workings import list_audit, look_at_workings
from lms.home.routes.door import blueprint
from lms.home.trail import subject_words
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.kernel.worker import retry
from lms.web.guards import role
from lms.web.htmx import render, see_other


@blueprint.get("/console/outbox")
@role("operator")
def outbox() -> Response:
    """Show what waits, what failed for good and what the clock does."""
    found = look_at_workings(begin_read(), request.args.get("before", type=int))
    return render("home/outbox.html", found=found)


@blueprint.post("/console/outbox/<int:row_id>/retry")
@role("operator")
def retry_row(row_id: int) -> Response:
    """Offer a dead row to the worker again."""
    with begin_work() as work:
        retry(work, row_id)
    return see_other(
        url_for("home.outbox"), t("已重新排队，马上再试一次。", "Queued again. It will be tried in a moment.")
    )


@blueprint.get("/console/audit")
@role("operator")
def audit() -> Response:
    """List privileged acts, by their words and by who did them."""
    act = request.args.get("act", "").strip()[:80]
    person = request.args.get("person", "").strip()[:200]
    found = list_audit(begin_read(), act=act, person=person, before=request.args.get("before", type=int))
    return render(
        "home/audit.html", found=found, act=act, person=person, act_words=act_words, subject_words=subject_words
    )
