"""Forms of the partners room."""

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from lms.affiliates.partners.errors import AgreementNotRead
from lms.affiliates.partners.rules import MOST_ABOUT, MOST_GROUP_NAME, MOST_REASON
from lms.web.forms import Form, at_most, label, required


class SignForm(Form):
    """Signs the agreement that was shown: its version and the digest of the very text."""

    version = HiddenField(validators=[required()])
    digest = HiddenField(validators=[required()])


class ApplyForm(SignForm):
    """An application in the person's own words."""

    about = TextAreaField(
        label("想介绍给谁，在哪里发", "Whom you would tell, and where"),
        validators=[required(), at_most(MOST_ABOUT)],
    )
    agreed = BooleanField(label("我读过并同意合伙人协议", "I have read the partner agreement and agree"))

    def validate_agreed(self, field: BooleanField) -> None:
        """Refuse to send without the tick, in the words of the refusal."""
        if not field.data:
            field.errors = [*field.errors, str(AgreementNotRead())]


class ReasonForm(Form):
    """Why an application is declined or a partnership suspended."""

    reason = TextAreaField(
        label("原因，对方会看到", "Reason, which the person reads"),
        validators=[at_most(MOST_REASON)],
    )


class GroupForm(Form):
    """Which group a partner is paid in: one there is, or a new one by name."""

    group = SelectField(label("组", "Group"), choices=[], validate_choice=False)
    new_group = StringField(label("或者新建一组", "Or a new group"), validators=[at_most(MOST_GROUP_NAME)])


class EmptyForm(Form):
    """A button: nothing but the token."""
