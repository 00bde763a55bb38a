"""What may be done in the enrollments room."""

from lms.learning.enrollments.service.admission import change_seats, join, move_up, prepare_cohort
from lms.learning.enrollments.service.canceling import close_canceled
from lms.learning.enrollments.service.changes import expel, finish, resume, suspend, withdraw, withdraw_student
from lms.learning.enrollments.service.paid import (
    Activation,
    activate,
    come_back,
    hold_seat,
    lapse_offers,
    release_seat,
    require_payment,
    withdraw_paid,
)

__all__ = [
    "Activation",
    "activate",
    "change_seats",
    "close_canceled",
    "come_back",
    "expel",
    "finish",
    "hold_seat",
    "join",
    "lapse_offers",
    "move_up",
    "prepare_cohort",
    "release_seat",
    "require_payment",
    "resume",
    "suspend",
    "withdraw",
    "withdraw_paid",
    "withdraw_student",
]
