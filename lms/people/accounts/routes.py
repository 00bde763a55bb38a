"""One's own profile, language and light; the console's list of people and their roles.

Signing in and all around it is served by Flask-Security, set up in `setup`.
"""

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask_login import current_user

from lms.kernel.text import as_language, speak, t
from lms.kernel.work import begin_read, begin_work
from lms.people.accounts import queries, service
from lms.people.accounts.choices import keep_choice
from lms.people.accounts.forms import ROLE_LABELS, ProfileForm, RoleForm
from lms.people.accounts.rules import GIVEN_BY_HAND, Role, Theme, own_path
from lms.web.forms import clean_text
from lms.web.guards import current_actor, public, role, signed_in
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

blueprint = Blueprint("accounts", __name__)

_PAGE = 50


def _with_cookie(name: str, value: str) -> Response:
    response = make_response(redirect(own_path(request.form.get("next", "")), 303))
    keep_choice(response, name, value)
    return response


@blueprint.post("/language")
@public
def set_language() -> Response:
    """Speak the other language from now on, on this device and for this person."""
    language = as_language(request.form.get("language"))
    if current_actor().is_signed_in:
        with begin_work() as work:
            service.set_language(work, current_actor(), language)
    return _with_cookie("language", language)


@blueprint.post("/theme")
@public
def set_theme() -> Response:
    """Light, dark or as the device says, on this device and for this person."""
    theme = request.form.get("theme", "")
    theme = theme if theme in tuple(Theme) else Theme.AUTO.value
    if current_actor().is_signed_in:
        with begin_work() as work:
            service.set_theme(work, current_actor(), theme)
    return _with_cookie("theme", theme)


@blueprint.get("/terms")
@public
def terms() -> Response:
    """Show what an account means for both sides."""
    return render("people/accounts/terms.html")


@blueprint.get("/me")
@signed_in
def me() -> Response:
    """Show one's own account."""
    form = ProfileForm(obj=current_user)
    return _me(form)


@blueprint.post("/me/profile")
@signed_in
def save_profile() -> Response:
    """Change name, language and time zone."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _me(form, 422)
    with refusals_on(form), begin_work() as work:
        service.set_profile(
            work,
            current_actor(),
            display_name=form.display_name.data,
            language=form.language.data,
            time_zone=form.time_zone.data,
        )
    if form.errors:
        return _me(form, 422)
    speak(as_language(form.language.data))
    response = see_other(url_for("accounts.me"), t("已保存", "Saved"))
    keep_choice(response, "language", form.language.data)
    return response


def _me(form: ProfileForm, status: int = 200) -> Response:
    return render(
        "people/accounts/me.html",
        part="people/accounts/_profile.html",
        status=status,
        form=form,
        account=current_user,
    )


# --- Console ----------------------------------------------------------------


@blueprint.get("/console/people")
@role("operator")
def people() -> Response:
    """Find people by name, address, code or role."""
    words = str(clean_text(request.args.get("q", "")))[:100]
    wanted = request.args.get("role", "")
    wanted = wanted if wanted in tuple(Role) else ""
    before = request.args.get("before", type=int)
    found = queries.find_people(begin_read(), words, wanted, before, _PAGE + 1)
    return render(
        "people/accounts/people.html",
        part="people/accounts/_people.html",
        found=found[:_PAGE],
        more=found[_PAGE - 1].id if len(found) > _PAGE else None,
        words=words,
        wanted=wanted,
        role_labels=ROLE_LABELS,
        newest=before is None,
    )


@blueprint.get("/console/people/<code>")
@role("operator")
def person(code: str) -> Response:
    """Show one person with roles to give and to take."""
    return _person(code)


@blueprint.post("/console/people/<code>/grant")
@role("operator")
def grant(code: str) -> Response:
    """Give a role."""
    return _change_role(code, grant=True)


@blueprint.post("/console/people/<code>/revoke")
@role("operator")
def revoke(code: str) -> Response:
    """Take a role."""
    return _change_role(code, grant=False)


def _change_role(code: str, *, grant: bool) -> Response:
    form = RoleForm()
    if not form.validate_on_submit():
        abort(422)
    with begin_work() as work:
        found = queries.get_person_by_code(work, code)
        change = service.grant_role if grant else service.revoke_role
        change(work, current_actor(), found.id, form.role.data)
    said = t("已授予", "Role given") if grant else t("已收回", "Role taken")
    return see_other(url_for("accounts.person", code=code), said)


def _person(code: str) -> Response:
    line = queries.get_line(begin_read(), code)
    return render(
        "people/accounts/person.html",
        line=line,
        role_labels=ROLE_LABELS,
        missing=[role for role in GIVEN_BY_HAND if role.value not in line.roles],
        by_hand=GIVEN_BY_HAND,
        is_own=line.id == current_actor().person_id,
    )
