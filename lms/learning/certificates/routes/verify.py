"""The public check: anybody with a number sees whether the certificate stands, and its history."""

import re
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.kernel.parts import current_parts
from lms.kernel.text import current_language
from lms.kernel.typeset import qr_svg
from lms.kernel.work import Read, begin_read
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import CampState
from lms.learning.certificates import documents, queries
from lms.learning.certificates.queries import CertificateFacts
from lms.learning.certificates.routes.blueprint import blueprint
from lms.learning.certificates.rules import EventKind
from lms.learning.certificates.wording import reason_words
from lms.web.guards import current_actor, public
from lms.web.htmx import render
from lms.web.limits import limiter

# A school checks a class of certificates in a minute; a guesser gets nowhere near 32^12 codes.
LIMIT = "60 per minute"
_SHOWN_TYPED = 60
_SIZE = re.compile(r'width="(\d+)" height="\d+"')


@blueprint.get("/verify")
@public
@limiter.limit(LIMIT)
def ask_number() -> ResponseReturnValue:
    """Ask for a number, or take the one that was typed."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return _form("")
    found = queries.find_certificate(begin_read(), typed)
    if found is None:
        return _form(typed)
    return redirect(url_for(".verify", code=found.code), 303)


@blueprint.get("/verify/<code>")
@public
@limiter.limit(LIMIT)
def verify(code: str) -> ResponseReturnValue:
    """Show whether a certificate stands, for every code that ever existed; others get the form back, as 404."""
    read = begin_read()
    found = queries.find_certificate(read, code)
    if found is None:
        return _form(code)
    if found.code != code:
        return redirect(url_for(".verify", code=found.code), 303)
    happenings = queries.list_happenings(read, found.id)
    return render(
        "learning/certificates/verify.html",
        certificate=found,
        happenings=happenings,
        revoked=next((one for one in reversed(happenings) if one.kind is EventKind.REVOKED), None),
        reason_of=reason_words,
        is_mine=found.person_id is not None and found.person_id == current_actor().person_id,
        camp_open=_camp_open(read, found),
        checked_at=read.now,
        **paper(found),
    )


def paper(certificate: CertificateFacts) -> dict[str, Any]:
    """Give what the drawn sheet of a certificate shows in the reader's language."""
    snapshot, language = certificate.snapshot, current_language()
    data = documents.certificate_data(
        snapshot, certificate.code, certificate.issued_at, language, current_parts().settings.public_url
    )
    return {"paper": data, "qr": _qr(data["url"])}


def _qr(url: str) -> Markup:
    """Draw the code of an address so that it takes the size its place gives it."""
    return Markup(_SIZE.sub(r'viewBox="0 0 \1 \1" aria-hidden="true"', qr_svg(url), count=1))


def _camp_open(read: Read, certificate: CertificateFacts) -> bool:
    camp = camps.find_camp(read, certificate.snapshot.camp_slug)
    return camp is not None and camp.state == CampState.PUBLISHED


def _form(typed: str) -> Response:
    return render("learning/certificates/verify_form.html", typed=typed[:_SHOWN_TYPED], status=404 if typed else 200)
