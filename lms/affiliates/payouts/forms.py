"""Forms of the payouts room."""

from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField, ValidationError

from lms.affiliates.payouts.errors import ReasonMissing
from lms.affiliates.payouts.rules import MOST_MINOR
from lms.kernel.money import parse_decimal
from lms.kernel.text import Text
from lms.web.forms import Form, at_most, label, required

MOST_REASON = 200

# Countries and regions whose partners can have an account at the gateway, by ISO code.
COUNTRIES = {
    "AU": Text("澳大利亚", "Australia"),
    "CA": Text("加拿大", "Canada"),
    "DE": Text("德国", "Germany"),
    "FR": Text("法国", "France"),
    "GB": Text("英国", "United Kingdom"),
    "HK": Text("中国香港", "Hong Kong SAR"),
    "IE": Text("爱尔兰", "Ireland"),
    "JP": Text("日本", "Japan"),
    "MY": Text("马来西亚", "Malaysia"),
    "NL": Text("荷兰", "Netherlands"),
    "NZ": Text("新西兰", "New Zealand"),
    "SG": Text("新加坡", "Singapore"),
    "US": Text("美国", "United States"),
}


class RequestForm(Form):
    """How much is to be paid out. `client_key` names this one asking, so that sending it twice asks once."""

    client_key = HiddenField(validators=[required(), at_most(40)])
    currency = HiddenField(validators=[required(), at_most(3)])
    amount = StringField(label("提现金额", "Amount"), validators=[required(), at_most(20)])

    amount_minor = 0

    def validate_amount(self, field: StringField) -> None:
        """Read the amount; refuse what is none."""
        said = Text("填一个金额，比如 200 或 199.50。", "Enter an amount, like 200 or 199.50.")
        try:
            self.amount_minor = parse_decimal(field.data or "", self.currency.data or "CNY")
        except ValueError:
            raise ValidationError(str(said)) from None
        if self.amount_minor > MOST_MINOR:
            raise ValidationError(str(said))


class BankForm(Form):
    """A bank account to be paid to."""

    holder = StringField(label("户名", "Account holder"), validators=[required(), at_most(60)])
    bank = StringField(label("开户银行", "Bank"), validators=[required(), at_most(60)])
    number = StringField(label("卡号或 IBAN", "Card number or IBAN"), validators=[required(), at_most(50)])


class AccountForm(Form):
    """An account at the gateway: where its holder lives."""

    country = SelectField(label("你所在的国家或地区", "Where you live"), validators=[required()])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.country.choices = [(code, str(name)) for code, name in COUNTRIES.items()]


class ReasonForm(Form):
    """Why something is refused or came back; the partner reads it."""

    reason = TextAreaField(
        label("原因，对方会看到", "Reason, which the partner reads"), validators=[at_most(MOST_REASON)]
    )

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask for a reason in the words of the refusal."""
        if not field.data:
            raise ValidationError(str(ReasonMissing()))
