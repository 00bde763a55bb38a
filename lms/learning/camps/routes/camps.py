"""The console's pages of camps and imports."""

from __future__ import annotations

from flask import Response, request, url_for

from lms.kernel.errors import NotFound
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.learning.camps import queries, service
from lms.learning.camps.folder.archive import read_zip, write_zip
from lms.learning.camps.forms import ImportForm, TitleForm
from lms.learning.camps.routes.blueprint import blueprint
from lms.people.accounts import queries as accounts
from lms.web.files import send_bytes
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.refusals import refusals_on


@blueprint.get("/console/camps")
@role("operator")
def camps() -> Response:
    """List all camps and the latest imports."""
    read = begin_read()
    return render("learning/camps/camps.html", camps=queries.list_camps(read), imports=queries.list_imports(read))


# --- Import -----------------------------------------------------------------


@blueprint.get("/console/camps/import")
@role("operator")
def new_import() -> Response:
    """Show the form that takes an archive."""
    form = ImportForm()
    form.slug.data = request.args.get("slug", "")
    return render("learning/camps/import.html", form=form)


@blueprint.post("/console/camps/import")
@role("operator")
def start_import() -> Response:
    """Take an archive, look at its lid, and have the worker import it."""
    form = ImportForm()
    if not form.validate_on_submit():
        return render("learning/camps/import.html", status=422, form=form)
    data = form.archive.data.read()
    name = (form.archive.data.filename or "camp.zip")[-200:]
    with refusals_on(form):
        read_zip(data)  # what is no usable archive is refused at once
    if form.errors:
        return render("learning/camps/import.html", status=422, form=form)
    with begin_work() as work:
        code = service.ask_import(
            work,
            current_actor(),
            data,
            name=name,
            slug=form.slug.data or "",
            language=form.language.data or "",
            language_dir=(form.language_dir.data or "").strip("/"),
        )
    return see_other(url_for("camps.show_import", code=code))


@blueprint.get("/console/camps/imports/<code>")
@role("operator")
def show_import(code: str) -> Response:
    """Show how far an import is, or its report; the part asks again by itself while it goes on."""
    found = queries.get_import(begin_read(), code)
    return render("learning/camps/import_progress.html", part="learning/camps/_import.html", found=found)


# --- One camp ---------------------------------------------------------------


@blueprint.get("/console/camps/<slug>")
@role("operator")
def camp(slug: str) -> Response:
    """Show a camp: its revisions, days and tasks."""
    return _camp(slug, TitleForm())


def _camp(slug: str, form: TitleForm, status: int = 200) -> Response:
    read = begin_read()
    found = queries.get_camp(read, slug)
    revisions = queries.list_revisions(read, found.id)
    if not form.is_submitted():
        form.title.data = found.title
    return render(
        "learning/camps/camp.html",
        status=status,
        camp=found,
        form=form,
        revisions=revisions,
        persons=accounts.list_people(read, [r.imported_by for r in revisions if r.imported_by is not None]),
        days=queries.list_curriculum(read, found.revision_id),
        story=queries.get_story(read, slug),
    )


@blueprint.post("/console/camps/<slug>/title")
@role("operator")
def rename(slug: str) -> Response:
    """Give a camp another title."""
    form = TitleForm()
    if not form.validate_on_submit():
        return _camp(slug, form, 422)
    with refusals_on(form), begin_work() as work:
        service.rename_camp(work, current_actor(), slug, form.title.data)
    if form.errors:
        return _camp(slug, form, 422)
    return see_other(url_for("camps.camp", slug=slug), t("名字已改", "Title changed"))


@blueprint.post("/console/camps/<slug>/publish")
@role("operator")
def publish(slug: str) -> Response:
    """Show a camp to the public."""
    with begin_work() as work:
        service.publish_camp(work, current_actor(), slug)
    return see_other(url_for("camps.camp", slug=slug), t("已发布，营销页上线了", "Published; its page is public now"))


@blueprint.post("/console/camps/<slug>/archive")
@role("operator")
def archive(slug: str) -> Response:
    """Take a camp off the public pages."""
    with begin_work() as work:
        service.archive_camp(work, current_actor(), slug)
    return see_other(url_for("camps.camp", slug=slug), t("已下架，已有的期照常", "Taken down; its cohorts go on"))


@blueprint.get("/console/camps/<slug>/export")
@role("operator")
def export(slug: str) -> Response:
    """Send a camp as a zip of its folder."""
    files = service.export_camp(begin_read(), slug)
    return send_bytes(
        write_zip(files, slug), media_type="application/zip", name=f"{slug}.zip", download=True, seconds=0
    )


@blueprint.get("/console/camps/<slug>/days/<int:number>")
@role("operator")
def camp_day(slug: str, number: int) -> Response:
    """Show a day of a revision, the current one or `?revision=`."""
    read = begin_read()
    found = queries.get_camp(read, slug)
    wanted = request.args.get("revision", found.revision, type=int)
    revision = next((r for r in queries.list_revisions(read, found.id) if r.number == wanted), None)
    if revision is None:
        raise NotFound
    day = queries.preview_day(read, slug, revision.id, number)
    numbers = [line.number for line in queries.list_curriculum(read, revision.id)]
    return render("learning/camps/camp_day.html", camp=found, revision=revision, day=day, numbers=numbers)
