"""The redirect behind every link, and a partner's own links."""

from flask import Blueprint, Response, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoSuchPage

from lms.affiliates.partners.queries import get_partner_by_code, require_partner
from lms.affiliates.tracking import queries, service
from lms.affiliates.tracking.forms import EmptyForm, HandleForm, LinkForm
from lms.affiliates.tracking.lookup import current_pointers
from lms.affiliates.tracking.shortcut import lead_on
from lms.kernel.text import Text, t
from lms.kernel.typeset import qr_png, qr_svg
from lms.kernel.work import begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.web.files import send_bytes
from lms.web.guards import current_actor, public, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on

blueprint = Blueprint("tracking", __name__)

_QR_SCALE = 12


@blueprint.get("/r/<code>")
@public
def follow(code: str) -> ResponseReturnValue:
    """Note the visit and lead on to the camp; unknown and retired links offer what is open."""
    return _follow(code, "")


@blueprint.get("/r/<code>/<slug>")
@public
def follow_to_camp(code: str, slug: str) -> ResponseReturnValue:
    """Note the visit and lead on to the camp that the address names."""
    return _follow(code, slug)


def _follow(code: str, slug: str) -> ResponseReturnValue:
    pointer = current_pointers().find(code, request.args.get("c", ""))
    if not pointer.leads_on:
        return _lost(410 if pointer.link_id else 404)
    return lead_on(current_app, request, pointer, slug)


def _lost(status: int) -> ResponseReturnValue:
    cohorts = {cohort.camp_slug: cohort for cohort in reversed(camps.list_open_cohorts(begin_read()))}
    return render("affiliates/tracking/lost.html", status=status, gone=status == 410, cohorts=list(cohorts.values()))


# --- A partner's links ------------------------------------------------------


def _choices() -> list[tuple[str, str]]:
    titles = {cohort.camp_slug: cohort.camp_title for cohort in camps.list_open_cohorts(begin_read())}
    return [("", str(Text("首页，列出正在招生的", "The start page, with all that is enrolling"))), *titles.items()]


def _show_links(form: LinkForm | None = None, handle: HandleForm | None = None, status: int = 200) -> Response:
    read = begin_read()
    partner = require_partner(read, current_actor())
    lines = queries.list_links(read, partner.id)
    form = form or LinkForm(formdata=None)
    form.camp.choices = _choices()
    return render(
        "affiliates/tracking/links.html",
        part="affiliates/tracking/_links.html",
        status=status,
        lines=lines,
        form=form,
        handle=handle or HandleForm(formdata=None, code=partner.code),
        may_rename=queries.may_change_handle(read, partner),
    )


@blueprint.get("/partner/links")
@role("partner")
def links() -> ResponseReturnValue:
    """List the partner's links with what each brought."""
    return _show_links()


@blueprint.post("/partner/links")
@role("partner")
def new_link() -> ResponseReturnValue:
    """Make a link for one place."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _show_links(form, status=422)
    with refusals_on(form), begin_work() as work:
        service.make_link(work, current_actor(), form.label.data, form.campaign.data or "", form.camp.data or "")
    if form.errors:
        return _show_links(form, status=422)
    current_pointers().forget()
    return see_other(url_for("tracking.links"), t("链接做好了，可以直接复制。", "Your link is ready to copy."))


@blueprint.post("/partner/links/<code>/archive")
@role("partner")
def archive(code: str) -> ResponseReturnValue:
    """Retire a link."""
    if not EmptyForm().validate_on_submit():
        return _show_links(status=422)
    with begin_work() as work:
        service.archive_link(work, current_actor(), code)
    current_pointers().forget()
    return see_other(url_for("tracking.links"), t("已停用，数据都还在。", "Retired. Its numbers stay."))


@blueprint.post("/partner/links/code")
@role("partner")
def rename() -> ResponseReturnValue:
    """Change the partner's handle, once."""
    form = HandleForm()
    if not form.validate_on_submit():
        return _show_links(handle=form, status=422)
    with refusals_on(form), begin_work() as work:
        service.change_handle(work, current_actor(), form.code.data)
    if form.errors:
        return _show_links(handle=form, status=422)
    current_pointers().forget()
    return see_other(url_for("tracking.links"), t("短码改好了。", "Your code is changed."))


@blueprint.get("/partner/links/<code>/qr")
@role("partner")
def qr(code: str) -> ResponseReturnValue:
    """Show one link's code to be scanned face to face."""
    read = begin_read()
    link = queries.get_own_link(read, require_partner(read, current_actor()).id, code)
    return render("affiliates/tracking/qr.html", link=link)


@blueprint.get("/partner/links/<code>/qr.svg")
@role("partner")
def qr_vector(code: str) -> ResponseReturnValue:
    """Draw the code of one link for the page."""
    response = make_response(qr_svg(_own_address(code)))
    response.mimetype = "image/svg+xml"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@blueprint.get("/partner/links/<code>/qr.png")
@role("partner")
def qr_picture(code: str) -> ResponseReturnValue:
    """Draw the code of one link for saving."""
    return send_bytes(qr_png(_own_address(code), _QR_SCALE), media_type="image/png", name=f"encamp-{code}.png")


def _own_address(code: str) -> str:
    read = begin_read()
    link = queries.get_own_link(read, require_partner(read, current_actor()).id, code)
    slug = request.args.get("camp", "")
    if slug and slug not in {cohort.camp_slug for cohort in camps.list_open_cohorts(read)}:
        raise NoSuchPage
    return queries.link_url(link.code, slug)


# --- Console ----------------------------------------------------------------


@blueprint.get("/console/partners/<code>/links")
@role("operator")
def console_links(code: str) -> ResponseReturnValue:
    """Show a partner's links and numbers, inside the partner's page and alone."""
    read = begin_read()
    partner = get_partner_by_code(read, code)
    return render(
        "affiliates/tracking/console_links.html",
        part="affiliates/tracking/_console_links.html",
        partner=partner,
        lines=queries.list_links(read, partner.id),
        numbers=queries.numbers(read, partner.id),
    )
