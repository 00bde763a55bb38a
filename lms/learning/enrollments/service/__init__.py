"""What may be done in the enrollments room."""

from lms.learning.enrollments.service.admission import change_seats, join, move_up, prepare_cohort
from lms.learning.enrollments.service.canceling import close_canceled
from lms.learning.enrollments.service.changes import expel, finish, resume, suspend, withdraw, withdraw_student

__all__ = [
    "change_seats",
    "close_canceled",
    "expel",
    "finish",
    "join",
    "move_up",
    "prepare_cohort",
    "resume",
    "suspend",
    "withdraw",
    "withdraw_student",
]
