"""The class: names and faces for its members, progress for its tutors."""

import csv
from io import StringIO

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotFound
from lms.kernel.text import t
from lms.kernel.work import Actor, Read, begin_read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.checkins import queries
from lms.learning.checkins.queries import ClassProgress
from lms.learning.checkins.routes import blueprint
from lms.learning.checkins.rules import MARK_WORDS
from lms.learning.enrollments import queries as enrollments
from lms.web.guards import current_actor, role, signed_in
from lms.web.htmx import render


@blueprint.get("/learn/<code>/class")
@signed_in
def classmates(code: str) -> ResponseReturnValue:
    """Show who is in the class and who has handed in today; members only."""
    read, who = begin_read(), current_actor()
    cohort, enrollment = enrollments.require_member(read, who, code)
    class_id = enrollment.class_id if enrollment else None
    today = camps.current_day(camps.list_days(read, cohort.id), read.now)
    return render(
        "learning/checkins/class.html",
        cohort=cohort,
        mine=enrollment,
        name=enrollments.class_name(read, class_id),
        mates=enrollments.list_classmates(read, cohort.id, class_id),
        today=today,
        done=queries.list_checked_in(read, cohort.id, today.number) if today else set(),
    )


@blueprint.get("/desk/cohorts/<code>/progress")
@role("tutor", "operator")
def progress(code: str) -> ResponseReturnValue:
    """Show students by days, a page at a time, or the whole class as CSV."""
    read, who = begin_read(), current_actor()
    cohort = _taught(read, who, code)
    if request.args.get("format") == "csv":
        return _csv(cohort, queries.class_progress(read, cohort.id))
    after, before = request.args.get("after", 0, type=int), request.args.get("before", type=int)
    found = queries.progress_page(read, cohort.id, after=after, before=before)
    today = camps.current_day(list(found.days), read.now)
    return render("learning/checkins/progress.html", cohort=cohort, progress=found, today=today, words=MARK_WORDS)


def _taught(read: Read, who: Actor, code: str) -> Cohort:
    """Get a cohort that somebody works on, in one statement; NotFound for others."""
    if who.has("operator"):
        return camps.get_cohort(read, code)
    mine = camps.list_tutored(read, who.person_id) if who.person_id else []
    found = next((cohort for cohort in mine if cohort.code == code), None)
    if found is None:
        raise NotFound
    return found


def _csv(cohort: Cohort, found: ClassProgress) -> Response:
    out = StringIO()
    out.write("\ufeff")  # Excel reads UTF-8 by this mark only.
    lines = csv.writer(out)
    heads = [t("姓名", "Name"), t("已做", "Done"), t("应做", "Required"), t("连续", "Streak")]
    lines.writerow([*heads, *(t("第 {n} 天", "Day {n}", n=day.number) for day in found.days)])
    words = {mark: str(word) for mark, word in MARK_WORDS.items()}
    for one in found.students:
        marks = [words[mark] for mark in one.marks]
        lines.writerow([_safe(one.person.display_name), one.done, one.total, one.streak, *marks])
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="progress-{cohort.code}.csv"'
    return response


def _safe(name: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t") else name
