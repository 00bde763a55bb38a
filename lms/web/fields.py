"""Form fields that say in the reader's words what could not be read."""

from __future__ import annotations

from unicodedata import normalize

from wtforms import DateField, DateTimeLocalField, IntegerField, StringField, TimeField

from lms.kernel.money import Money, as_decimal, parse_decimal, precision
from lms.kernel.text import t


class Day(DateField):
    """A date."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(t("请填日期，如 2026-12-01。", "Enter a date, such as 2026-12-01.")) from None


class Clock(TimeField):
    """A time of day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(t("请填时间，如 22:00。", "Enter a time, such as 22:00.")) from None


class Moment(DateTimeLocalField):
    """A date and a time, naive: the form knows in which zone."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(t("请填日期和时间。", "Enter a date and a time.")) from None


class Whole(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(t("请填整数。", "Enter a whole number.")) from None


class Percent(StringField):
    """A share as people write it, 20 or 12.5; `data` is basis points."""

    data: int | None
    typed: str | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = normalize("NFKC", valuelist[0]).strip().rstrip("%").strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            # Two decimals of a percent are basis points, as two decimals of a yuan are fen.
            self.data = parse_decimal(self.typed, "CNY")
        except ValueError:
            raise ValueError(t("请填百分比，如 20 或 12.5。", "Enter a percentage, such as 20 or 12.5.")) from None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else as_decimal(Money(self.data, "CNY")).rstrip("0").rstrip(".")


class Amount(StringField):
    """An amount of money as people write it. Its currency may be chosen in the same form: read by `minor`."""

    def minor(self, currency: str) -> int | None:
        """Read the amount in minor units; None when it is empty. ValueError with words when it cannot be read."""
        typed = (self.data or "").strip()
        if not typed:
            return None
        try:
            return parse_decimal(typed, currency)
        except ValueError:
            raise ValueError(_amount_wanted(currency)) from None

    def read(self, currency: str) -> int | None:
        """Read the amount; what cannot be read becomes this field's error and None."""
        try:
            return self.minor(currency)
        except ValueError as error:
            self.process_errors.append(str(error))
            self.errors = list(self.process_errors)
            return None


def _amount_wanted(currency: str) -> str:
    if precision(currency) == 0:
        return t(
            "请填整数金额，如 3990（{currency} 没有小数）。",
            "Enter a whole amount, such as 3990 ({currency} has no decimals).",
            currency=currency,
        )
    return t("请填金额，如 399 或 399.50。", "Enter an amount, such as 399 or 399.50.")


def written(minor: int | None, currency: str) -> str:
    """Write minor units as an amount field shows them; empty for None, no decimals where they are zero."""
    if minor is None:
        return ""
    text = as_decimal(Money(minor, currency))
    return text.removesuffix(".00")
