"""The console: find a certificate, see its life, revoke, reinstate or reissue it."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.certificates import documents, queries, service
from lms.learning.certificates.forms import (
    LANGUAGE_LABELS,
    STYLE_LABELS,
    ReinstateForm,
    ReissueForm,
    RevokeForm,
)
from lms.learning.certificates.queries import ListFilter
from lms.learning.certificates.routes.blueprint import blueprint
from lms.learning.certificates.rules import RevokeReason, Wording
from lms.learning.certificates.wording import FILTERS, held_words, reason_words
from lms.web.forms import Form
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

PAGE = 50


@blueprint.get("/console/certificates")
@role("operator")
def all_certificates() -> ResponseReturnValue:
    """List certificates, the newest first; filtered by standing, cohort and words."""
    read = begin_read()
    asked = request.args.get("show", "")
    show = ListFilter(asked) if asked in list(ListFilter) else ListFilter.ALL
    words, cohort_code = request.args.get("q", "").strip(), request.args.get("cohort", "")
    cohort = camps.get_cohort(read, cohort_code) if cohort_code else None
    before = request.args.get("before", type=int)
    lines = queries.list_lines(read, show, words, cohort.id if cohort else None, before, PAGE + 1)
    return render(
        "learning/certificates/console/list.html",
        lines=lines[:PAGE],
        older=lines[PAGE - 1].certificate.id if len(lines) > PAGE else None,
        show=show,
        words=words,
        cohort=cohort,
        first_page=before is None,
        filters=FILTERS,
    )


@blueprint.get("/console/certificates/<code>")
@role("operator")
def one_certificate(code: str) -> ResponseReturnValue:
    """Show one certificate with its history and what may be done with it."""
    return _page(code)


@blueprint.post("/console/certificates/<code>/revoke")
@role("operator")
def revoke(code: str) -> ResponseReturnValue:
    """Take a certificate back; the reason becomes public."""
    form = RevokeForm()
    if not form.validate_on_submit():
        return _page(code, revoke_form=form)
    with begin_work() as work:
        service.revoke(work, current_actor(), code, RevokeReason(form.reason.data), form.revoke_note.data or "")
    return _back(code, t("已撤销，持有人已收到通知。", "Revoked, and the holder has been told."))


@blueprint.post("/console/certificates/<code>/reinstate")
@role("operator")
def reinstate(code: str) -> ResponseReturnValue:
    """Let a revoked certificate stand again."""
    form = ReinstateForm()
    if not form.validate_on_submit():
        return _page(code, reinstate_form=form)
    with begin_work() as work:
        service.reinstate(work, current_actor(), code, form.reinstate_note.data or "")
    return _back(code, t("已恢复，编号不变。", "Reinstated under the same number."))


@blueprint.post("/console/certificates/<code>/reissue")
@role("operator")
def reissue(code: str) -> ResponseReturnValue:
    """Correct name, language or style as a new revision."""
    form = ReissueForm()
    if not form.validate_on_submit():
        return _page(code, reissue_form=form)
    wanted = Wording(form.display_name.data or "", form.language.data, form.style.data)
    with refusals_on(form), begin_work() as work:
        service.reissue(work, current_actor(), code, wanted, form.reissue_note.data or "")
    if form.errors:
        return _page(code, reissue_form=form)
    return _back(code, t("新版已签发，文件正在生成。", "Reissued; the files are being made."))


@blueprint.post("/console/certificates/<code>/redraw")
@role("operator")
def redraw(code: str) -> ResponseReturnValue:
    """Draw the files of a certificate once more."""
    with begin_work() as work:
        service.redraw(work, current_actor(), code)
    return _back(code, t("正在重新生成文件。", "The files are being made again."))


def _page(
    code: str,
    revoke_form: Form | None = None,
    reinstate_form: Form | None = None,
    reissue_form: Form | None = None,
) -> Response:
    read = begin_read()
    found = queries.get_certificate(read, code)
    wording = found.wording
    again = ReissueForm(formdata=None, display_name=wording.name, language=wording.language, style=wording.style)
    refused = revoke_form or reinstate_form or reissue_form
    return render(
        "learning/certificates/console/one.html",
        status=422 if refused else 200,
        certificate=found,
        cohort=camps.get_cohort_by_id(read, found.cohort_id),
        cohort_words=documents.cohort_words(found.snapshot, found.language),
        drawing=found.drawing(read.now),
        happenings=queries.list_happenings(read, found.id),
        reason_of=reason_words,
        held_words=held_words,
        languages=LANGUAGE_LABELS,
        styles=STYLE_LABELS,
        other=documents.other_language(found.language),
        revoke_form=revoke_form or RevokeForm(formdata=None),
        reinstate_form=reinstate_form or ReinstateForm(formdata=None),
        reissue_form=reissue_form or again,
    )


def _back(code: str, said: str) -> Response:
    return see_other(url_for(".one_certificate", code=code), said)
