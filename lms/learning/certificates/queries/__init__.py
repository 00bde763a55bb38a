"""Reads of the room, by topic: single certificates, the console's list, a cohort's run."""

from lms.learning.certificates.queries.certificates import (
    CertificateFacts,
    Happening,
    Problem,
    certificate_source,
    count_certificates,
    find_certificate,
    find_of_enrollment,
    get_certificate,
    get_own,
    list_happenings,
    list_mine,
    require_file_access,
)
from lms.learning.certificates.queries.chances import Chance, list_chances
from lms.learning.certificates.queries.lines import Line, ListFilter, list_lines
from lms.learning.certificates.queries.runs import Place, Run, StudentLine, get_run

__all__ = [
    "CertificateFacts",
    "Chance",
    "Happening",
    "Line",
    "ListFilter",
    "Place",
    "Problem",
    "Run",
    "StudentLine",
    "certificate_source",
    "count_certificates",
    "find_certificate",
    "find_of_enrollment",
    "get_certificate",
    "get_own",
    "get_run",
    "list_chances",
    "list_happenings",
    "list_lines",
    "list_mine",
    "require_file_access",
]
