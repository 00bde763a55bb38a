"""Bank files: made, downloaded, confirmed."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.forms import MOST_REASON
from lms.affiliates.payouts.queries.batches import PAGE
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.kernel.text import t, tn
from lms.kernel.work import begin_read, begin_work
from lms.web.files import send_bytes
from lms.web.forms import clean_text
from lms.web.guards import current_actor, role
from lms.web.htmx import see_other

_FAILED = "failed-"


@blueprint.get("/finance/payouts/batches")
@role("finance")
def batches() -> ResponseReturnValue:
    """List bank files, newest first."""
    found = queries.list_batches(begin_read(), request.args.get("before", type=int), PAGE + 1)
    return show("batches.html", batches=found[:PAGE], older=found[PAGE - 1].id if len(found) > PAGE else None)


@blueprint.post("/finance/payouts/batches")
@role("finance")
def make_batch() -> ResponseReturnValue:
    """Put the chosen payouts into a bank file."""
    with begin_work() as work:
        made = service.make_batch(work, current_actor(), request.form.getlist("code"))
    said = tn(made.count, "银行文件里有 {n} 笔", "The bank file has {n} payout", "The bank file has {n} payouts")
    if made.skipped:
        said += t("，{codes} 没有放进去", "; left out: {codes}", codes=", ".join(made.skipped[:10]))
    return see_other(url_for("payouts.batch", code=made.code), said)


@blueprint.get("/finance/payouts/batches/<code>")
@role("finance")
def batch(code: str) -> ResponseReturnValue:
    """Show a bank file, its payments and what became of them."""
    found, lines = queries.get_batch(begin_read(), code)
    return show("batch.html", batch=found, lines=lines)


@blueprint.get("/finance/payouts/batches/<code>.csv")
@role("finance")
def batch_file(code: str) -> ResponseReturnValue:
    """Download a bank file, the same at every download."""
    name, data = queries.read_batch_file(begin_read(), code)
    return send_bytes(data, media_type="text/csv", name=name, download=True, seconds=0)


@blueprint.post("/finance/payouts/batches/<code>/settle")
@role("finance")
def settle_batch(code: str) -> ResponseReturnValue:
    """Confirm a bank file: a line with a reason failed, all others arrived."""
    failed = {name.removeprefix(_FAILED): _reason(name) for name in request.form if name.startswith(_FAILED)}
    with begin_work() as work:
        end = service.settle_batch(work, current_actor(), code, {one: why for one, why in failed.items() if why})
    said = t("到账 {n} 笔，失败 {failed} 笔。", "{n} paid out, {failed} failed.", n=end.settled, failed=end.failed)
    return see_other(url_for("payouts.batch", code=code), said)


def _reason(name: str) -> str:
    return " ".join(str(clean_text(request.form[name])).split())[:MOST_REASON]
