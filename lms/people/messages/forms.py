"""The form of message settings."""

from wtforms import TimeField

from lms.web.forms import Form, label, optional


class QuietHoursForm(Form):
    """When no mail is wanted; both empty: at any time."""

    starts = TimeField(label("从", "From"), validators=[optional()])
    ends = TimeField(label("到", "To"), validators=[optional()])
