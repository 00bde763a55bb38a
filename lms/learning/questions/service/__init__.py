"""What can be done with questions, digests and knowledge."""

from lms.learning.questions.service.answering import claim, hide, release, save_draft, unhide, write_answer
from lms.learning.questions.service.asking import (
    Asked,
    Background,
    ask,
    follow,
    keep_draft,
    solve,
    thank,
    unfollow,
)
from lms.learning.questions.service.digests import (
    close_answered,
    correct_item,
    publish_digest,
    tell_corrected,
    tell_published,
)
from lms.learning.questions.service.entries import hide_entry, show_entry
from lms.learning.questions.service.merging import merge, split
from lms.learning.questions.service.words import add_synonym, remove_synonym

__all__ = [
    "Asked",
    "Background",
    "add_synonym",
    "ask",
    "claim",
    "close_answered",
    "correct_item",
    "follow",
    "hide",
    "hide_entry",
    "keep_draft",
    "merge",
    "publish_digest",
    "release",
    "remove_synonym",
    "save_draft",
    "show_entry",
    "solve",
    "split",
    "tell_corrected",
    "tell_published",
    "thank",
    "unfollow",
    "unhide",
    "write_answer",
]
