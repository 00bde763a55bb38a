"""Forms of the ledger."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, ValidationError

from lms.commerce.ledger.funding import Direction
from lms.kernel.text import t
from lms.web.dates import now, viewer_zone
from lms.web.fields import Amount, Day
from lms.web.forms import Form, at_most, label, required


class FundingForm(Form):
    """A transfer between the house's bank accounts. `key` names this one form, so that sending it twice books once."""

    key = HiddenField(validators=[required(), at_most(40)])
    direction = RadioField(
        label("方向", "Direction"),
        choices=[
            (Direction.IN.value, label("银行存款转入付款账户", "From the bank to the payout account")),
            (Direction.BACK.value, label("付款账户转回银行存款", "From the payout account back to the bank")),
        ],
        default=Direction.IN.value,
    )
    amount = Amount(
        label("金额", "Amount"), validators=[required()], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )
    currency = SelectField(label("货币", "Currency"))
    day = Day(label("转账日期", "Day of the transfer"), validators=[required()])
    reference = StringField(label("银行流水号或附言", "The bank’s reference"), validators=[required(), at_most(100)])

    def __init__(self, currencies: list[str], **named: Any) -> None:
        super().__init__(**named)
        self.currency.choices = [(one, one) for one in currencies]

    def validate_day(self, field: Day) -> None:
        """Refuse days to come."""
        if field.data and field.data > now().astimezone(viewer_zone()).date():
            raise ValidationError(t("日期不能晚于今天。", "The day cannot lie ahead."))
