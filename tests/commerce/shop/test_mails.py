"""Every mail of the shop can be written, in both languages, with the values the service gives."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.kernel.text import Language
from lms.people.accounts.queries import Person
from lms.web.letters import write_letter

PERSON = Person(1, "AB12", "林晓", "lin@example.com", "zh", "Asia/Shanghai")
AMOUNT = {"zh": "¥399.00", "en": "¥399.00"}
ORDER = {"camp": "清晰写作营", "cohort": "第 13 期", "order": "ORDER001", "amount": AMOUNT}
PAID = {**ORDER, "starts_on": "2026-12-12", "refund_until": "2026-12-14 10:00", "free": False}
STAFF = {"order": "ORDER001", "amount": AMOUNT}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("order_paid", PAID),
    ("order_paid", {**PAID, "free": True, "refund_until": ""}),
    ("in_line_paid", ORDER),
    ("collected", {**ORDER, "buyer": "沈鹿"}),
    ("payment_failed", ORDER),
    *(("refunded", {**ORDER, "whole": whole}) for whole in (True, False)),
    ("refunded", {**ORDER, "whole": True, "by_hand": True}),
    *(("surplus", {**ORDER, "why": why}) for why in ("paid_twice", "has_seat", "no_entry", "other_amount")),
    ("refund_failed", {**STAFF, "failure": {"zh": "余额不够。", "en": "The balance is too low."}}),
    ("line_closed", {**STAFF, "camp": "清晰写作营", "cohort": "第 13 期"}),
    *(("dispute_lost", {**ORDER, "whole": whole}) for whole in (True, False)),
    *(("dispute", {**STAFF, "state": state}) for state in ("open", "won", "lost")),
    ("unknown_payment", {"amount": AMOUNT, "reference": "NOBODY", "payment": "pi_9"}),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
@pytest.mark.parametrize("case", range(len(CASES)))
def test_a_mail_can_be_written(app: Flask, case: int, part: str, language: Language) -> None:
    name, values = CASES[case]
    written = write_letter(f"commerce/shop/mail/{name}/{part}", language, person=PERSON, link="/orders/x", **values)
    assert written.strip()
    assert "{" not in written or part == "body.html"
    free = values.get("free")
    assert ("¥399.00" in written) or free or part != "body.html" or name in ("refund_failed", "dispute")
    assert ("receipt.pdf" in written) == (name == "order_paid" and not free and part != "subject.txt")
