"""The errand `certificate.render`: the certificate in both languages and the share card, as files."""

from collections.abc import Mapping
from typing import Any

from lms.kernel.db import lock
from lms.kernel.outbox import ErrandKind, Payload
from lms.kernel.parts import Parts, current_parts
from lms.kernel.text import as_language
from lms.kernel.typeset import Format, TypesetRefused
from lms.kernel.work import Read, Work
from lms.learning.certificates import models as tables
from lms.learning.certificates.documents import card_data, certificate_data, other_language, tasks_words
from lms.learning.certificates.queries.certificates import facts
from lms.learning.certificates.rules import MOST_CARD_DAYS, Days, Snapshot
from lms.learning.certificates.service.record import RENDER, tell_holders
from lms.people.accounts import queries as accounts
from lms.people.messages import service as messages
from lms.web.ports import ports

_ROOM = "learning/certificates"
# Document → column that holds its digest.
_COLUMNS = {"pdf": "pdf_digest", "other": "other_digest", "card": "card_digest"}


def prepare(read: Read, payload: Payload) -> Payload:
    """Gather what the documents say; nothing to do for a drawing that a newer one has replaced."""
    row = read.session.get(tables.Certificate, payload["certificate_id"], populate_existing=True)
    if row is None or row.draws != payload["draw"]:
        return {"documents": {}}
    snapshot, days, language = Snapshot.from_json(row.snapshot), Days.from_json(row.days), as_language(row.language)
    public_url = current_parts().settings.public_url
    share_url = current_share_url(read, row.person_id, snapshot.camp_slug)
    design = f"{_ROOM}/certificate-{row.style}"
    documents: dict[str, Any] = {}
    for document, spoken in (("pdf", language), ("other", other_language(language))):
        data = certificate_data(snapshot, row.code, row.issued_at, spoken, public_url)
        documents[document] = {"design": design, "data": data, "short": tasks_words(snapshot, spoken)}
    if 0 < days.total <= MOST_CARD_DAYS:
        card = card_data(snapshot, days, row.code, language, share_url, public_url)
        documents["card"] = {"design": f"{_ROOM}/share-card", "data": card}
    return {"documents": documents, "card_url": share_url}


def current_share_url(read: Read, person_id: int | None, camp_slug: str) -> str:
    """Give the full address that the holder's card leads to now: their own link, else the camp's page."""
    address = f"/c/{camp_slug}" if person_id is None else ports.share_url(read, person_id, camp_slug)
    return current_parts().settings.public_url + address if address.startswith("/") else address


def perform(parts: Parts, key: str, prepared: Payload) -> Payload:
    """Draw and keep the files. The same data give the same bytes, so drawing twice changes nothing."""
    digests: dict[str, str] = {}
    held: list[dict[str, str]] = []
    for document, asked in prepared["documents"].items():
        try:
            digests[document] = parts.files.keep(_draw(parts, document, asked))
        except TypesetRefused as refused:
            held.append(
                {
                    "document": document,
                    "kind": refused.kind,
                    "field": refused.field,
                    "characters": refused.characters,
                }
            )
    return {"digests": digests, "held": held, "card_url": prepared.get("card_url", "")}


def _draw(parts: Parts, document: str, asked: Mapping[str, Any]) -> bytes:
    form: Format = "png" if document == "card" else "pdf"
    try:
        return parts.typesetter.render(asked["design"], asked["data"], form)
    except TypesetRefused as refused:
        if refused.field != "achievement":
            raise
        # The camp's own words do not fit or cannot be drawn; the plain count always can.
        return parts.typesetter.render(asked["design"], {**asked["data"], "achievement": asked["short"]}, form)


def record(work: Work, payload: Payload, result: Payload) -> None:
    """Write what was drawn and what could not be; operators hear of the first held one of a cohort,
    the holder when it is their name."""
    row = lock(work, tables.Certificate, payload["certificate_id"])
    if row.draws != payload["draw"] or not (result["digests"] or result["held"]):
        return
    for document, column in _COLUMNS.items():
        setattr(row, column, result["digests"].get(document))
    row.card_url = result["card_url"]
    row.held = result["held"] or None
    if row.held:
        _tell_operators(work, row)
    found = facts(row)
    if found.waits_for_spelling:
        tell_holders(
            work,
            [row],
            "spelling",
            key=f"certificate:{row.id}:spelling:{row.revision}",
            characters=found.missing_characters,
        )


def _tell_operators(work: Work, row: tables.Certificate) -> None:
    messages.send(
        work,
        accounts.list_holders(work, "operator"),
        f"{_ROOM}/held",
        key=f"certificates-held:{row.cohort_id}",
        link="/console/certificates?show=held",
        values={"camp": row.snapshot["camp"], "cohort": row.snapshot["cohort"]},
    )


RENDERING = ErrandKind(name=RENDER, prepare=prepare, perform=perform, record=record)
