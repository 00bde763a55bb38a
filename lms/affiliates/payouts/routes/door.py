"""The blueprint that all routes of this room hang on, and how its pages write money."""

from typing import Any

from flask import Blueprint, Response

from lms.affiliates.payouts import wording
from lms.kernel.money import Money, write_money
from lms.kernel.text import current_language
from lms.web.htmx import render

blueprint = Blueprint("payouts", __name__)


def money(minor: int, currency: str) -> str:
    """Write minor units in the language of the request."""
    return write_money(Money(minor, currency), current_language())


def show(template: str, *, status: int = 200, **context: Any) -> Response:
    """Answer with a page of this room."""
    return render(f"affiliates/payouts/{template}", status=status, money=money, wording=wording, **context)
