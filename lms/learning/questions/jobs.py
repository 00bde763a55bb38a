"""What the clock does for questions."""

from datetime import timedelta

from lms.kernel.outbox import Schedule
from lms.learning.questions import service

CLOSE_ANSWERED = Schedule(name="questions.close_answered", every=timedelta(hours=1), run=service.close_answered)
