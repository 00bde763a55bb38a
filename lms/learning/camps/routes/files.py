"""Pictures and attachments of lessons."""

from __future__ import annotations

from flask import Response

from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile
from lms.kernel.work import begin_read
from lms.learning.camps import queries
from lms.learning.camps.errors import DayLocked
from lms.learning.camps.routes.blueprint import blueprint
from lms.web.files import send_stored
from lms.web.guards import current_actor, role, signed_in
from lms.web.ports import ports

_SVG = "image/svg+xml"


@blueprint.get("/files/camps/<cohort_code>/<int:number>/<code>")
@signed_in
def day_file(cohort_code: str, number: int, code: str) -> Response:
    """Send a file of a cohort's day to those who may open that day; others get 403."""
    read, who = begin_read(), current_actor()
    cohort = queries.get_cohort(read, cohort_code)
    seen = who.has("operator") or queries.is_tutor(read, cohort.id, who.person_id)
    if not seen and not ports.may_open_day(read, who, cohort.id, number):
        raise DayLocked
    stored = queries.find_day_file(read, cohort.id, number, code)
    if stored is None:
        raise NotFound
    return _send(stored)


@blueprint.get("/console/camps/<slug>/files/<code>")
@role("operator")
def camp_file(slug: str, code: str) -> Response:
    """Send a file of a camp's revision for the preview."""
    read = begin_read()
    return _send(queries.get_camp_file(read, queries.get_camp(read, slug).id, code))


def _send(stored: StoredFile) -> Response:
    response = send_stored(stored.digest, media_type=stored.media_type, name=stored.name)
    if stored.media_type == _SVG:
        # A drawing shown as a picture runs nothing; opened by itself it stays a download and may run nothing either.
        response.mimetype = _SVG
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
