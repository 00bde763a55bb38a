"""Forms of the contests room."""

from wtforms import BooleanField

from lms.web.forms import Form, label


class ShownForm(Form):
    """What the others see of a partner."""

    hidden = BooleanField(label("别人只看到我名字的第一个字", "Show others only the first letter of my name"))
    amounts_hidden = BooleanField(label("别人看不到我的单数和佣金", "Hide my sales and commission from others"))


class AllShownForm(Form):
    """Whether the board tells anybody's sales and commission."""

    amounts_hidden = BooleanField(label("只看名次，不显示单数和佣金", "Show ranks only, no sales and no commission"))
