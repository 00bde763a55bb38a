"""The console's list of certificates."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select

from lms.kernel.codes import normalise_code
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.certificates import models as tables
from lms.learning.certificates.queries.certificates import CertificateFacts, facts
from lms.learning.certificates.rules import LATE_AFTER, CertificateState, read_serial
from lms.people.accounts import queries as accounts


class ListFilter(StrEnum):
    """Which certificates the console shows."""

    ALL = "all"
    VALID = "valid"
    HELD = "held"
    LATE = "late"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Line:
    """A certificate in the list, with the cohort it belongs to."""

    certificate: CertificateFacts
    cohort_code: str
    issued_at: datetime


_C = tables.Certificate


def list_lines(
    read: Read,
    show: ListFilter,
    words: str = "",
    cohort_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Line]:
    """List certificates, the newest first, by key: those with an id below `before`.

    `words` finds a code as it is typed, or a part of the holder's name or address.
    """
    cohort = camps.cohort_source()
    statement = select(_C, cohort.c.code).join(cohort, cohort.c.id == _C.cohort_id).order_by(_C.id.desc()).limit(limit)
    if cohort_id is not None:
        statement = statement.where(_C.cohort_id == cohort_id)
    if before is not None:
        statement = statement.where(_C.id < before)
    if words.strip():
        statement = _matching(statement, words.strip())
    rows = read.session.execute(_shown(statement, show, read.now))
    return [Line(facts(row), code, row.issued_at) for row, code in rows]


def _shown(statement: Select[Any], show: ListFilter, now: datetime) -> Select[Any]:
    valid = _C.state == CertificateState.ISSUED
    if show is ListFilter.VALID:
        return statement.where(valid)
    if show is ListFilter.REVOKED:
        return statement.where(_C.state == CertificateState.REVOKED)
    if show is ListFilter.HELD:
        return statement.where(valid, _C.held.is_not(None))
    if show is ListFilter.LATE:
        return statement.where(valid, _C.pdf_digest.is_(None), _C.held.is_(None), _C.asked_at <= now - LATE_AFTER)
    return statement


def _matching(statement: Select[Any], words: str) -> Select[Any]:
    person = accounts.person_source()
    pattern = f"%{words.lower().replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    return statement.outerjoin(person, person.c.id == _C.person_id).where(
        or_(
            _C.code == read_serial(normalise_code(words))[:16],
            func.lower(person.c.display_name).like(pattern, escape="/"),
            func.lower(person.c.email).like(pattern, escape="/"),
        )
    )
