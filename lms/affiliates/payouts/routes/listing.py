"""Finance: payouts as a list, as a file, and many approved at once."""

import csv
import io

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.commissions.rules import month_span
from lms.affiliates.payouts import queries, service, wording
from lms.affiliates.payouts.queries import FinancePayout, Order, Wanted
from lms.affiliates.payouts.queries.listing import PAGE
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.affiliates.payouts.rules import PayoutState, defused
from lms.kernel.money import Money, as_decimal
from lms.kernel.text import t, tn
from lms.kernel.work import begin_read, begin_work
from lms.web.dates import viewer_zone
from lms.web.guards import current_actor, role
from lms.web.htmx import see_other

MOST_ROWS = 5000
MOST_CHOSEN = 500


@blueprint.get("/finance/payouts")
@role("finance")
def payouts() -> ResponseReturnValue:
    """List payouts by state and month; `format=csv` gives the whole list as a file."""
    wanted = _wanted()
    read = begin_read()
    if request.args.get("format") == "csv":
        return _csv(queries.list_payouts(read, wanted, None, MOST_ROWS), wanted)
    lines = queries.list_payouts(read, wanted, request.args.get("before", type=int), PAGE + 1)
    return show(
        "payouts.html",
        lines=lines[:PAGE],
        older=lines[PAGE - 1].payout.id if len(lines) > PAGE else None,
        state=wanted.state,
        month=wanted.month,
        order=wanted.order.value,
        all_chosen=request.args.get("chosen") == "all",
        totals=_totals(lines[:PAGE]),
        counts=queries.count_by_state(read),
        my_id=current_actor().person_id,
    )


@blueprint.post("/finance/payouts/approve")
@role("finance")
def approve_many() -> ResponseReturnValue:
    """Approve all that were chosen, after a page that names their number and sum."""
    codes = request.form.getlist("code")[:MOST_CHOSEN]
    if not request.form.get("confirmed"):
        return _confirm(codes)
    with begin_work() as work:
        done = service.approve_many(work, current_actor(), codes)
    said = tn(done.count, "通过了 {n} 笔", "{n} payout approved", "{n} payouts approved")
    if done.skipped:
        left = t("，{codes} 没有动", ", left as they were: {codes}", codes=", ".join(done.skipped[:10]))
        return see_other(url_for("payouts.payouts", state="requested"), said + left, kind="note")
    return see_other(url_for("payouts.payouts", state="approved"), said)


def _confirm(codes: list[str]) -> ResponseReturnValue:
    waiting = Wanted(state=PayoutState.REQUESTED)
    lines = queries.list_payouts(begin_read(), waiting, None, MOST_CHOSEN, codes) if codes else []
    mine = current_actor().person_id
    chosen = [line for line in lines if line.partner.person_id != mine]
    if not chosen:
        said = t("先选中要通过的提现。", "Choose the payouts to approve first.")
        return see_other(url_for("payouts.payouts", state="requested"), said, kind="note")
    changed = queries.changed_lately(begin_read(), [line.destination.id for line in chosen])
    return show("approve_many.html", lines=chosen, totals=_totals(chosen), changed=changed)


def _wanted() -> Wanted:
    """Read which payouts are asked for; 404 for a state that there is not, and a month or order unknown is none."""
    state, order = request.args.get("state", ""), request.args.get("order", "")
    if state and state not in list(PayoutState):
        abort(404)
    month = request.args.get("month", "")
    try:
        month_span(month)
    except ValueError:
        month = ""
    return Wanted(state, month, Order(order) if order in list(Order) else Order.NEWEST)


def _totals(lines: list[FinancePayout]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.payout.currency] = sums.get(line.payout.currency, 0) + line.payout.gross_minor
    return sums


def _csv(lines: list[FinancePayout], wanted: Wanted) -> Response:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([str(head) for head in wording.COLUMNS])
    table.writerows(_row(line) for line in lines)
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    name = "-".join(part for part in ("payouts", wanted.state, wanted.month) if part)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _row(line: FinancePayout) -> list[str]:
    one = line.payout
    sums = (one.gross_minor, one.tax_minor, one.fee_minor, one.net_minor)
    moments = (one.requested_at, one.decided_at, one.submitted_at, one.ended_at)
    return [
        one.code,
        defused(line.partner.name),
        one.currency,
        *(as_decimal(Money(minor, one.currency)) for minor in sums),
        defused(line.destination.hint),
        str(wording.STATES[one.state]),
        *(at.astimezone(viewer_zone()).strftime("%Y-%m-%d %H:%M") if at else "" for at in moments),
    ]
