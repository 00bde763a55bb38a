"""The board, for partners and for operators."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.contests import queries, service
from lms.affiliates.contests.forms import AllShownForm, ShownForm
from lms.affiliates.contests.queries import Board, View
from lms.affiliates.contests.rules import Measure, Period, read_position, start_of
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.tracking.rules import program_day
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other

blueprint = Blueprint("contests", __name__)


def _board(read: Read, me: int) -> Board:
    """Read the board that the address asks for; the week's enrollments where it asks for none that there is."""
    asked, by = request.args.get("period", ""), request.args.get("by", "")
    period = Period(asked) if asked in list(Period) else Period.WEEK
    view = View(
        measure=Measure(by) if by in list(Measure) else Measure.JOINED,
        currency=request.args.get("currency", ""),
        after=read_position(request.args.get("after", "")),
    )
    return queries.board(read, period, start_of(period, program_day(read.now)), me, view)


@blueprint.get("/partner/board")
@role("partner")
def board() -> ResponseReturnValue:
    """Show the board of the day, the week or the month, by enrollments, sales or commission."""
    read = begin_read()
    partner = require_partner(read, current_actor())
    shown = _board(read, partner.id)
    return render(
        "affiliates/contests/board.html",
        part="affiliates/contests/_board.html",
        board=shown,
        endpoint="contests.board",
        form=ShownForm(formdata=None, hidden=shown.name_hidden, amounts_hidden=shown.amounts_hidden),
    )


@blueprint.post("/partner/board/shown")
@role("partner")
def choose_shown() -> ResponseReturnValue:
    """Hide or show the partner's name, and the partner's sales and commission."""
    form = ShownForm()
    if not form.validate_on_submit():
        return _not_saved("contests.board")
    with begin_work() as work:
        service.set_hidden(work, current_actor(), name=bool(form.hidden.data), amounts=bool(form.amounts_hidden.data))
    said = t("已保存，榜单马上照这样显示。", "Saved; the board shows it like this from now on.")
    return see_other(url_for("contests.board", **_asked()), said)


@blueprint.get("/console/board")
@role("operator")
def console_board() -> ResponseReturnValue:
    """Show operators the board with every name and number, and the switch that hides numbers from partners."""
    shown = _board(begin_read(), 0)
    return render(
        "affiliates/contests/console_board.html",
        part="affiliates/contests/_board.html",
        board=shown,
        endpoint="contests.console_board",
        form=AllShownForm(formdata=None, amounts_hidden=shown.all_hidden),
    )


@blueprint.post("/console/board")
@role("operator")
def hide_amounts() -> ResponseReturnValue:
    """Hide everybody's sales and commission from partners, or leave it to each again."""
    form = AllShownForm()
    if not form.validate_on_submit():
        return _not_saved("contests.console_board")
    hidden = bool(form.amounts_hidden.data)
    with begin_work() as work:
        service.hide_all_amounts(work, hidden)
    said = t("合伙人现在只看得到名次。", "Partners now see ranks only.")
    if not hidden:
        said = t("合伙人现在看得到单数和佣金。", "Partners now see sales and commission.")
    return see_other(url_for("contests.console_board", **_asked()), said)


def _asked() -> dict[str, Any]:
    """Give which board the address asks for, so that saving a switch leads back to it."""
    return {name: value for name in ("period", "by", "currency") if (value := request.args.get(name, ""))}


def _not_saved(endpoint: str) -> ResponseReturnValue:
    return see_other(
        url_for(endpoint, **_asked()), t("没有保存，再试一次。", "Not saved. Please try again."), kind="error"
    )
