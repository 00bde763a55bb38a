"""Refusals: what the product says no to, in words for people."""

from __future__ import annotations

from typing import ClassVar

from lms.kernel.text import Text


class Refusal(Exception):
    """A no with a reason. Services raise it, `web/refusals.py` alone turns it into an answer.

    `values` fill the places in the text; `field` names the form field it belongs to.
    """

    status: ClassVar[int] = 400
    text: ClassVar[Text] = Text("这一步没有做成，请检查后再试。", "That did not work. Check it and try again.")

    def __init__(self, *, field: str | None = None, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.field = field
        self.values = values

    def message(self) -> Text:
        """Give the text with its places filled, in both languages."""
        return Text(self.text.in_("zh", **self.values), self.text.in_("en", **self.values))

    def __str__(self) -> str:
        return str(self.message())


class Invalid(Refusal):
    status = 422
    text = Text("填写的内容有误，请检查后再提交。", "Something in the form needs fixing.")


class NotFound(Refusal):
    status = 404
    text = Text("没有找到这个页面或内容。", "We could not find that.")


class Forbidden(Refusal):
    status = 403
    text = Text("这里不对你的账号开放。", "Your account does not open this door.")


class Conflict(Refusal):
    status = 409
    text = Text("内容已经被别人改过，请刷新后再试。", "This changed in the meantime. Reload and try again.")
