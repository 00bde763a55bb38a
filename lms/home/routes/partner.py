"""The partner home; for everybody else, what the program is and the way in."""

from flask import Response

from lms.affiliates.partners.queries import find_partner
from lms.affiliates.promo.queries import list_promises
from lms.home.queries.partner import look_at_partner_home
from lms.home.routes.door import blueprint
from lms.kernel.work import begin_read
from lms.web.guards import current_actor, public
from lms.web.htmx import render


@blueprint.get("/partner")
@public
def partner() -> Response:
    """Show an approved partner today's numbers, words to post and what happened; others what this is and earns."""
    read, who = begin_read(), current_actor()
    found = find_partner(read, who.person_id) if who.person_id is not None else None
    if found is None or not found.is_approved:
        return render("home/partner_intro.html", partner=found, promises=list_promises(read))
    return render("home/partner.html", home=look_at_partner_home(read, found))
