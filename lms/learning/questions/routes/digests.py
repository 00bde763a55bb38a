"""Digests: read by the class, published and corrected by tutors."""

from flask import Response, url_for

from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.learning.enrollments import queries as enrollments
from lms.learning.questions import queries, service
from lms.learning.questions.forms import CorrectionForm
from lms.learning.questions.routes.door import blueprint
from lms.web.guards import current_actor, role, signed_in
from lms.web.htmx import is_part, render, see_other
from lms.web.refusals import refusals_on


@blueprint.get("/learn/<code>/digests")
@signed_in
def digests(code: str) -> Response:
    """List the published digests of a cohort."""
    read, who = begin_read(), current_actor()
    cohort, _ = enrollments.require_member(read, who, code)
    lines = queries.list_digests(read, cohort, who.person_id)
    return render("learning/questions/digests.html", cohort=cohort, digests=lines)


@blueprint.get("/learn/<code>/digests/<dcode>")
@signed_in
def digest(code: str, dcode: str) -> Response:
    """Show a digest, one's own items marked."""
    read, who = begin_read(), current_actor()
    cohort, enrollment = enrollments.require_member(read, who, code)
    page = queries.digest_view(read, cohort, dcode, who.person_id)
    return render("learning/questions/digest.html", cohort=cohort, page=page, student=enrollment is not None)


@blueprint.post("/learn/<code>/digests/<dcode>/items/<icode>/thank")
@signed_in
def thank(code: str, dcode: str, icode: str) -> Response:
    """Say that an answer helped."""
    who = current_actor()
    with begin_work() as work:
        service.thank(work, who, code, icode)
    if not is_part():
        return see_other(url_for("questions.digest", code=code, dcode=dcode, _anchor=f"thanks-{icode}"))
    read = begin_read()
    cohort, _ = enrollments.require_member(read, who, code)
    page = queries.digest_view(read, cohort, dcode, who.person_id)
    item = next(item for item in page.items if item.code == icode)
    part = "learning/questions/_thanks.html"
    return render("learning/questions/digest.html", part=part, cohort=cohort, page=page, item=item, student=True)


@blueprint.get("/desk/digests/<dcode>")
@role("tutor", "operator")
def desk_digest(dcode: str) -> Response:
    """Show a digest to those who write it: before publishing and for corrections."""
    return _desk_page(dcode, CorrectionForm(formdata=None), "")


@blueprint.post("/desk/digests/<dcode>/publish")
@role("tutor", "operator")
def publish(dcode: str) -> Response:
    """Publish a day's answers."""
    who = current_actor()
    with begin_work() as work:
        cohort, day = queries.find_desk_digest(work, who, dcode)
        service.publish_digest(work, who, cohort.code, day)
    said = t("已发布，正在通知全班。", "Published. The class is being told.")
    return see_other(url_for("questions.desk_digest", dcode=dcode), said)


@blueprint.post("/desk/digests/<dcode>/items/<icode>/correct")
@role("tutor", "operator")
def correct(dcode: str, icode: str) -> Response:
    """Correct a published answer."""
    form = CorrectionForm()
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            service.correct_item(work, current_actor(), icode, form.answer.data, form.note.data)
        if not form.errors:
            said = t("已更正，问过这一条的人会收到通知。", "Corrected. Those who asked will be told.")
            return see_other(url_for("questions.desk_digest", dcode=dcode, _anchor=f"item-{icode}"), said)
    return _desk_page(dcode, form, icode, 422)


def _desk_page(dcode: str, form: CorrectionForm, open_item: str, status: int = 200) -> Response:
    read, who = begin_read(), current_actor()
    cohort, _ = queries.find_desk_digest(read, who, dcode)
    return render(
        "learning/questions/desk_digest.html",
        status=status,
        cohort=cohort,
        page=queries.digest_view(read, cohort, dcode, None, drafts=True),
        students=enrollments.count_joined(read, cohort.id),
        form=form,
        open_item=open_item,
    )
