"""The board."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.contests import queries, service
from lms.affiliates.contests.forms import NameForm
from lms.affiliates.contests.rules import Period, read_position, start_of
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.tracking.rules import program_day
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other

blueprint = Blueprint("contests", __name__)


def _period() -> Period:
    asked = request.args.get("period", "")
    return Period(asked) if asked in list(Period) else Period.WEEK


@blueprint.get("/partner/board")
@role("partner")
def board() -> ResponseReturnValue:
    """Show the board of the day, the week or the month."""
    read = begin_read()
    partner = require_partner(read, current_actor())
    period = _period()
    start = start_of(period, program_day(read.now))
    shown = queries.board(read, period, start, partner.id, read_position(request.args.get("after", "")))
    return render(
        "affiliates/contests/board.html",
        part="affiliates/contests/_board.html",
        board=shown,
        partner=partner,
        form=NameForm(formdata=None, hidden=shown.hidden),
    )


@blueprint.post("/partner/board/name")
@role("partner")
def set_name() -> ResponseReturnValue:
    """Hide or show the partner's name."""
    form = NameForm()
    if not form.validate_on_submit():
        return see_other(
            url_for("contests.board"), t("没有保存，再试一次。", "Not saved. Please try again."), kind="error"
        )
    with begin_work() as work:
        service.set_hidden(work, current_actor(), bool(form.hidden.data))
    said = t("别人现在只看到第一个字。", "Others now see the first letter only.")
    if not form.hidden.data:
        said = t("别人现在看得到你的名字。", "Others now see your name.")
    return see_other(url_for("contests.board"), said)
