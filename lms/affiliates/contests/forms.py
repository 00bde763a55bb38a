"""Forms of the contests room."""

from wtforms import BooleanField

from lms.web.forms import Form, label


class NameForm(Form):
    """Whether the others see the name."""

    hidden = BooleanField(label("别人只看到我名字的第一个字", "Show others only the first letter of my name"))
