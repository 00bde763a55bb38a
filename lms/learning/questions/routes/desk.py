"""What tutors open: what waits, one question, the table of synonyms."""

from flask import Response, request, url_for

from lms.kernel.text import render_markdown, t, tn
from lms.kernel.work import begin_read, begin_work
from lms.learning.questions import queries, service
from lms.learning.questions.forms import AnswerForm, DraftForm, HideForm, SynonymForm
from lms.learning.questions.routes.door import blueprint
from lms.web.guards import current_actor, role
from lms.web.htmx import is_part, render, see_other
from lms.web.refusals import refusals_on


@blueprint.get("/desk/questions")
@role("tutor", "operator")
def desk() -> Response:
    """Show what waits in one's cohorts, near-duplicates together, and the digests being written."""
    read, who = begin_read(), current_actor()
    cohorts = queries.desk_cohorts(read, who)
    chosen = [cohort for cohort in cohorts if cohort.code == request.args.get("cohort")] or cohorts
    return render(
        "learning/questions/desk.html",
        part="learning/questions/_groups.html",
        cohorts=cohorts,
        chosen=chosen,
        groups=queries.list_open(read, who, chosen),
        drafting=queries.list_drafting(read, [cohort.id for cohort in chosen]),
    )


@blueprint.post("/desk/questions/merge")
@role("tutor", "operator")
def merge() -> Response:
    """Let the first of several questions stand for all."""
    codes = request.form.getlist("code")
    target = request.form.get("into") or (codes[0] if codes else "")
    others = [code for code in codes if code != target]
    with begin_work() as work:
        root = service.merge(work, current_actor(), target, others)
    said = tn(len(others) + 1, "{n} 个提问合成一条了。", "{n} question stands.", "{n} questions are one now.")
    return see_other(url_for("questions.desk_question", qcode=root), said)


@blueprint.get("/desk/questions/<qcode>")
@role("tutor", "operator")
def desk_question(qcode: str) -> Response:
    """Show one question with everybody who asks it, what looks alike, and the answer so far."""
    return _answer_page(qcode, None)


@blueprint.post("/desk/questions/<qcode>/claim")
@role("tutor", "operator")
def claim(qcode: str) -> Response:
    """Take a question for a while."""
    with begin_work() as work:
        root = service.claim(work, current_actor(), qcode)
    return see_other(url_for("questions.desk_question", qcode=root))


@blueprint.post("/desk/questions/<qcode>/release")
@role("tutor", "operator")
def release(qcode: str) -> Response:
    """Put a question back."""
    with begin_work() as work:
        service.release(work, current_actor(), qcode)
    return see_other(url_for("questions.desk"), t("放回队列了。", "Back in the queue."))


@blueprint.post("/desk/questions/<qcode>/split")
@role("tutor", "operator")
def split(qcode: str) -> Response:
    """Take a question out of its group."""
    with begin_work() as work:
        service.split(work, current_actor(), qcode)
    return see_other(url_for("questions.desk"), t("已拆开，单独成一条。", "It stands alone now."))


@blueprint.post("/desk/questions/<qcode>/draft")
@role("tutor", "operator")
def draft(qcode: str) -> Response:
    """Keep what is written so far."""
    _keep_draft(qcode)
    return see_other(url_for("questions.desk_question", qcode=qcode), t("草稿已存。", "Draft saved."))


@blueprint.post("/desk/questions/<qcode>/autosave")
@role("tutor", "operator")
def autosave(qcode: str) -> Response:
    """Keep what is written so far while somebody types."""
    _keep_draft(qcode)
    return Response(status=204)


@blueprint.post("/desk/questions/<qcode>/preview")
@role("tutor", "operator")
def preview(qcode: str) -> Response:
    """Show the answer as the class will read it; without scripts the draft is kept and the page shows it."""
    form = DraftForm()
    if not is_part():
        _keep_draft(qcode)
        return see_other(url_for("questions.desk_question", qcode=qcode, _anchor="preview"))
    queries.get_desk_question(begin_read(), current_actor(), qcode)
    html = render_markdown(form.answer.data or "")
    return render("learning/questions/desk_question.html", part="learning/questions/_preview.html", preview=html)


@blueprint.post("/desk/questions/<qcode>/answer")
@role("tutor", "operator")
def answer(qcode: str) -> Response:
    """Answer: with the day's digest, or at once."""
    form = AnswerForm()
    at_once = request.form.get("when") == "now"
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            service.write_answer(work, current_actor(), qcode, form.text.data, form.answer.data, at_once)
        if not form.errors:
            said = t("已回答，并告诉了提问的人。", "Answered, and the askers are told.")
            kept = t("已回答，随当天汇总发布。", "Answered. It goes out with the day's digest.")
            return see_other(url_for("questions.desk"), said if at_once else kept)
    return _answer_page(qcode, form, 422)


@blueprint.post("/desk/questions/<qcode>/hide")
@role("tutor", "operator")
def hide(qcode: str) -> Response:
    """Take a question out of sight."""
    form = HideForm()
    form.validate_on_submit()
    with begin_work() as work:
        service.hide(work, current_actor(), qcode, form.reason.data or "")
    return see_other(url_for("questions.desk"), t("已隐藏，原因已告诉提问的人。", "Hidden. The asker was told why."))


@blueprint.post("/desk/questions/<qcode>/unhide")
@role("tutor", "operator")
def unhide(qcode: str) -> Response:
    """Bring a hidden question back."""
    with begin_work() as work:
        service.unhide(work, current_actor(), qcode)
    return see_other(url_for("questions.desk_question", qcode=qcode), t("重新显示了。", "It is shown again."))


@blueprint.get("/desk/questions/synonyms")
@role("tutor", "operator")
def synonyms() -> Response:
    """Show the words that are read as one."""
    return _synonym_page(SynonymForm(formdata=None))


@blueprint.post("/desk/questions/synonyms")
@role("tutor", "operator")
def add_synonym() -> Response:
    """Add a pair."""
    form = SynonymForm()
    if form.validate_on_submit():
        with refusals_on(form), begin_work() as work:
            service.add_synonym(work, current_actor(), form.a.data, form.b.data)
        if not form.errors:
            return see_other(url_for("questions.synonyms"), t("加上了。", "Added."))
    return _synonym_page(form, 422)


@blueprint.post("/desk/questions/synonyms/<int:id_>/remove")
@role("tutor", "operator")
def remove_synonym(id_: int) -> Response:
    """Take a pair away."""
    with begin_work() as work:
        service.remove_synonym(work, current_actor(), id_)
    return see_other(url_for("questions.synonyms"), t("去掉了。", "Removed."))


@blueprint.post("/desk/cohorts/<code>/knowledge/<ecode>/hide")
@role("tutor", "operator")
def hide_entry(code: str, ecode: str) -> Response:
    """Take an answer out of the knowledge."""
    with begin_work() as work:
        service.hide_entry(work, current_actor(), code, ecode)
    said = t("不再出现在搜索和提示里，页面底部可以放回来。", "No longer found or suggested. Bring it back below.")
    return see_other(url_for("questions.knowledge", code=code), said)


@blueprint.post("/desk/cohorts/<code>/knowledge/<ecode>/show")
@role("tutor", "operator")
def show_entry(code: str, ecode: str) -> Response:
    """Put an answer back."""
    with begin_work() as work:
        service.show_entry(work, current_actor(), code, ecode)
    return see_other(url_for("questions.knowledge", code=code), t("放回来了。", "It is back."))


def _keep_draft(qcode: str) -> None:
    form = DraftForm()
    if form.validate_on_submit():
        with begin_work() as work:
            service.save_draft(work, current_actor(), qcode, form.text.data or "", form.answer.data or "")


def _answer_page(qcode: str, form: AnswerForm | None, status: int = 200) -> Response:
    read, who = begin_read(), current_actor()
    cohort, question = queries.get_desk_question(read, who, qcode)
    item = queries.get_item(read, question.item_id)
    written = (item.draft or item.answer) if item is not None else ""
    if form is None:
        form = AnswerForm(formdata=None, text=item.text if item is not None else question.text, answer=written)
    return render(
        "learning/questions/desk_question.html",
        status=status,
        cohort=cohort,
        question=question,
        item=item,
        form=form,
        hide_form=HideForm(formdata=None),
        near=queries.near_ones(queries.list_open(read, who, [cohort]), question.id),
        known=[found.entry for found in queries.suggest(read, cohort, question.text) if found.entry],
        about=queries.get_item(read, question.about_item_id),
        preview=render_markdown(written) if written else "",
    )


def _synonym_page(form: SynonymForm, status: int = 200) -> Response:
    pairs = queries.list_synonyms(begin_read())
    return render("learning/questions/synonyms.html", status=status, form=form, pairs=pairs)
