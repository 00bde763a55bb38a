"""The demo's clock. Registered in demo mode only, so that production has no such address."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lms.kernel.clock import ShiftedClock
from lms.kernel.errors import Invalid
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.web.guards import role
from lms.web.htmx import see_other
from lms.web.next_page import checked_next

blueprint = Blueprint("demo", __name__)

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@blueprint.post("/demo/clock")
@role("operator")
def move_clock() -> ResponseReturnValue:
    """Move the product's clock forward by an hour or a day; the worker does what falls due."""
    step = STEPS.get(request.form.get("by", ""))
    clock = current_parts().clock
    if step is None or not isinstance(clock, ShiftedClock):
        raise Invalid
    clock.move(step)
    current_parts().wake()
    return see_other(checked_next("/console"), t("时间已往前走。", "The clock has moved on."))
