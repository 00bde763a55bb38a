"""What somebody collected for us, for themselves."""

from flask import Response, request

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import queries
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import CURRENCIES
from lms.kernel.work import begin_read
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import render


@blueprint.get("/me/collected")
@signed_in
def my_collected() -> Response:
    """Show what one holds of collected money, and every move of it in one currency."""
    read, me = begin_read(), current_actor().person_id or 0
    held = {one: books.owned(read, Account.AGENT_RECEIVABLE, one).get(me, 0) for one in CURRENCIES}
    asked = request.args.get("currency", "")
    currency = asked if asked in CURRENCIES else max(held, key=lambda one: held[one])
    moves = queries.list_collected(read, me, currency, request.args.get("before", None, int))
    return render(
        "commerce/shop/my_collected.html",
        held={one: minor for one, minor in held.items() if minor or one == currency},
        currency=currency,
        moves=moves,
        older=moves[-1].id if len(moves) == books.PAGE else None,
    )
