"""Handing in: the form, its draft, its files."""

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotFound, Refusal
from lms.kernel.text import t
from lms.kernel.work import Actor, begin_read, begin_work
from lms.learning.camps.rules import TaskKind
from lms.learning.checkins import queries, service
from lms.learning.checkins.errors import DayLocked, DraftElsewhere, NotForHandIn, StaleForm, TooManyFiles, WorkClosed
from lms.learning.checkins.forms import HandInForm, TickForm, read_opened, sign_opened
from lms.learning.checkins.queries import HandInPage
from lms.learning.checkins.routes import blueprint
from lms.learning.checkins.rules.uploads import MOST_FILES, MOST_MEGABYTES
from lms.learning.checkins.service import Upload
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.rules import may_work
from lms.web.files import send_stored
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import is_part, render, see_other


def _form_of(page: HandInPage, opened: str) -> HandInForm:
    values = page.values
    return HandInForm(
        formdata=None,
        text=values["text"],
        link=values["link"],
        number=values["number"],
        opened=opened,
        seen=str(page.revision),
    )


def _show(
    code: str, task_code: str, form: HandInForm | None = None, *, status: int = 200, part: str | None = None
) -> ResponseReturnValue:
    read = begin_read()
    cohort, enrollment = enrollments.require_student(read, current_actor(), code)
    task = queries.require_task(read, cohort.id, task_code)
    if task.unlocks_at > read.now:
        view = queries.day_view(read, enrollment, task.day_number)
        return render("learning/checkins/locked.html", status=403, cohort=cohort, day=view.day)
    page = queries.hand_in_page(read, enrollment, task)
    if form is None:
        form = _form_of(page, sign_opened(task_code, read.now))
    form.known.data = page.draft_mark
    answer = render(
        "learning/checkins/task.html" if task.kind == TaskKind.CHECK_IN else "learning/checkins/reading.html",
        part=part,
        status=status,
        cohort=cohort,
        page=page,
        task=task,
        form=form,
        tick=TickForm(formdata=None),
        may_work=may_work(enrollment.state, cohort.state),
        may_hand_in=page.may_hand_in(read.now) and may_work(enrollment.state, cohort.state),
        most_files=MOST_FILES,
        most_megabytes=MOST_MEGABYTES,
        accept=ACCEPT,
    )
    # A part may leave the form around it on the page; its next draft must know what was kept with this one.
    answer.headers[DRAFT_MARK] = page.draft_mark
    return answer


DRAFT_MARK = "Draft-Mark"
ACCEPT = "image/*,.heic,.heif,.pdf,.docx,.xlsx,.pptx,.txt,.md"


@blueprint.get("/learn/<code>/tasks/<task_code>")
@signed_in
def task(code: str, task_code: str) -> ResponseReturnValue:
    """Show a task: the form to hand in, or what was handed in."""
    return _show(code, task_code)


@blueprint.post("/learn/<code>/tasks/<task_code>")
@signed_in
def hand_in(code: str, task_code: str) -> ResponseReturnValue:
    """Hand in a version; whatever is refused, text and good files stay."""
    who, form = current_actor(), HandInForm()
    form.validate()
    uploads = form.take_uploads()
    if form.errors:
        return _keep_and_show(who, code, task_code, form, uploads, 422)
    try:
        with begin_work() as work:
            for upload in uploads:
                service.add_file(work, who, task_code, upload)
            opened = read_opened(form.opened.data or "", task_code)
            row = service.check_in(work, who, task_code, form.values, opened, form.seen_revision)
            late, revision = row.timing == "late", row.revisions
    except (NotFound, DayLocked, NotForHandIn, WorkClosed):
        raise
    except Refusal as refusal:
        form.note(refusal)
        if isinstance(refusal, StaleForm):
            form.seen.data = str(refusal.values["revision"])
        return _keep_and_show(who, code, task_code, form, uploads, refusal.status if refusal.field is None else 422)
    return see_other(url_for(".task", code=code, task_code=task_code), _said(late, revision))


def _said(late: bool, revision: int) -> str:
    if revision > 1:
        return t(
            "第 {n} 版交上去了，助教会看最新的这一版。", "Version {n} is in; the tutor reads the latest.", n=revision
        )
    if late:
        return t("交上去了，记为晚交，照样有人看。", "Handed in, marked as late; it is read all the same.")
    return t("交上去了，按时。", "Handed in, on time.")


def _keep_and_show(
    who: Actor, code: str, task_code: str, form: HandInForm, uploads: list[Upload], status: int
) -> ResponseReturnValue:
    """Keep text and good files as the draft, then show the form with what is wrong."""
    _keep(who, task_code, form, uploads)
    # htmx shows a 422 in place; without it the status says what it was.
    status = 422 if is_part() else status
    return _show(code, task_code, form, status=status, part="learning/checkins/_form.html")


def _keep(who: Actor, task_code: str, form: HandInForm, uploads: list[Upload]) -> None:
    """Keep text and files as the draft, each file in its own work: one too many must not cost the others."""
    with begin_work() as work:
        service.save_draft(work, who, task_code, form.values)
    for upload in uploads:
        try:
            with begin_work() as work:
                service.add_file(work, who, task_code, upload)
        except TooManyFiles as refusal:
            form.note(refusal)
            return


@blueprint.post("/learn/<code>/tasks/<task_code>/draft")
@signed_in
def draft(code: str, task_code: str) -> ResponseReturnValue:
    """Keep what is typed so far: nothing to show while typing, back to the form for the button."""
    form = HandInForm()
    chosen = "stay" in request.form
    try:
        with begin_work() as work:
            mark = service.save_draft(
                work, current_actor(), task_code, form.values, None if chosen else form.known.data
            )
    except DraftElsewhere:
        # The form shows what to choose from; its own words stay on the page and on the device.
        return make_response("", DraftElsewhere.status, {DRAFT_MARK: _mark(code, task_code)})
    if chosen:
        return see_other(url_for(".task", code=code, task_code=task_code), t("草稿已存。", "Draft saved."))
    return make_response("", 204, {DRAFT_MARK: mark})


def _mark(code: str, task_code: str) -> str:
    """Give the mark of the draft as it is kept now."""
    read = begin_read()
    cohort, enrollment = enrollments.require_student(read, current_actor(), code)
    return queries.hand_in_page(read, enrollment, queries.require_task(read, cohort.id, task_code)).draft_mark


@blueprint.post("/learn/<code>/tasks/<task_code>/files")
@signed_in
def add_files(code: str, task_code: str) -> ResponseReturnValue:
    """Add files to the draft, and keep what is typed; a file that is refused harms no other."""
    who, form = current_actor(), HandInForm()
    uploads = form.take_uploads()
    _keep(who, task_code, form, uploads)
    if is_part() or form.files.errors:
        status = 422 if form.files.errors else 200
        return _show(code, task_code, form, status=status, part="learning/checkins/_files.html")
    return see_other(url_for(".task", code=code, task_code=task_code), t("文件加上了。", "File added."))


@blueprint.post("/learn/<code>/tasks/<task_code>/files/<file_code>/remove")
@signed_in
def remove_file(code: str, task_code: str, file_code: str) -> ResponseReturnValue:
    """Take a file out of the draft, and keep what is typed."""
    who, form = current_actor(), HandInForm()
    with begin_work() as work:
        service.remove_file(work, who, task_code, file_code)
        service.save_draft(work, who, task_code, form.values)
    if is_part():
        return _show(code, task_code, form, part="learning/checkins/_files.html")
    return see_other(url_for(".task", code=code, task_code=task_code), t("文件移除了。", "File removed."))


@blueprint.get("/files/check-ins/<code>")
@signed_in
def file(code: str) -> Response:
    """Send a file to its student or to staff of the cohort."""
    stored = queries.find_file(begin_read(), current_actor(), code)
    if stored is None:
        raise NotFound
    return send_stored(stored.digest, media_type=stored.media_type, name=stored.name)
