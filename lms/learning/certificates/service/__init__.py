"""What may be done in the certificates room."""

from lms.learning.certificates.service.changes import choose_spelling, redraw, refresh_card, reinstate, reissue, revoke
from lms.learning.certificates.service.issuing import ask_issuing, issue_due, issue_one, issue_run

__all__ = [
    "ask_issuing",
    "choose_spelling",
    "issue_due",
    "issue_one",
    "issue_run",
    "redraw",
    "refresh_card",
    "reinstate",
    "reissue",
    "revoke",
]
