"""The console home."""

from flask import Response

from lms.home.queries.console import FUNNEL_DAYS, look_at_console
from lms.home.routes.door import blueprint
from lms.kernel.work import begin_read
from lms.learning.camps.rules import STATES
from lms.web.guards import current_actor, role
from lms.web.htmx import render


@blueprint.get("/console")
@role("operator", "finance")
def console() -> Response:
    """Show how the cohorts are doing and what waits."""
    who = current_actor()
    return render(
        "home/console.html",
        home=look_at_console(begin_read()),
        funnel_days=FUNNEL_DAYS,
        is_operator=who.has("operator"),
        is_finance=who.has("finance"),
        states=STATES,
    )
