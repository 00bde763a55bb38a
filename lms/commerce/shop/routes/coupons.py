"""Coupons in the console."""

from __future__ import annotations

from flask import Response, request, url_for

from lms.commerce.shop import queries, service
from lms.commerce.shop.forms import CouponForm
from lms.commerce.shop.routes.door import blueprint
from lms.commerce.shop.rules import CouponTerms, clean_code, coupon_faults
from lms.kernel.text import t
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.web.dates import viewer_zone
from lms.web.guards import current_actor, role
from lms.web.htmx import render, see_other
from lms.web.ports import ports
from lms.web.refusals import refusals_on


@blueprint.get("/console/coupons")
@role("operator")
def coupons() -> Response:
    """List coupons and make new ones."""
    read = begin_read()
    return _show(read, _fresh_form(read))


@blueprint.post("/console/coupons")
@role("operator")
def make_coupon() -> Response:
    """Make a coupon, for everybody or bound to a partner."""
    read = begin_read()
    form = CouponForm()
    form.camp.choices = _camps(read)
    form.validate_on_submit()
    terms = form.terms(viewer_zone().key, _owner(read, form))
    _mark_faults(read, form, terms)
    if not form.errors:
        with refusals_on(form), begin_work() as work:
            service.make_coupon(work, current_actor(), form.code.data or "", terms)
        if not form.errors:
            return see_other(url_for(".coupons"), t("优惠码做好了。", "The code is ready."))
    return _show(begin_read(), form, 422)


def _mark_faults(read: Read, form: CouponForm, terms: CouponTerms) -> None:
    """Tell everything that is wrong at once, at its field; a field that could not be read has its error already."""
    if form.code.data:
        with refusals_on(form):
            clean_code(form.code.data, "code")
    for fault in coupon_faults(terms, read.now):
        field = form["amount" if fault.field == "percent" and form.kind.data == "amount" else fault.field or ""]
        if not field.errors:
            field.errors = [str(fault)]


@blueprint.get("/console/coupons/<code>/archive")
@role("operator")
def confirm_archive(code: str) -> Response:
    """Ask before a coupon is retired: that is for good."""
    return render("commerce/shop/coupon_archive.html", coupon=queries.get_coupon(begin_read(), code.upper()))


@blueprint.post("/console/coupons/<code>/archive")
@role("operator")
def archive_coupon(code: str) -> Response:
    """Retire a coupon; open orders keep it."""
    with begin_work() as work:
        service.archive_coupon(work, current_actor(), code)
    return see_other(url_for(".coupons"), t("已停用。", "Retired."))


def _camps(read: Read) -> list[tuple[str, str]]:
    every = [("", t("所有训练营", "All camps"))]
    return every + [(str(camp.id), camp.title) for camp in camps.list_camps(read)]


def _owner(read: Read, form: CouponForm) -> int | None:
    """Find the partner a coupon is bound to; an unknown handle becomes the field's error."""
    handle = (form.partner.data or "").strip()
    if not handle:
        return None
    found = ports.partner_of_handle(read, handle)
    if found is None:
        form.partner.errors = [t("没有这个合伙人短码。", "No partner has this handle.")]
    return found


def _fresh_form(read: Read) -> CouponForm:
    form = CouponForm(formdata=None)
    form.camp.choices = _camps(read)
    return form


def _show(read: Read, form: CouponForm, status: int = 200) -> Response:
    archived = request.args.get("archived") == "1"
    found = queries.list_coupons(read, archived=archived, before=request.args.get("before", None, int))
    owners = ports.partner_names(read, [one.terms.owner_id for one in found if one.terms.owner_id is not None])
    return render(
        "commerce/shop/coupons.html",
        status=status,
        coupons=found,
        archived=archived,
        owners=owners,
        camps=dict(_camps(read)),
        form=form,
        older=found[-1].id if len(found) == 50 else None,
    )
