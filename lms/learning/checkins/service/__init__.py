"""What may be done in the check-ins room."""

from lms.learning.checkins.service.files import add_file, remove_file
from lms.learning.checkins.service.hand_in import check_in, save_draft, tick
from lms.learning.checkins.service.reviews import accept, claim, release, restore, return_, void
from lms.learning.checkins.service.uploads import Upload, prepare_upload

__all__ = [
    "Upload",
    "accept",
    "add_file",
    "check_in",
    "claim",
    "prepare_upload",
    "release",
    "remove_file",
    "restore",
    "return_",
    "save_draft",
    "tick",
    "void",
]
