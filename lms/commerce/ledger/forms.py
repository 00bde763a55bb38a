"""Forms of the ledger."""

from typing import Any

from wtforms import RadioField, SelectField, StringField, ValidationError

from lms.commerce.ledger.funding import Direction, Transfer
from lms.kernel.money import Money
from lms.kernel.text import t
from lms.web.dates import now, viewer_zone
from lms.web.fields import Amount, Day
from lms.web.forms import ConfirmedForm, at_most, label, required


class FundingForm(ConfirmedForm):
    """A transfer between the house's bank accounts; `seen` is how often this very transfer was booked already."""

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

    def transfer(self) -> Transfer | None:
        """Give the transfer that was typed; None with an error at the amount when it cannot be read."""
        currency = str(self.currency.data)
        minor = self.amount.read(currency)
        if minor is None or self.day.data is None:
            return None
        return Transfer(
            Money(minor, currency), Direction(self.direction.data), self.day.data, self.reference.data or ""
        )
