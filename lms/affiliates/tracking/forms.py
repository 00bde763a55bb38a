"""Forms of the tracking room."""

from wtforms import SelectField, StringField

from lms.affiliates.tracking.rules import MOST_LABEL
from lms.web import forms
from lms.web.forms import Form, at_most, required


class LinkForm(Form):
    """A new link for one place."""

    label = StringField(forms.label("用在哪里", "Where you use it"), validators=[required(), at_most(MOST_LABEL)])
    campaign = StringField(forms.label("代号", "Short word"), validators=[at_most(24)])
    camp = SelectField(forms.label("打开哪个训练营", "Which camp it opens"), validate_choice=False)


class HandleForm(Form):
    """Another handle for the partner's own link."""

    code = StringField(forms.label("短码", "Code"), validators=[required(), at_most(16)])


class EmptyForm(Form):
    """A button: nothing but the token."""
