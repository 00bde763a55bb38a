"""What comes in is cleaned once, and what is wrong is said in the person's language."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, TextAreaField

from lms.kernel.text import speaking
from lms.web.forms import Form, at_least, at_most, between, clean_text, label, optional, required, web_address
from lms.web.next_page import is_own


class SampleForm(Form):
    name = StringField(label("名字", "Name"), [required(), at_most(5)])
    words = TextAreaField(label("内容", "Words"), [optional(), at_least(3)])
    age = IntegerField(label("年龄", "Age"), [optional(), between(1, 9)])
    link = StringField(label("链接", "Link"), [optional(), web_address()])


def _errors(app: Flask, **values: str) -> dict[str, list[str]]:
    with app.test_request_context(method="POST", data=MultiDict(values)), speaking("en"):
        form = SampleForm()
        form.validate_on_submit()
        return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def test_a_good_form_passes(app: Flask) -> None:
    assert _errors(app, name=" 阿里木 ", words="三个字", age="7", link="https://example.com/a") == {}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "   ", "Please fill this in."),
        ("name", "六个字的名字", "At most 5 characters; this has 6."),
        ("words", "短", "At least 3 characters."),
        ("age", "12", "Enter a number from 1 to 9."),
        ("link", "javascript:alert(1)", "Enter a full address, starting with http:// or https://."),
        ("link", "https:// a b", "Enter a full address, starting with http:// or https://."),
    ],
)
def test_each_fault_is_said_at_its_field(app: Flask, field: str, value: str, said: str) -> None:
    assert _errors(app, **{"name": "好", field: value}) == {field: [said]}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "ab"),
        ("一\r\n二", "一\n二"),
        ("e\u0301", "é"),
        ("\u202egnp.exe", "gnp.exe"),
        ("👩‍🚀 𠮷", "👩‍🚀 𠮷"),
        (None, None),
    ],
)
def test_text_is_cleaned_of_what_no_text_holds(typed: str | None, kept: str | None) -> None:
    assert clean_text(typed) == kept


@pytest.mark.parametrize("address", ["/today", "/c/x?y=1#z"])
def test_our_own_addresses_are_gone_to(address: str) -> None:
    assert is_own(address)


@pytest.mark.parametrize(
    "address", ["", "today", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_other_addresses_are_not(address: str) -> None:
    assert not is_own(address)
