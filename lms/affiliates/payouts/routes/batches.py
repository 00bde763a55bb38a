"""Bank files: made, downloaded, confirmed."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.errors import BatchEmpty, BatchMixed
from lms.affiliates.payouts.forms import MOST_REASON
from lms.affiliates.payouts.queries.batches import PAGE
from lms.affiliates.payouts.routes.door import blueprint, show
from lms.affiliates.payouts.rules import UNDECIDED
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
    """Put the chosen payouts into a bank file; a choice that makes none leads back to the list, which says why."""
    codes = request.form.getlist("code")
    if not codes:
        return _choose(t("先选中要打款的提现。", "Choose the payouts to send first."))
    try:
        with begin_work() as work:
            made = service.make_batch(work, current_actor(), codes)
    except (BatchEmpty, BatchMixed) as refusal:
        return _choose(str(refusal))
    said = tn(made.count, "银行文件里有 {n} 笔", "The bank file has {n} payout", "The bank file has {n} payouts")
    if made.skipped:
        said += t("，{codes} 没有放进去", "; left out: {codes}", codes=", ".join(made.skipped[:10]))
    return see_other(url_for("payouts.batch", code=made.code), said)


def _choose(said: str) -> ResponseReturnValue:
    return see_other(url_for("payouts.payouts", state="approved"), said, kind="note")


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
    """Confirm a bank file, after a page that names the sums: a line with a reason failed, all others arrived."""
    failed = _failed()
    if not request.form.get("confirmed"):
        return _confirm(code, failed)
    with begin_work() as work:
        end = service.settle_batch(work, current_actor(), code, failed)
    if not end.settled and not end.failed:
        return _unchanged(code, end.unheard)
    said = t("到账 {n} 笔，失败 {failed} 笔。", "{n} paid out, {failed} failed.", n=end.settled, failed=end.failed)
    if end.unheard:
        return see_other(url_for("payouts.batch", code=code), said + _unheard(end.unheard), kind="note")
    return see_other(url_for("payouts.batch", code=code), said)


def _confirm(code: str, failed: dict[str, str]) -> ResponseReturnValue:
    """Show what confirming would book; of lines that have an outcome nothing is asked any more."""
    found, lines = queries.get_batch(begin_read(), code)
    waiting = [line for line in lines if line.state in UNDECIDED]
    lost = [line for line in waiting if line.payout.code in failed]
    unheard = sorted(set(failed) - {line.payout.code for line in lost})
    if not waiting:
        return _unchanged(code, unheard)
    return show(
        "batch_confirm.html",
        batch=found,
        arrived=[line for line in waiting if line.payout.code not in failed],
        lost=lost,
        failed=failed,
        unheard=_unheard(unheard) if unheard else "",
    )


def _unchanged(code: str, unheard: list[str]) -> ResponseReturnValue:
    said = t("这个文件之前已经确认过，这次什么都没有变。", "This file was confirmed before; nothing changed now.")
    return see_other(url_for("payouts.batch", code=code), said + (_unheard(unheard) if unheard else ""), kind="note")


def _unheard(codes: list[str]) -> str:
    return t(
        "{codes} 已有结果，你写的原因没有记。钱后来被银行退回的，打开那一笔，用「银行退回了」记下。",
        " {codes} had an outcome, so the reason was not booked. If the bank sent money back, open the payout and use"
        " “The bank sent it back”.",
        codes=t("、", ", ").join(codes[:10]),
    )


def _failed() -> dict[str, str]:
    """Read the bank's reasons by the payout's code; lines without one arrived."""
    typed = {name.removeprefix(_FAILED): _reason(name) for name in request.form if name.startswith(_FAILED)}
    return {code: why for code, why in typed.items() if why}


def _reason(name: str) -> str:
    return " ".join(str(clean_text(request.form[name])).split())[:MOST_REASON]
