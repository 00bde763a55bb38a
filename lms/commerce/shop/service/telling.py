"""What buyers and staff are told about an order's money."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.commerce.gateway.events import PaymentConfirmed
from lms.commerce.shop import models as tables
from lms.commerce.shop.rules import SeatState, failure_text, in_time
from lms.kernel.money import Money, write_money
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.people.accounts.queries import get_person, list_holders
from lms.people.messages import service as messages

_ROOM = "commerce/shop"


def _money(minor: int, currency: str) -> dict[str, str]:
    amount = Money(minor, currency)
    return {"zh": write_money(amount, "zh"), "en": write_money(amount, "en")}


def _tell_buyer(work: Work, order: tables.ShopOrder, topic: str, key: str, link: str = "", **values: Any) -> None:
    cohort = camps.get_cohort_by_id(work, order.cohort_id)
    messages.send(
        work,
        order.buyer_id,
        f"{_ROOM}/{topic}",
        key=f"order:{order.code}:{key}",
        link=link or f"/orders/{order.code}",
        values={"camp": cohort.camp_title, "cohort": cohort.name, "order": order.code, **values},
    )


def _tell_staff(work: Work, topic: str, key: str, link: str, values: dict[str, Any]) -> None:
    to = sorted({*list_holders(work, "operator"), *list_holders(work, "finance")})
    messages.send(work, to, f"{_ROOM}/{topic}", key=key, link=link, values=values)


def tell_paid(work: Work, order: tables.ShopOrder) -> None:
    """Welcome a buyer with the receipt, or say that the seat is still to come."""
    amount = _money(order.net_minor, order.currency)
    if order.seat == SeatState.IN_LINE:
        _tell_buyer(work, order, "in_line_paid", "in_line", amount=amount)
        return
    cohort = camps.get_cohort_by_id(work, order.cohort_id)
    _tell_buyer(
        work,
        order,
        "order_paid",
        "paid",
        f"/learn/{cohort.code}/welcome",
        amount=amount,
        free=order.net_minor == 0,
        starts_on=cohort.starts_on.isoformat(),
        # A deadline that has passed is not promised.
        refund_until=_local(order.refund_until, cohort.time_zone) if in_time(order.refund_until, work.now) else "",
    )


def _local(at: datetime | None, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}" if at else ""


def tell_collected(work: Work, order: tables.ShopOrder, agent_id: int) -> None:
    """Tell an agent that what they took in for an order stands to their account until they hand it in."""
    cohort = camps.get_cohort_by_id(work, order.cohort_id)
    values = {"camp": cohort.camp_title, "cohort": cohort.name, "order": order.code}
    buyer = get_person(work, order.buyer_id).display_name
    messages.send(
        work,
        agent_id,
        f"{_ROOM}/collected",
        key=f"order:{order.code}:collected",
        link=f"/me/collected?currency={order.currency}",
        values={**values, "buyer": buyer, "amount": _money(order.net_minor, order.currency)},
    )


def tell_payment_failed(work: Work, order_id: int, checkout_id: str) -> None:
    """Tell a buyer that the money did not come and the order may be paid again."""
    order = work.session.get_one(tables.ShopOrder, order_id)
    amount = _money(order.net_minor, order.currency)
    _tell_buyer(work, order, "payment_failed", f"failed:{checkout_id}", amount=amount)


def tell_surplus(work: Work, order: tables.ShopOrder, payment: tables.Payment, why: str) -> None:
    """Tell a buyer that a payment was not needed and goes back; `why` is a word of SurplusWhy."""
    amount = _money(payment.amount_minor, payment.currency)
    _tell_buyer(work, order, "surplus", f"surplus:{payment.id}", amount=amount, why=why)


def tell_refunded(work: Work, order: tables.ShopOrder, refund: tables.Refund, currency: str, *, whole: bool) -> None:
    """Tell a buyer that money is on its way back; `whole`: nothing is left of the order, nor the seat."""
    amount, by_hand = _money(refund.amount_minor, currency), refund.source is not None
    _tell_buyer(work, order, "refunded", f"refunded:{refund.code}", amount=amount, whole=whole, by_hand=by_hand)


def tell_refund_failed(work: Work, order: tables.ShopOrder, refund: tables.Refund, currency: str) -> None:
    """Tell staff that a refund did not go through and waits for them."""
    failure = {"zh": failure_text(refund.failure, "zh"), "en": failure_text(refund.failure, "en")}
    values = {"order": order.code, "amount": _money(refund.amount_minor, currency), "failure": failure}
    _tell_staff(work, "refund_failed", f"refund:{refund.code}:failed", f"/console/orders/{order.code}", values)


def tell_line_closed(work: Work, order: tables.ShopOrder, left_minor: int) -> None:
    """Tell staff that somebody who came back to a paid seat got none before the cohort was over: they decide."""
    cohort = camps.get_cohort_by_id(work, order.cohort_id)
    values = {"order": order.code, "amount": _money(left_minor, order.currency), "cohort": cohort.name}
    values["camp"] = cohort.camp_title
    _tell_staff(work, "line_closed", f"order:{order.code}:line_closed", f"/console/orders/{order.code}", values)


def tell_dispute(work: Work, order: tables.ShopOrder, dispute: tables.Dispute, currency: str) -> None:
    """Tell staff that a buyer's bank took a payment back, or what it decided."""
    amount = _money(dispute.amount_minor, currency)
    values = {"order": order.code, "amount": amount, "state": str(dispute.state)}
    key = f"dispute:{dispute.id}:{dispute.state}"
    _tell_staff(work, "dispute", key, f"/console/orders/{order.code}", values)


def tell_dispute_lost(work: Work, order: tables.ShopOrder, dispute: tables.Dispute, *, whole: bool) -> None:
    """Tell a buyer that their bank has given money back; `whole`: nothing is left of the order, nor the seat."""
    amount = _money(dispute.amount_minor, order.currency)
    _tell_buyer(work, order, "dispute_lost", f"dispute_lost:{dispute.id}", amount=amount, whole=whole)


def tell_unknown_payment(work: Work, confirmed: PaymentConfirmed) -> None:
    """Tell finance of a payment for an order that is not here; the gateway keeps its notice."""
    values = {
        "reference": confirmed.reference,
        "payment": confirmed.payment_id,
        "amount": _money(confirmed.amount_minor, confirmed.currency),
    }
    messages.send(
        work,
        list_holders(work, "finance"),
        f"{_ROOM}/unknown_payment",
        key=f"unknown-payment:{confirmed.checkout_id}",
        link="/finance/reconciliation",
        values=values,
    )
