"""Forms of the commissions room."""

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from lms.affiliates.commissions.queries import Version
from lms.affiliates.commissions.rules import MOST_PLAN_NAME, MOST_REASON, Terms
from lms.commerce.shop.rules import CURRENCIES
from lms.kernel.text import Text
from lms.web.fields import Amount, Day, Percent, Whole
from lms.web.forms import ConfirmedForm, Form, at_most, label, optional, required


def _given(_form: object, field: Field) -> None:
    """Refuse an empty field; one that could not be read keeps the words that say so."""
    if field.data is None:
        typed = (field.raw_data or [""])[0].strip()
        raise StopValidation("" if typed and field.errors else str(Text("这一项要填。", "Please fill this in.")))


class PlanForm(Form):
    """A new plan: whom it pays and for which camp."""

    name = StringField(label("方案名", "Name"), validators=[required(), at_most(MOST_PLAN_NAME)])
    camp = SelectField(label("训练营", "Camp"), choices=[])
    group = SelectField(label("合伙人分组", "Group of partners"), choices=[])


class PublishForm(Form):
    """The next version of a plan. `seen` is the number of the version whose change was shown and agreed to."""

    percent = Percent(label("佣金比例", "Share"), validators=[_given])
    cap = Percent(label("每单封顶", "Cap per order"), validators=[_given])
    floor = Percent(label("最低比例", "Lowest share"), validators=[_given])
    observation_days = Whole(label("观察期", "Observation"), validators=[_given])
    settlement_business_days = Whole(label("之后的工作日", "Business days after it"), validators=[_given])
    effective_on = Day(label("生效日期", "In force from"), validators=[optional()])
    seen = HiddenField(validators=[at_most(20)])

    def fill(self, version: Version | None) -> None:
        """Begin with the latest version's terms, or the house's own."""
        terms = version.terms if version else Terms(percent_bps=2000)
        self.percent.data = terms.percent_bps
        self.cap.data = terms.cap_bps
        self.floor.data = terms.floor_bps
        self.observation_days.data = terms.observation_days
        self.settlement_business_days.data = terms.settlement_business_days

    def terms(self) -> Terms:
        """Give the terms that were typed; their rules are checked when they are published."""
        return Terms(
            percent_bps=self.percent.data or 0,
            cap_bps=self.cap.data or 0,
            floor_bps=self.floor.data or 0,
            observation_days=self.observation_days.data,
            settlement_business_days=self.settlement_business_days.data,
        )


class AdjustForm(ConfirmedForm):
    """Giving to or taking from a partner by hand. `key` names this one form, so that sending it twice books once.

    `seen` is how many adjustments of the same amount the confirming page showed.
    """

    key = HiddenField(validators=[required(), at_most(40)])
    act = RadioField(
        label("调整", "Adjustment"),
        choices=[("give", label("补给对方", "Give")), ("take", label("从对方扣回", "Take back"))],
        default="give",
    )
    amount = Amount(
        label("金额", "Amount"), validators=[required()], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )
    currency = SelectField(label("货币", "Currency"), choices=[(one, one) for one in CURRENCIES])
    reason = TextAreaField(
        label("原因，对方会看到", "Reason, which the partner reads"), validators=[required(), at_most(MOST_REASON)]
    )

    def minor(self, currency: str) -> int | None:
        """Give what is to be booked, below 0 for taking; None with an error at the amount when it cannot be read."""
        amount = self.amount.read(currency)
        return -amount if amount is not None and self.act.data == "take" else amount
