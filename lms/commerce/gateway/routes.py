"""Where notices come in, and finance's pages about them."""

import json

from flask import Blueprint, Response, request, url_for

from lms.commerce.gateway import queries, service, wording
from lms.commerce.gateway.notices import NoticeState
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.text import t
from lms.kernel.work import begin_read, begin_work
from lms.web.guards import current_actor, public, role
from lms.web.htmx import render, see_other

blueprint = Blueprint("gateway", __name__)

LARGEST_NOTICE = 256 * 1024
_TOO_LARGE, _UNSIGNED = 413, 400


@blueprint.post("/webhooks/stripe")
@public
def hear_stripe() -> Response:
    """Take a notice: 200 once it is kept, which it is before the answer; 400 unsigned or old, 413 too large."""
    secrets = current_parts().settings.stripe_webhook_secrets
    if not secrets:
        raise NotFound
    # Here, since its library loads only where it is used.
    from lms.commerce.gateway.stripe_gateway import BadSignature, read_signed

    # One that does not say its length may be of any.
    if request.content_length is None or request.content_length > LARGEST_NOTICE:
        return Response(status=_TOO_LARGE)
    try:
        notice = read_signed(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""), secrets)
    except BadSignature:
        return Response(status=_UNSIGNED)
    with begin_work() as work:
        service.receive(work, notice)
    return Response(status=200)


@blueprint.get("/finance/notices")
@role("finance", "operator")
def notices() -> Response:
    """List what the gateway let us know."""
    state = request.args.get("state", "")
    chosen = NoticeState(state) if state in set(NoticeState) else None
    found = queries.list_notices(begin_read(), chosen, request.args.get("before", type=int))
    page = found[: queries.PAGE]
    older = page[-1].id if len(found) > queries.PAGE else None
    return render(
        "commerce/gateway/notices.html",
        notices=page,
        older=older,
        state=chosen,
        wording=wording,
        takes_payments=queries.takes_payments(),
    )


@blueprint.get("/finance/notices/<int:notice_id>")
@role("finance", "operator")
def notice(notice_id: int) -> Response:
    """Show one notice with its payload."""
    found, payload = queries.get_notice(begin_read(), notice_id)
    return render(
        "commerce/gateway/notice.html",
        notice=found,
        payload=json.dumps(payload, ensure_ascii=False, indent=2),
        wording=wording,
        may_replay=current_actor().has("finance"),
    )


@blueprint.post("/finance/notices/<int:notice_id>/replay")
@role("finance")
def replay(notice_id: int) -> Response:
    """Tell a notice once more."""
    with begin_work() as work:
        service.replay(work, current_actor(), notice_id)
    said = t("已重放。处理过的不会重复记账。", "Told again. What was handled before is not booked twice.")
    return see_other(url_for("gateway.notice", notice_id=notice_id), said)


@blueprint.get("/finance/reconciliation")
@role("finance", "operator")
def reconciliation() -> Response:
    """Show where the gateway and we differ, and what to do about it."""
    read = begin_read()
    return render(
        "commerce/gateway/reconciliation.html",
        runs=queries.list_runs(read),
        open=queries.list_discrepancies(read),
        strays=queries.list_stray_entries(read),
        wording=wording,
        takes_payments=queries.takes_payments(),
        may_run=current_actor().has("finance"),
    )


@blueprint.post("/finance/reconciliation/run")
@role("finance")
def run_reconciliation() -> Response:
    """Compare now; the worker asks the gateway and the page shows the outcome within seconds."""
    service.current_gateway()
    with begin_work() as work:
        new = service.ask_reconciliation(work)
        work.audit("reconciliation.asked", subject="gateway")
    said = t("正在对账，稍后刷新就能看到结果。", "Comparing now. Reload in a moment for the result.")
    again = t("这一分钟已经对过账，稍等再来。", "It was just compared. Try again in a minute.")
    return see_other(url_for("gateway.reconciliation"), said if new else again)
