"""The checkout page: what a seat costs, with a coupon where one is used, and the button that begins an order."""

from __future__ import annotations

from flask import Response, request, url_for

from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import NotForSale, PriceChanged, SoldOut
from lms.commerce.shop.forms import CheckoutForm
from lms.commerce.shop.queries import Order, Quote
from lms.commerce.shop.routes.buying import go_and_pay
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import OrderState, PaymentState, early_ended, means_words, require_shown
from lms.kernel.errors import NotFound, Refusal
from lms.kernel.money import Money
from lms.kernel.parts import current_parts
from lms.kernel.text import current_language, t
from lms.kernel.work import Actor, Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as enrollments
from lms.web.amounts import price
from lms.web.guards import current_actor, public
from lms.web.htmx import render, see_other
from lms.web.visitor import visitor_code


def _cohort_of_camp(read: Read, slug: str, code: str) -> Cohort:
    cohort = camps.get_cohort(read, code)
    if cohort.camp_slug != slug:
        raise NotFound
    return cohort


def _place(cohort: Cohort, coupon: str | None) -> str:
    return url_for(".checkout", slug=cohort.camp_slug, cohort=cohort.code, coupon=coupon)


def _sign_up_first(cohort: Cohort, coupon: str) -> Response:
    return see_other(url_for("security.register", next=_place(cohort, coupon or None)))


@blueprint.get("/c/<slug>/checkout")
@public
def checkout(slug: str) -> Response:
    """Show what a seat costs, with a coupon where one is given; a visitor signs up first and comes back.

    Whoever has an open order is led to it, unless `coupon` stands in the address: the order may use another one.
    Without a cohort it leads to the camp, where one is chosen.
    """
    if not request.args.get("cohort"):
        return see_other(url_for("home.landing", slug=slug))
    read = begin_read()
    cohort = _cohort_of_camp(read, slug, request.args.get("cohort", ""))
    coupon = request.args.get("coupon", "")
    who = current_actor()
    if who.person_id is None:
        return _sign_up_first(cohort, coupon)
    order = queries.find_open_order(read, cohort.id, who.person_id)
    if order is not None and ("coupon" not in request.args or _is_being_paid(read, order)):
        return see_other(url_for(".order", code=order.code))
    if order is None and (there := _seated(read, who.person_id, cohort)) is not None:
        return see_other(there)
    return _show(read, who, cohort, CheckoutForm(formdata=None, cohort=cohort.code, coupon=coupon))


@blueprint.post("/c/<slug>/checkout")
@public
def start(slug: str) -> Response:
    """Hold a seat and go to pay for it; the coupon button only shows what the coupon does."""
    form = CheckoutForm()
    cohort = _cohort_of_camp(begin_read(), slug, form.cohort.data or "")
    coupon = form.coupon.data or ""
    who = current_actor()
    if who.person_id is None:
        return _sign_up_first(cohort, coupon)
    if "apply" in request.form:
        return see_other(_place(cohort, coupon))
    if not form.validate_on_submit():
        return _show(begin_read(), who, cohort, form, status=422)
    try:
        order = _order(who, cohort, coupon, form.shown_price())
    except (PriceChanged, SoldOut) as refusal:
        # The page says what is different now, and leads on: the other price, or the line.
        return _show(begin_read(), who, cohort, form, status=refusal.status, said=refusal)
    except Refusal as refusal:
        if refusal.field != "coupon":
            raise
        form.coupon.errors = [str(refusal)]
        return _show(begin_read(), who, cohort, form, status=422)
    if order.state != OrderState.OPEN:
        return see_other(url_for(".order", code=order.code))
    return go_and_pay(who, order.code)


def _order(who: Actor, cohort: Cohort, coupon: str, shown: Money | None) -> Order:
    """Begin the order; one that would ask more than the page showed is taken back with its work."""
    visitor = visitor_code()
    with begin_work() as work:
        order = service.start_order(work, who, cohort.code, visitor, coupon, current_language())
        require_shown(Money(order.net_minor, order.currency), shown)
    return order


def _is_being_paid(read: Read, order: Order) -> bool:
    return any(one.state == PaymentState.CONFIRMING for one in queries.list_payments(read, order.id))


def _seated(read: Read, person_id: int, cohort: Cohort) -> str | None:
    """Find where somebody belongs who has a seat already, or has paid for one that was given up."""
    place = enrollments.find_enrollment(read, cohort.id, person_id)
    if place is not None and place.state != "waitlisted":
        return url_for("enrollments.welcome", code=cohort.code)
    paid = queries.find_seatless(read, cohort.id, person_id)
    return url_for(".order", code=paid.code) if paid else None


def _show(
    read: Read,
    who: Actor,
    cohort: Cohort,
    form: CheckoutForm,
    *,
    status: int = 200,
    said: Refusal | None = None,
) -> Response:
    order = queries.find_open_order(read, cohort.id, who.person_id or 0)
    try:
        quote = _quote(read, who, cohort, form, order)
    except NotForSale:
        return see_other(url_for("enrollments.confirm_join", slug=cohort.camp_slug, cohort=cohort.code))
    return render(
        "commerce/shop/checkout.html",
        part="commerce/shop/_checkout.html",
        status=status,
        cohort=cohort,
        form=form,
        quote=quote,
        order=order,
        is_orders=order is not None and order.coupon_id == (quote.coupon.id if quote.coupon else None),
        changed=_what_changed(read, cohort, quote, form.shown_price()) if isinstance(said, PriceChanged) else "",
        sold_out=isinstance(said, SoldOut),
        means=means_words(current_parts().settings.stripe_payment_methods),
        seats=enrollments.count_seats(read, cohort.id),
        hold=enrollments.find_hold(read, cohort.id, who.person_id or 0),
    )


def _quote(read: Read, who: Actor, cohort: Cohort, form: CheckoutForm, order: Order | None) -> Quote:
    """Quote with the coupon typed; without it when it cannot be used, with the reason at its field.

    An open order keeps its price until another coupon is used.
    """
    typed = form.coupon.data or ""
    if order is not None and not queries.is_other_coupon(read, order.coupon_id, typed):
        return queries.quote_order(read, order)
    try:
        return queries.quote(read, cohort, typed, who.person_id)
    except NotForSale:
        raise
    except Refusal as refusal:
        form.coupon.errors = [str(refusal)]
        return queries.quote_order(read, order) if order else queries.quote(read, cohort, "", who.person_id)


def _what_changed(read: Read, cohort: Cohort, quote: Quote, shown: Money | None) -> str:
    """Say why nothing was ordered: the price that was shown, and the one of this moment."""
    offer = queries.find_offer(read, cohort.id)
    if shown is None or offer is None:
        return str(PriceChanged.text)
    before, now = price(shown.minor, shown.currency), price(quote.net_minor, quote.currency)
    early = offer.terms.early_price_minor
    if early is not None and shown.minor <= early and early_ended(offer.terms, read.now):
        return t(
            "早鸟价已经结束，现在要付 {now}（刚才显示的是 {before}）。还没有下单，看过再付款。",
            "The early price has ended: it is {now} now, not {before}. Nothing was ordered; look again before you pay.",
            now=now,
            before=before,
        )
    return t(
        "价格变了，现在要付 {now}（刚才显示的是 {before}）。还没有下单，看过再付款。",
        "The price has changed: it is {now} now, not {before}. Nothing was ordered; look again before you pay.",
        now=now,
        before=before,
    )
