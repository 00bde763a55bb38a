"""The Desk and the list of one's classes."""

from flask import Response

from lms.home.queries.desk import list_class_lines, look_at_desk
from lms.home.routes.door import blueprint
from lms.kernel.work import begin_read
from lms.learning.camps.rules import STATES
from lms.web.guards import current_actor, role
from lms.web.htmx import render


@blueprint.get("/desk")
@role("tutor", "operator")
def desk() -> Response:
    """Show what waits, the longest waiting hand-in opened beside it."""
    return render("home/desk.html", desk=look_at_desk(begin_read(), current_actor()))


@blueprint.get("/desk/cohorts")
@role("tutor", "operator")
def classes() -> Response:
    """List somebody's classes with the ways into them."""
    who = current_actor()
    lines = list_class_lines(begin_read(), who)
    return render("home/classes.html", lines=lines, is_operator=who.has("operator"), states=STATES)
