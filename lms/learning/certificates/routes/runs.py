"""The console's page of a cohort's certificates: counts, who waits and why, and the button that issues."""

from flask import url_for
from flask.typing import ResponseReturnValue

from lms.kernel.text import t, tn
from lms.kernel.work import begin_read, begin_work
from lms.learning.certificates import queries, service
from lms.learning.certificates.queries import Place
from lms.learning.certificates.routes.blueprint import blueprint
from lms.learning.certificates.wording import PLACE_KINDS, PLACES, held_words
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other


@blueprint.get("/console/cohorts/<code>/certificates")
@role("operator")
def run(code: str) -> ResponseReturnValue:
    """Show how far a cohort's certificates are; as a part it looks again by itself while files are drawn."""
    found = queries.get_run(begin_read(), code)
    return render(
        "learning/certificates/console/run.html",
        part="learning/certificates/console/_run.html",
        run=found,
        Place=Place,
        words=PLACES,
        kinds=PLACE_KINDS,
        held_words=held_words,
    )


@blueprint.post("/console/cohorts/<code>/certificates")
@role("operator")
def issue(code: str) -> ResponseReturnValue:
    """Issue now what is due in a cohort; who holds one already is passed over."""
    with begin_work() as work:
        issued = service.issue_run(work, current_actor(), code)
    said = (
        tn(issued, "签发了 {n} 张证书，文件正在生成。", "{n} certificate issued.", "{n} certificates issued.")
        if issued
        else t("没有新的证书要签发。", "There was no new certificate to issue.")
    )
    return see_other(url_for(".run", code=code), said)
