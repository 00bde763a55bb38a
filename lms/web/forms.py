"""Forms with words in both languages. Input is cleaned here once, for all rooms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, cast

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field, FileField, HiddenField, ValidationError
from wtforms.validators import StopValidation

from lms.kernel.text import Text, t

Validator = Callable[[Any, Any], None]

# Control characters other than tab and line breaks never belong into a text; U+0000 would break PostgreSQL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def label(zh: str, en: str) -> str:
    """A label, hint or choice in both languages; it speaks the language of the request when it is shown."""
    return cast(str, Text(zh, en))


def clean_text(value: object) -> object:
    """Trim, normalise line ends and characters (NFC), and drop control characters."""
    if not isinstance(value, str):
        return value
    composed = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    scalars = composed.encode("utf-8", "ignore").decode("utf-8")
    return _CONTROL.sub("", scalars).strip()


class Form(FlaskForm):
    """The form all rooms start from."""

    class Meta(FlaskForm.Meta):
        locales = ("zh", "en")

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            name = unbound_field.field_class.__name__
            if name in ("StringField", "TextAreaField", "EmailField", "URLField", "SearchField", "Amount"):
                options = {**options, "filters": [clean_text, *unbound_field.kwargs.pop("filters", [])]}
            return unbound_field.bind(form=form, **options)

        def get_translations(self, form: Any) -> Any:
            return None

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Fill fields from the form alone: no JSON, and files only into fields for files."""
            given = super().wrap_formdata(form, formdata)
            if given is None or given is formdata:
                return given
            files = [(name, file) for name, file in request.files.items(multi=True) if _takes_files(form, name)]
            return CombinedMultiDict((MultiDict(files), request.form))


def _takes_files(form: Any, name: str) -> bool:
    return name in form and isinstance(form[name], FileField)


def required(text: Text | None = None) -> Validator:
    """Refuse an empty field."""

    def check(_form: object, field: Field) -> None:
        data = field.data
        if data is None or data == [] or (isinstance(data, str) and not data.strip()):
            field.errors = []
            raise StopValidation(str(text or Text("这一项要填。", "Please fill this in.")))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def optional() -> Validator:
    """Skip the other checks when the field is empty."""

    def check(_form: object, field: Field) -> None:
        if not field.raw_data or (isinstance(field.raw_data[0], str) and not field.raw_data[0].strip()):
            field.errors = []
            raise StopValidation

    return check


def at_most(limit: int) -> Validator:
    """Refuse a text longer than `limit` characters."""

    def check(_form: object, field: Field) -> None:
        if field.data and len(field.data) > limit:
            raise ValidationError(
                t(
                    "最多 {limit} 字，现在 {n} 字。",
                    "At most {limit} characters; this has {n}.",
                    limit=limit,
                    n=len(field.data),
                )
            )

    check.field_flags = {"maxlength": limit}  # type: ignore[attr-defined]
    return check


def at_least(limit: int) -> Validator:
    """Refuse a text shorter than `limit` characters."""

    def check(_form: object, field: Field) -> None:
        if len(field.data or "") < limit:
            raise ValidationError(t("至少 {limit} 字。", "At least {limit} characters.", limit=limit))

    return check


def between(low: int, high: int) -> Validator:
    """Refuse a number outside the range."""

    def check(_form: object, field: Field) -> None:
        if field.data is None or not low <= field.data <= high:
            raise ValidationError(
                t("请填 {low} 到 {high} 之间的数。", "Enter a number from {low} to {high}.", low=low, high=high)
            )

    return check


def web_address() -> Validator:
    """Refuse what is not an http or https address."""

    def check(_form: object, field: Field) -> None:
        if field.data and not re.fullmatch(r"https?://[^\s/$.?#][^\s]{0,1900}", field.data):
            raise ValidationError(
                t(
                    "请填完整的网址，以 http:// 或 https:// 开头。",
                    "Enter a full address, starting with http:// or https://.",
                )
            )

    return check


class ConfirmedForm(Form):
    """A form that is sent twice: to be looked at, and from a confirming page (`confirmed`).

    `seen` is how many like it that page told of, so that nothing is booked past what somebody knew.
    """

    confirmed = HiddenField()
    seen = HiddenField(validators=[at_most(9)])

    def seen_count(self) -> int:
        """Give how many like it the confirming page told of; what is no such number counts as none."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() else 0
