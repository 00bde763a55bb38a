"""Inbox, message settings, unsubscribing, and the demo's mail folder."""

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_wtf import FlaskForm

from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.people.accounts.queries import get_person_by_code
from lms.people.messages import queries, service
from lms.people.messages.forms import QuietHoursForm
from lms.people.messages.mailer import FolderMailer
from lms.people.messages.mails import read_unsubscribe
from lms.people.messages.rules import GROUP_HINTS, GROUP_LABELS, TopicGroup
from lms.web.guards import current_actor, public, signed_in
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

blueprint = Blueprint("messages", __name__)

_PAGE = 30
# Mails bring their own style; nothing else of them may act, and they stay shut off from our pages.
_MAIL_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@blueprint.record_once
def _exempt_one_click(state: BlueprintSetupState) -> None:
    """Mail programs unsubscribe by a POST of their own (RFC 8058); its signed address is the proof."""
    state.app.extensions["csrf"].exempt(unsubscribe)


# --- Inbox ------------------------------------------------------------------


@blueprint.get("/inbox")
@signed_in
def inbox() -> Response:
    """Show what one was told, newest first."""
    read = begin_read()
    person_id = current_actor().person_id or 0
    before = request.args.get("before")
    notices = queries.list_notices(read, person_id, before, _PAGE + 1)
    return render(
        "people/messages/inbox.html",
        part="people/messages/_inbox.html",
        notices=notices[:_PAGE],
        more=notices[_PAGE - 1].code if len(notices) > _PAGE else None,
        waiting=queries.count_unread(read, person_id),
        newest=before is None,
    )


@blueprint.post("/inbox/read")
@signed_in
def read_all() -> Response:
    """Mark as read what stood on the page."""
    with begin_work() as work:
        service.mark_all_read(work, current_actor(), request.form.get("up_to", ""))
    return see_other(url_for("messages.inbox"))


@blueprint.post("/inbox/<code>")
@signed_in
def follow(code: str) -> Response:
    """Mark one notice as read and go where it leads."""
    with begin_work() as work:
        link = service.mark_read(work, current_actor(), code)
    return see_other(link)


# --- Settings ---------------------------------------------------------------


@blueprint.get("/me/messages")
@signed_in
def settings() -> Response:
    """Show which mails come, and when none does."""
    read = begin_read()
    person_id = current_actor().person_id or 0
    quiet = queries.quiet_hours(read, [person_id])[person_id]
    return _settings(QuietHoursForm(obj=quiet))


@blueprint.post("/me/messages")
@signed_in
def choose() -> Response:
    """Switch groups of mails on and off."""
    chosen = request.form.getlist("group")
    form = FlaskForm()
    if form.validate_on_submit():
        with begin_work() as work:
            service.choose_mail(
                work,
                current_actor().person_id or 0,
                {group: group.value in chosen for group in TopicGroup},
            )
    return see_other(url_for("messages.settings"), t("已保存", "Saved"))


@blueprint.post("/me/messages/quiet-hours")
@signed_in
def choose_quiet_hours() -> Response:
    """Change when no mail comes."""
    form = QuietHoursForm()
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            service.set_quiet_hours(work, current_actor(), form.starts.data, form.ends.data)
    if form.errors:
        return _settings(form, 422)
    return see_other(url_for("messages.settings"), t("已保存", "Saved"))


def _settings(form: QuietHoursForm, status: int = 200) -> Response:
    return render(
        "people/messages/settings.html",
        status=status,
        form=form,
        choices=queries.mail_choices(begin_read(), current_actor().person_id or 0),
        labels=GROUP_LABELS,
        hints=GROUP_HINTS,
    )


@blueprint.get("/unsubscribe/<signed>")
@public
def stop_mails(signed: str) -> Response:
    """Ask whether these mails shall stop; opening the page alone changes nothing."""
    code, group = read_unsubscribe(signed)
    read = begin_read()
    person = get_person_by_code(read, code)
    wanted = queries.mail_choices(read, person.id)[group]
    return render("people/messages/unsubscribe.html", signed=signed, label=GROUP_LABELS[group], wanted=wanted)


@blueprint.post("/unsubscribe/<signed>")
@public
def unsubscribe(signed: str) -> Response:
    """Stop these mails, or let them come again; also called by mail programs themselves."""
    code, group = read_unsubscribe(signed)
    with begin_work() as work:
        person = get_person_by_code(work, code)
        service.choose_mail(work, person.id, {group: request.form.get("again") == "1"})
    return make_response(redirect(url_for("messages.stop_mails", signed=signed), 303))


# --- The demo's mails -------------------------------------------------------


@blueprint.get("/demo/mail")
@public
def mail_folder() -> Response:
    """List the mails the demo has sent."""
    before = request.args.get("before")
    mails = _folder().list_mails(before, _PAGE + 1)
    return render(
        "people/messages/mail_folder.html",
        mails=mails[:_PAGE],
        more=mails[_PAGE - 1].name if len(mails) > _PAGE else None,
        newest=before is None,
    )


@blueprint.get("/demo/mail/<name>")
@public
def kept_mail(name: str) -> Response:
    """Show one mail of the demo."""
    return render("people/messages/kept_mail.html", mail=_folder().get_mail(name))


@blueprint.get("/demo/mail/<name>/html")
@public
def kept_mail_html(name: str) -> Response:
    """Give a mail's HTML alone, for the frame on its page."""
    response = make_response(_folder().get_mail(name).html)
    response.headers["Content-Security-Policy"] = _MAIL_CSP
    return response


def _folder() -> FolderMailer:
    """Give the demo's mail folder; anywhere else these pages do not exist."""
    parts = current_parts()
    if not parts.settings.demo or not isinstance(parts.mailer, FolderMailer):
        raise NotFound
    return parts.mailer
