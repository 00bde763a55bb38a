"""A certificate's row: held, its history kept, its files asked for, its holder told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.kernel.db import lock
from lms.kernel.work import Actor, Work
from lms.learning.certificates import models as tables
from lms.learning.certificates.errors import CertificateNotFound
from lms.learning.certificates.rules import EventKind
from lms.people.messages import service as messages

RENDER = "certificate.render"


def locked(work: Work, code: str) -> tables.Certificate:
    """Hold the certificate with this code. Refuses: CertificateNotFound."""
    found = work.session.scalar(select(tables.Certificate.id).where(tables.Certificate.code == code))
    if found is None:
        raise CertificateNotFound
    return lock(work, tables.Certificate, found)


def happening(
    work: Work,
    who: Actor,
    row: tables.Certificate,
    kind: EventKind,
    **more: Any,
) -> tables.CertificateEvent:
    """Make the line of history: `more` may hold reason, note and changed; names are kept as digests only."""
    return tables.CertificateEvent(
        certificate_id=row.id,
        kind=kind,
        at=work.now,
        who_id=who.person_id,
        revision=row.revision,
        name_digest=row.name_digest,
        **more,
    )


def ask_drawing(work: Work, row: tables.Certificate) -> None:
    """Ask for the files once more: what an older drawing finds is ignored from here on."""
    row.draws += 1
    row.asked_at = work.now
    work.session.flush()
    key, payload = drawing_of(row)
    work.errand(RENDER, key=key, payload=payload)


def drawing_of(row: tables.Certificate) -> tuple[str, dict[str, Any]]:
    """Give key and payload of the errand of the drawing that the row waits for."""
    return f"{RENDER}:{row.id}:{row.draws}", {"certificate_id": row.id, "draw": row.draws}


def tell_holder(work: Work, row: tables.Certificate, topic: str, **values: str) -> None:
    """Send the holder one of this room's messages; each happening has its own key."""
    key = f"certificate:{row.id}:{topic}:{row.revision}:{work.now.isoformat()}"
    tell_holders(work, [row], topic, key=key, **values)


def tell_holders(work: Work, rows: Sequence[tables.Certificate], topic: str, *, key: str, **values: str) -> None:
    """Send the holders of certificates of one cohort a message of this room."""
    holders = [row.person_id for row in rows if row.person_id is not None]
    if holders:
        camp = {"camp": rows[0].snapshot["camp"], "cohort": rows[0].snapshot["cohort"]}
        messages.send(
            work,
            holders,
            f"learning/certificates/{topic}",
            key=key,
            link="/certificates",
            values={**camp, **values},
        )
