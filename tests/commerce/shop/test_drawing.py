"""The receipt: what stands on it, and that it can be drawn in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.commerce.shop import service
from lms.commerce.shop.drawing import make_receipt, receipt_data
from lms.commerce.shop.rules import CouponTerms
from lms.kernel.parts import current_parts
from lms.kernel.text import Language
from lms.kernel.work import SYSTEM
from tests.factories.shop import Stall, refund_moved


def test_a_receipt_says_what_was_paid_and_taken_off(stall: Stall) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(days=7))
    with stall.work() as w:
        service.make_coupon(w, SYSTEM, "MAYA21", CouponTerms(percent_bps=1000))
    order = stall.buy(cohort, lin, "MAYA21")
    data = receipt_data(stall.read(), order, "zh", "https://encamp.example")
    assert (data["total"], data["items"][0]["amount"]) == ("¥359.10", "¥399.00")
    assert [line["amount"] for line in data["totals"]] == ["¥399.00", "−¥39.90"]
    assert "2026 年 11 月 28 日" in data["refund"]
    assert data["url"] == f"https://encamp.example/orders/{order.code}"


def test_a_receipt_says_what_went_back(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    made = stall.gate.refund_elsewhere(stall.payment_id(order), 9900)
    with stall.work() as w:
        service.move_refund(w, refund_moved(made, w.now))
    data = receipt_data(stall.read(), stall.see(order), "en", "https://encamp.example")
    assert data["status"] == "CN¥99.00 has been refunded."
    assert "refund" not in data


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_receipt_can_be_drawn(stall: Stall, language: Language) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(days=7))
    order = stall.buy(cohort, lin)
    data = receipt_data(stall.read(), order, language, "https://encamp.example")
    assert current_parts().typesetter.render("commerce/shop/receipt", data, "png").startswith(b"\x89PNG")
    assert make_receipt(stall.read(), current_parts(), order).startswith(b"%PDF")
