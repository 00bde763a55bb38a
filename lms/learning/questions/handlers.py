"""What this room does after its own commits, because it writes to hundreds of people."""

from lms.kernel.work import Work
from lms.learning.questions import service
from lms.learning.questions.events import AnswerCorrected, DigestPublished


def on_digest_published(work: Work, event: DigestPublished) -> None:
    """Tell the class, and each asker which item is theirs."""
    service.tell_published(work, event.digest_id)


def on_answer_corrected(work: Work, event: AnswerCorrected) -> None:
    """Tell an item's askers what changed."""
    service.tell_corrected(work, event.correction_id)
