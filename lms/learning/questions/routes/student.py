"""What students open: asking, their questions, the knowledge of the camp."""

from typing import Any

from flask import Response, request, url_for

from lms.kernel.text import t
from lms.kernel.work import Actor, Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Task
from lms.learning.enrollments import queries as enrollments
from lms.learning.questions import queries, service
from lms.learning.questions.forms import QUESTION_LIMIT, AskForm
from lms.learning.questions.routes.door import blueprint
from lms.learning.questions.rules import Standing, due_at, may_ask
from lms.web.guards import current_actor, signed_in
from lms.web.htmx import is_part, render, see_other
from lms.web.refusals import refusals_on


@blueprint.get("/learn/<code>/questions")
@signed_in
def asking(code: str) -> Response:
    """Show the ask box, what fits the typed text, and one's own questions."""
    form = AskForm(formdata=request.args, meta={"csrf": False})
    return _ask_page(code, form)


@blueprint.post("/learn/<code>/questions")
@signed_in
def ask(code: str) -> Response:
    """Hand a question over; with `look` only show what fits (the way without scripts)."""
    form = AskForm()
    if request.form.get("look"):
        given = {name: value for name, value in (("text", form.text.data), ("task", form.task.data)) if value}
        return see_other(url_for("questions.asking", code=code, **given, _anchor="suggestions"))
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            asked = service.ask(work, current_actor(), code, form.text.data, form.task.data or None, _background(form))
        if not form.errors:
            return see_other(url_for("questions.question", code=code, qcode=asked.code), _said(asked))
    return _ask_page(code, form, status=422)


@blueprint.get("/learn/<code>/questions/suggest")
@signed_in
def suggest(code: str) -> Response:
    """Give what fits the text so far: the part while typing, the ask page without scripts."""
    text = request.args.get("text", "").strip()
    if not is_part():
        return see_other(url_for("questions.asking", code=code, text=text, _anchor="suggestions"))
    read, who = begin_read(), current_actor()
    cohort, _ = enrollments.require_member(read, who, code)
    found = queries.suggest(read, cohort, text, who.person_id)
    return render(
        "learning/questions/ask.html",
        part="learning/questions/_suggestions.html",
        cohort=cohort,
        suggestions=found,
        ask_text=text,
    )


@blueprint.post("/learn/<code>/questions/draft")
@signed_in
def keep_question_draft(code: str) -> Response:
    """Keep what is being typed."""
    form = AskForm()
    with begin_work() as work:
        service.keep_draft(work, current_actor(), code, (form.text.data or "")[:QUESTION_LIMIT])
    return Response(status=204)


@blueprint.post("/learn/<code>/questions/solve")
@signed_in
def solve(code: str) -> Response:
    """Note that an entry solved it."""
    given = request.form
    with begin_work() as work:
        service.solve(
            work, current_actor(), code, given.get("entry", ""), given.get("text", ""), given.get("question", "")
        )
    back = url_for("questions.asking", code=code)
    return see_other(back, t("太好了。这条答案又帮到一个人。", "Good. That answer has helped one more person."))


@blueprint.get("/learn/<code>/questions/<qcode>")
@signed_in
def question(code: str, qcode: str) -> Response:
    """Show one question with its answer; what was merged leads to the root."""
    read, who = begin_read(), current_actor()
    cohort, enrollment = enrollments.require_member(read, who, code)
    page = queries.get_question(read, cohort, qcode, who.person_id)
    if page.root_code != page.code:
        return see_other(url_for("questions.question", code=code, qcode=page.root_code))
    waits = page.standing in (Standing.WAITING, Standing.IN_HAND)
    found = queries.suggest(read, cohort, page.text, who.person_id) if waits and page.own else []
    return render(
        "learning/questions/question.html",
        cohort=cohort,
        student=enrollment is not None,
        question=page,
        suggestions=[suggestion for suggestion in found if suggestion.entry],
    )


@blueprint.post("/learn/<code>/questions/<qcode>/follow")
@signed_in
def follow(code: str, qcode: str) -> Response:
    """Ask the same."""
    with begin_work() as work:
        root = service.follow(work, current_actor(), code, qcode)
    there = url_for("questions.question", code=code, qcode=root)
    return see_other(there, t("记下了，有回答时也会告诉你。", "Noted. You will hear when it is answered."))


@blueprint.post("/learn/<code>/questions/<qcode>/unfollow")
@signed_in
def unfollow(code: str, qcode: str) -> Response:
    """No longer ask."""
    with begin_work() as work:
        service.unfollow(work, current_actor(), code, qcode)
    return see_other(url_for("questions.asking", code=code), t("已撤回。", "Taken back."))


@blueprint.get("/learn/<code>/knowledge")
@signed_in
def knowledge(code: str) -> Response:
    """Search the answers of the camp."""
    read, who = begin_read(), current_actor()
    cohort, enrollment = enrollments.require_member(read, who, code)
    query = request.args.get("q", "").strip()[:200]
    return render(
        "learning/questions/knowledge.html",
        part="learning/questions/_entries.html",
        cohort=cohort,
        student=enrollment is not None,
        q=query,
        entries=queries.search_knowledge(read, cohort.camp_id, query),
        hidden=queries.list_hidden(read, cohort.camp_id) if enrollment is None else [],
    )


def _ask_page(code: str, form: AskForm, status: int = 200) -> Response:
    read, who = begin_read(), current_actor()
    cohort, enrollment = enrollments.require_member(read, who, code)
    text = form.text.data or ""
    if enrollment is not None and not text and status == 200:
        text = queries.find_draft(read, enrollment.id)
    digests = queries.list_digests(read, cohort, who.person_id, limit=3)
    return render(
        "learning/questions/ask.html",
        part="learning/questions/_ask_box.html",
        status=status,
        cohort=cohort,
        form=form,
        may_ask=enrollment is not None and may_ask(enrollment.state, cohort.state),
        ask_task=_task(read, cohort, form.task.data),
        ask_text=text,
        suggestions=queries.suggest(read, cohort, text, who.person_id) if text else [],
        mine=_mine(read, who, cohort),
        digests=digests,
        numbers={line.id: line.number for line in digests},
        ahead=queries.count_ahead(read, cohort.id),
        promised=due_at(read.now, cohort.time_zone),
    )


def _mine(read: Read, who: Actor, cohort: Cohort) -> list[Any]:
    return queries.list_mine(read, cohort.id, who.person_id) if who.person_id is not None else []


def _task(read: Read, cohort: Cohort, code: str | None) -> Task | None:
    task = camps.get_task(read, code) if code else None
    return task if task is not None and task.cohort_id == cohort.id else None


def _background(form: AskForm) -> service.Background:
    tried = tuple(code[:16] for code in request.form.getlist("tried")[:10])
    return service.Background(tried=tried, item_code=form.item.data or None)


def _said(asked: service.Asked) -> str:
    if asked.again:
        return t(
            "你刚问过同样的话，还是这一条，没有重复提交。",
            "You asked just that. It is the same question, not a second one.",
        )
    return t("交给助教了，回答后会告诉你。", "A tutor has it. You will hear when it is answered.")
