"""Forms of the enrollments room."""

from wtforms import HiddenField, IntegerField, TextAreaField

from lms.kernel.text import Text
from lms.web.forms import Form, at_most, between, label, required


class JoinForm(Form):
    """Which cohort to join."""

    cohort = HiddenField(label("期", "Cohort"), validators=[required()])


class WithdrawForm(Form):
    """Nothing but the decision itself."""


class ReasonForm(Form):
    """Why a student is suspended, withdrawn or removed; the student reads it."""

    reason = TextAreaField(
        label("原因", "Reason"),
        validators=[
            required(Text("写一句原因，学员会看到。", "Write a reason; the student will read it.")),
            at_most(500),
        ],
    )


class SeatsForm(Form):
    """How many seats a cohort has."""

    seats = IntegerField(label("名额", "Seats"), validators=[between(1, 100_000)])
