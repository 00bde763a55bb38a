"""Joining, the welcome page and leaving."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotFound
from lms.kernel.text import t
from lms.kernel.work import Actor, Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries, service
from lms.learning.enrollments.errors import PaymentNeeded
from lms.learning.enrollments.forms import JoinForm, WithdrawForm
from lms.learning.enrollments.routes.door import blueprint
from lms.learning.enrollments.rules import EnrollmentState, WithdrawCause
from lms.web.guards import current_actor, public, signed_in
from lms.web.htmx import render, see_other
from lms.web.ports import ports
from lms.web.visitor import visitor_code


def _cohort_of_camp(slug: str, code: str) -> Cohort:
    cohort = camps.get_cohort(begin_read(), code)
    if cohort.camp_slug != slug:
        raise NotFound
    return cohort


@blueprint.get("/c/<slug>/join")
@signed_in
def confirm_join(slug: str) -> ResponseReturnValue:
    """Ask for the one tap that is left after signing up."""
    read = begin_read()
    cohort = _cohort_of_camp(slug, request.args.get("cohort", ""))
    who = current_actor()
    if who.person_id and queries.find_enrollment(read, cohort.id, who.person_id):
        return see_other(url_for(".welcome", code=cohort.code))
    seats, is_paid = queries.count_seats(read, cohort.id), queries.is_paid_entry(read, cohort.id)
    if is_paid and seats.left > 0:
        return see_other(url_for("shop.checkout", slug=slug, cohort=cohort.code))
    return render(
        "learning/enrollments/join.html",
        cohort=cohort,
        seats=seats,
        is_paid=is_paid,
        form=JoinForm(cohort=cohort.code),
    )


@blueprint.post("/c/<slug>/join")
@public
def join(slug: str) -> ResponseReturnValue:
    """Join a cohort of this camp; a signed-out visitor goes to sign up and comes back to one tap."""
    cohort = _cohort_of_camp(slug, request.form.get("cohort", ""))
    who = current_actor()
    if who.person_id is None:
        back = url_for(".confirm_join", slug=slug, cohort=cohort.code)
        return see_other(url_for("security.register", next=back))
    visitor = visitor_code()
    try:
        with begin_work() as work:
            referral = ports.resolve_referral(work, visitor, who.person_id, None)
            enrollment = service.join(work, who, cohort.code, referral)
    except PaymentNeeded:
        return see_other(f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}")
    waiting = enrollment.state == EnrollmentState.WAITLISTED
    said = t("你已在候补名单里。", "You are on the waiting list.") if waiting else t("入营成功。", "You are in.")
    return see_other(url_for(".welcome", code=cohort.code), said)


@blueprint.get("/learn/<code>/welcome")
@signed_in
def welcome(code: str) -> ResponseReturnValue:
    """Say what happens next: the first day, or the place in line. Whoever lost the place is led to the camp."""
    read, who = begin_read(), current_actor()
    cohort = camps.get_cohort(read, code)
    enrollment = queries.find_enrollment(read, cohort.id, who.person_id or 0)
    if enrollment is None:
        return _lost_place(read, cohort, who)
    days = camps.list_days(read, cohort.id)
    waits = enrollment.state == EnrollmentState.WAITLISTED
    return render(
        "learning/enrollments/welcome.html",
        cohort=cohort,
        enrollment=enrollment,
        place=queries.waiting_position(read, enrollment),
        first_day=next((day for day in days if day.number > 0), None),
        orientation=next((day for day in days if day.number == 0), None),
        reason=queries.last_reason(read, enrollment.id),
        hold=queries.find_hold(read, cohort.id, enrollment.person_id) if waits else None,
        is_paid=waits and queries.is_paid_entry(read, cohort.id),
    )


def _lost_place(read: Read, cohort: Cohort, who: Actor) -> ResponseReturnValue:
    if not queries.had_place(read, cohort.id, who.person_id or 0):
        raise NotFound
    said = t("你已经不在「{name}」这一期了。", "You are no longer in {name}.", name=cohort.name)
    return see_other(url_for("home.landing", slug=cohort.camp_slug), said, kind="note")


@blueprint.get("/learn/<code>/withdraw")
@signed_in
def confirm_withdraw(code: str) -> ResponseReturnValue:
    """Say what leaving means before it happens."""
    read = begin_read()
    cohort, enrollment = queries.require_place(read, current_actor(), code)
    paid = ports.what_leaving_means(read, enrollment.person_id, cohort.id)
    return render(
        "learning/enrollments/withdraw.html", cohort=cohort, enrollment=enrollment, paid=paid, form=WithdrawForm()
    )


@blueprint.post("/learn/<code>/withdraw")
@signed_in
def withdraw(code: str) -> ResponseReturnValue:
    """Leave the cohort or the line."""
    who = current_actor()
    with begin_work() as work:
        cohort, enrollment = queries.require_place(work, who, code)
        paid = ports.what_leaving_means(work, enrollment.person_id, cohort.id)
        service.withdraw(work, who, enrollment.id, WithdrawCause.OWN_WISH)
    said = t("你已退出「{name}」。", "You left {name}.", name=cohort.name)
    if paid and paid.comes_back:
        said = t("你已退出「{name}」，钱会退给你。", "You left {name}; your money goes back.", name=cohort.name)
    return see_other(paid.url if paid else url_for("home.index"), said)
