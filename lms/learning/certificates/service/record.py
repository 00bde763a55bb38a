"""A certificate's row: held, its history kept, its files asked for, its holder told."""

from collections.abc import Sequence

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


def note(
    work: Work,
    who: Actor,
    row: tables.Certificate,
    kind: EventKind,
    *,
    reason: str = "",
    remark: str = "",
    changed: Sequence[str] = (),
) -> None:
    """Keep what happened; names are kept as digests only."""
    work.add(
        tables.CertificateEvent(
            certificate_id=row.id,
            kind=kind,
            at=work.now,
            who_id=who.person_id,
            reason=reason,
            note=remark,
            revision=row.revision,
            changed=list(changed),
            name_digest=row.name_digest,
        )
    )


def ask_drawing(work: Work, row: tables.Certificate) -> None:
    """Ask for the files once more: what an older drawing finds is ignored from here on."""
    row.draws += 1
    row.asked_at = work.now
    work.session.flush()
    queue_drawing(work, row)


def queue_drawing(work: Work, row: tables.Certificate) -> None:
    """Write the errand of the drawing that the row waits for."""
    payload = {"certificate_id": row.id, "draw": row.draws}
    work.errand(RENDER, key=f"{RENDER}:{row.id}:{row.draws}", payload=payload)


def tell_holder(work: Work, row: tables.Certificate, topic: str, **values: str) -> None:
    """Send the holder one of this room's messages; each happening has its own key."""
    if row.person_id is None:
        return
    messages.send(
        work,
        row.person_id,
        f"learning/certificates/{topic}",
        key=f"certificate:{row.id}:{topic}:{row.revision}:{work.now.isoformat()}",
        link="/certificates",
        values={"camp": row.snapshot["camp"], "cohort": row.snapshot["cohort"], **values},
    )
