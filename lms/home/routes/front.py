"""The front page and the landing pages of camps: open to everybody."""

from flask import Response, request, session

from lms.home.queries.front import list_open_camps, look_at_landing
from lms.home.routes.door import blueprint
from lms.home.rules import first_screen, is_running
from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, begin_read
from lms.learning.enrollments.queries import list_my_cohorts
from lms.web.guards import current_actor, public
from lms.web.htmx import render, see_other


@blueprint.get("/")
@public
def index() -> Response:
    """Lead people to their first screen; show visitors what this is and what can be joined."""
    who = current_actor()
    if who.is_signed_in:
        last = str(session.get("place", ""))
        return see_other(first_screen(who.roles, is_studying=_is_studying(who), last_place=last))
    return render("home/front.html", camps=list_open_camps(begin_read()))


def _is_studying(who: Actor) -> bool:
    """Say whether somebody has a day's work here; asked for partners only, whose first screen depends on it."""
    if not who.has("partner") or who.person_id is None:
        return False
    return any(is_running(place) for place in list_my_cohorts(begin_read(), who.person_id))


@blueprint.get("/c/<slug>")
@public
def landing(slug: str) -> Response:
    """Show a camp: what it gives, how it goes, who did it, and the cohort that can be joined."""
    page = look_at_landing(begin_read(), current_actor(), slug, request.args.get("cohort", ""))
    return render("home/landing.html", page=page, public_url=current_parts().settings.public_url)
