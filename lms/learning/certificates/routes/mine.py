"""The holder's own pages: the certificates, their files, the share card."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.text import as_language, t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.certificates import documents, queries, service
from lms.learning.certificates.drawing import current_share_url
from lms.learning.certificates.errors import DocumentHeld, DocumentNotDrawn, DocumentRevoked
from lms.learning.certificates.forms import SpellingForm
from lms.learning.certificates.queries import CertificateFacts
from lms.learning.certificates.routes.blueprint import blueprint
from lms.web.files import send_stored
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import render, see_other
from lms.web.ports import Invitation, ports
from lms.web.refusals import refusals_on


@blueprint.get("/certificates")
@signed_in
def mine() -> ResponseReturnValue:
    """Show what a person has earned; without one, what it takes."""
    read, who = begin_read(), current_actor()
    if who.person_id is None:
        raise NotFound
    held = queries.list_mine(read, who.person_id)
    return render(
        "learning/certificates/mine.html",
        views=[view(read, one) for one in held],
        chances=queries.list_chances(read, who.person_id),
        invitation=_invitation(read, held),
    )


@blueprint.get("/certificates/<code>")
@signed_in
def one(code: str) -> ResponseReturnValue:
    """Show one certificate of one's own; as a part it looks again by itself while its files are drawn."""
    read = begin_read()
    found = queries.get_own(read, current_actor(), code)
    return render(
        "learning/certificates/one.html",
        part="learning/certificates/_mine.html",
        view=view(read, found),
        invitation=_invitation(read, [found]),
    )


def _invitation(read: Read, held: Sequence[CertificateFacts]) -> Invitation | None:
    """Invite the holder by the first certificate that stands."""
    standing = next((one for one in held if one.is_valid and one.person_id is not None), None)
    if standing is None or standing.person_id is None:
        return None
    return ports.invite(read, standing.person_id, standing.snapshot.camp_slug)


def view(read: Read, certificate: CertificateFacts, form: SpellingForm | None = None) -> dict[str, Any]:
    """Give what the holder's sheet shows of a certificate; `form` when a spelling was refused."""
    form = form or SpellingForm(formdata=None)
    # Several certificates may wait for a spelling on one page.
    form.display_name.id = f"name-{certificate.code}"
    public_url = current_parts().settings.public_url
    share_url = current_share_url(read, certificate.person_id, certificate.snapshot.camp_slug)
    drawing = certificate.drawing(read.now)
    return {
        "certificate": certificate,
        "drawing": drawing,
        "is_pending": certificate.is_valid and certificate.is_pending(read.now),
        "has_card": certificate.has_card,
        "verify_url": public_url + certificate.verify_path,
        "other": documents.other_language(certificate.language),
        "cohort": documents.cohort_words(certificate.snapshot, certificate.language),
        "spelling_form": form,
        "card_is_old": certificate.card_digest is not None and certificate.card_url != share_url,
    }


@blueprint.get("/certificates/<code>.pdf")
@signed_in
def pdf(code: str) -> ResponseReturnValue:
    """Send the certificate in its own or the other language to its holder, and to staff."""
    who = current_actor()
    found = queries.require_file_access(begin_read(), who, code)
    if not found.is_valid and not who.is_staff:
        raise DocumentRevoked
    language = as_language(request.args.get("language"), found.language)
    digest = found.pdf_digest if language == found.language else found.other_digest
    if digest is None:
        raise DocumentHeld if found.held else DocumentNotDrawn
    name = f"{found.serial}-{language}.pdf"
    return send_stored(digest, media_type="application/pdf", name=name, download="download" in request.args)


@blueprint.get("/certificates/<code>/card.png")
@signed_in
def card(code: str) -> ResponseReturnValue:
    """Send the share card to its holder."""
    found = queries.get_own(begin_read(), current_actor(), code)
    if not found.is_valid:
        raise DocumentRevoked
    if found.card_digest is None:
        raise DocumentHeld if found.held else DocumentNotDrawn
    name = f"{found.serial}.png"
    return send_stored(found.card_digest, media_type="image/png", name=name, download="download" in request.args)


@blueprint.post("/certificates/<code>/card")
@signed_in
def refresh_card(code: str) -> ResponseReturnValue:
    """Draw the share card anew with the holder's present link."""
    with begin_work() as work:
        service.refresh_card(work, current_actor(), code)
    said = t("正在换上你现在的链接，几秒就好。", "Putting your present link on it, a few seconds.")
    return see_other(url_for(".mine"), said)


@blueprint.post("/certificates/<code>/name")
@signed_in
def choose_spelling(code: str) -> ResponseReturnValue:
    """Write the holder's name so that it can be drawn; the files are made anew."""
    form = SpellingForm()
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            service.choose_spelling(work, current_actor(), code, form.display_name.data or "")
    if form.errors:
        read = begin_read()
        found = queries.get_own(read, current_actor(), code)
        return render("learning/certificates/one.html", status=422, view=view(read, found, form), invitation=None)
    said = t("写法已换上，证书正在生成，几秒就好。", "Your spelling is on it; the files are being made, a few seconds.")
    return see_other(url_for(".mine"), said)
