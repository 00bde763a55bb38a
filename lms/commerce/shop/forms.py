"""Forms of the shop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from lms.commerce.shop.queries import Offer
from lms.commerce.shop.rules import CURRENCIES, CouponTerms, RefundSource, Terms
from lms.commerce.shop.service.requesting import CODE_LENGTH
from lms.kernel.codes import is_code
from lms.kernel.money import Money
from lms.kernel.text import t
from lms.learning.camps.rules import zone_of
from lms.web.fields import Amount, Moment, Percent, Whole, written
from lms.web.forms import ConfirmedForm, Form, at_most, label, optional, required

_DIGITS = 18
_MONEY = {"inputmode": "decimal", "autocomplete": "off"}


class CheckoutForm(Form):
    """Paying for a seat."""

    cohort = HiddenField(validators=[required()])
    coupon = StringField(label("优惠码", "Code"), validators=[at_most(40)])
    shown = HiddenField(validators=[at_most(20)])

    def shown_price(self) -> Money | None:
        """Read what the page asked when the button was pressed (`CNY 29900`); None when it does not say."""
        currency, _, minor = (self.shown.data or "").partition(" ")
        return Money(int(minor), currency) if minor.isascii() and minor.isdecimal() else None


class OfferForm(Form):
    """What a seat of a cohort costs. Moments are in the cohort's zone."""

    priced = BooleanField(label("这一期收费", "This cohort costs money"))
    price = Amount(label("价格", "Price"), render_kw=_MONEY)
    currency = SelectField(label("货币", "Currency"), choices=[(one, one) for one in CURRENCIES])
    early_price = Amount(label("早鸟价", "Early price"), render_kw=_MONEY)
    early_until = Moment(label("早鸟价截止", "Early price until"), validators=[optional()])
    refund_until = Moment(label("可自助退款到", "Refunds by themselves until"), validators=[optional()])

    @classmethod
    def of(cls, offer: Offer | None, zone: str) -> OfferForm:
        """Fill the form with what is set."""
        if offer is None:
            return cls(formdata=None, priced=False, currency="CNY")
        terms, tz = offer.terms, zone_of(zone)
        return cls(
            formdata=None,
            priced=offer.open,
            price=written(terms.price_minor, terms.currency),
            currency=terms.currency,
            early_price=written(terms.early_price_minor, terms.currency),
            early_until=terms.early_until and terms.early_until.astimezone(tz).replace(tzinfo=None),
            refund_until=terms.refund_until and terms.refund_until.astimezone(tz).replace(tzinfo=None),
        )

    def terms(self, zone: str) -> Terms | None:
        """Give the terms, None for free. Amounts that cannot be read become errors and None too: look at `errors`."""
        if not self.priced.data:
            return None
        currency = str(self.currency.data)
        price, early = self.price.read(currency), self.early_price.read(currency)
        if price is None:
            if not self.price.errors:
                self.price.errors = [t("填一个价格，或取消收费。", "Enter a price, or make it free.")]
            return None
        return Terms(price, currency, early, _at(self.early_until.data, zone), _at(self.refund_until.data, zone))


def _at(local: datetime | None, zone: str) -> datetime | None:
    return None if local is None else local.replace(tzinfo=zone_of(zone)).astimezone(UTC)


class CouponForm(Form):
    """A coupon: a share or an amount off, for all camps or one, perhaps bound to a partner."""

    code = StringField(label("优惠码", "Code"), validators=[required(), at_most(40)])
    kind = RadioField(
        label("优惠", "Takes off"),
        choices=[("percent", label("按比例", "A share")), ("amount", label("减一笔金额", "An amount"))],
        default="percent",
    )
    percent = Percent(label("比例", "Share"), render_kw=_MONEY)
    amount = Amount(label("金额", "Amount"), render_kw=_MONEY)
    currency = SelectField(label("货币", "Currency"), choices=[(one, one) for one in CURRENCIES])
    camp = SelectField(label("用在", "For"), choices=[], validate_choice=True)
    partner = StringField(label("归属合伙人", "Belongs to partner"), validators=[at_most(40)])
    valid_until = Moment(label("有效到", "Valid until"), validators=[optional()])
    uses_most = Whole(label("最多用几次", "Uses at most"), validators=[optional()])

    def terms(self, zone: str, owner_id: int | None) -> CouponTerms:
        """Give the terms; an amount that cannot be read becomes an error of its field."""
        currency = str(self.currency.data)
        by_amount = self.kind.data == "amount"
        return CouponTerms(
            percent_bps=None if by_amount else self.percent.data,
            amount_minor=self.amount.read(currency) if by_amount else None,
            currency=currency if by_amount else None,
            camp_id=int(self.camp.data) if self.camp.data and not self.camp.errors else None,
            owner_id=owner_id,
            valid_until=_at(self.valid_until.data, zone),
            uses_most=self.uses_most.data,
        )


class RefundForm(Form):
    """Giving back a part or all of an order, asked again before it is done (`sure`).

    `code` names the refund, so that sending the form twice asks once; `left` is what the page said is left.
    """

    code = HiddenField()
    left = HiddenField(validators=[at_most(20)])
    whole = HiddenField()
    sure = HiddenField()
    amount = Amount(label("退多少", "How much"), render_kw=_MONEY)
    reason = TextAreaField(label("原因", "Why"), validators=[required(), at_most(500)])

    def validate_code(self, field: Any) -> None:
        """Take no name but one of ours."""
        if field.data and not is_code(field.data, CODE_LENGTH):
            raise ValidationError(t("这张表单坏了，请刷新后再试。", "This form is broken. Reload and try again."))

    def left_minor(self) -> int | None:
        """Read what the page said is left; None when it does not say."""
        typed = self.left.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS else None


class DismissForm(Form):
    """Letting go of a refund that failed."""

    reason = TextAreaField(label("为什么不退了", "Why nothing is refunded"), validators=[required(), at_most(500)])


class OwnRefundForm(Form):
    """A buyer gives a seat back for all the money."""

    reason = TextAreaField(label("想说点什么（可不填）", "Anything to say (optional)"), validators=[at_most(500)])


class OfflineForm(Form):
    """Money taken in outside the gateway."""

    agent = StringField(label("代收人邮箱", "Collected by (mail address)"), validators=[required(), at_most(255)])
    sure = HiddenField()


class HandRefundForm(Form):
    """A refund sent by hand, asked again before it is booked (`sure`)."""

    sure = HiddenField()
    source = RadioField(
        label("钱从哪里退", "Paid out of"),
        choices=[
            (RefundSource.BANK.value, label("公司账户", "The bank")),
            (RefundSource.AGENT.value, label("代收人手里", "The agent’s hands")),
        ],
        default=RefundSource.BANK.value,
    )


class HandInForm(ConfirmedForm):
    """Collected money that came to the bank; `seen` is how often this agent had handed something in."""

    agent = HiddenField(validators=[required()])
    currency = HiddenField(validators=[required()])
    amount = Amount(label("交回金额", "Amount handed in"), validators=[required()], render_kw=_MONEY)

    def validate_currency(self, field: Any) -> None:
        """Take only currencies we know."""
        if field.data not in CURRENCIES:
            raise ValidationError(t("不支持这种货币。", "This currency is not supported."))

    def agent_id(self) -> int | None:
        """Give whose money it is; None for what names nobody."""
        typed = (self.agent.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS else None
