"""What the season leaves of money: every way an order and a payout may end, and books that agree with the gateway."""

from __future__ import annotations

from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.commissions.models import Accrual, Commission, CommissionReversal
from lms.affiliates.commissions.queries import plan_for
from lms.affiliates.partners import queries as partners
from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts.models import Payout, PayoutBatch
from lms.affiliates.payouts.queries import payable_destination
from lms.commerce.gateway import queries as gateway
from lms.commerce.gateway.models import Discrepancy, GatewayNotice, Reconciliation
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import queries as shop
from lms.commerce.shop.models import Dispute, HandIn, Payment, Refund, ShopOrder
from lms.demo.cast import BY_KEY
from lms.demo.till import FILE
from lms.demo.trade import PARTNER_COUPON
from lms.kernel.parts import current_parts
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.people.accounts.queries import find_person_by_email
from lms.people.messages.models import Notice


def _count(read: Read, column: object) -> Counter[str]:
    return Counter(read.session.scalars(select(column)))  # type: ignore[call-overload]


def _partner(read: Read, key: str) -> Partner:
    person = find_person_by_email(read, BY_KEY[key].email)
    found = partners.find_partner(read, person.id) if person else None
    assert found is not None, f"{key} is no partner"
    return found


def test_seats_are_sold_but_for_the_free_cohorts(read: Read) -> None:
    cohorts = {(one.camp_slug, one.number): one.id for one in camps.list_cohorts(read)}
    found = shop.prices(read, cohorts.values(), read.now)
    told = {
        key: (found[one].now_minor, found[one].list_minor, found[one].currency)
        for key, one in cohorts.items()
        if one in found
    }
    assert told == {
        ("clear-writing", 1): (39900, 39900, "CNY"),
        ("clear-writing", 2): (29900, 39900, "CNY"),
        ("first-survey", 1): (6900, 6900, "USD"),
    }


def test_orders_end_in_every_way(read: Read) -> None:
    assert _count(read, ShopOrder.state) == {
        "paid": 45, "partly_refunded": 1, "refunded": 3, "expired": 2, "canceled": 1, "open": 1,
    }  # fmt: skip
    assert _count(read, ShopOrder.method) == {"online": 49, "offline": 4}
    confirming = select(ShopOrder.state).join(Payment, Payment.order_id == ShopOrder.id)
    assert read.session.scalars(confirming.where(Payment.state == "confirming")).all() == ["open"]
    assert _count(read, Payment.state)["surplus"] == 1
    assert _count(read, Dispute.state) == {"open": 1, "won": 1, "lost": 1}
    causes = Counter((row.cause, row.state) for row in read.session.scalars(select(Refund)))
    assert causes == {("asked", "succeeded"): 3, ("asked", "requested"): 1, ("surplus", "succeeded"): 1}
    assert shop.get_coupon(read, PARTNER_COUPON).uses == 2


def test_an_agent_has_handed_a_part_in(read: Read) -> None:
    assert read.session.scalars(select(HandIn.amount_minor)).all() == [70000]
    agent = find_person_by_email(read, BY_KEY["gu-yibai"].email)
    assert agent is not None
    assert ledger.owned(read, Account.AGENT_RECEIVABLE, "CNY")[agent.id] == 3 * 39900 - 70000


def test_payouts_are_in_every_state(read: Read) -> None:
    assert _count(read, Payout.state) == {
        "requested": 2, "approved": 1, "submitted": 1, "settled": 3, "failed_retryable": 1,
        "rejected": 1, "canceled": 1, "returned": 1,
    }  # fmt: skip
    batches = read.session.scalars(select(PayoutBatch.settled_at).order_by(PayoutBatch.id)).all()
    assert [settled is not None for settled in batches] == [True, False]


def test_the_partner_has_held_available_and_settled_money(read: Read) -> None:
    partner = _partner(read, "partner")
    wallet = ledger.wallet(read, partner.id, "CNY")
    assert wallet.held > 0 and wallet.available > 10000 and wallet.debt == 0
    mine = read.session.scalars(select(Payout.state).where(Payout.partner_id == partner.id)).all()
    assert sorted(mine) == ["canceled", "settled"]
    destination = payable_destination(read, partner.id)
    assert destination is not None and destination.kind == "connect" and destination.ready


def test_one_owes_and_one_is_locked(read: Read) -> None:
    assert ledger.wallet(read, _partner(read, "shen-qing").id, "CNY").debt > 0
    locked = _partner(read, "zhong-ping")
    assert locked.is_locked and locked.lock_reason
    wallet = ledger.wallet(read, locked.id, "CNY")
    assert wallet.locked > 0 and (wallet.held, wallet.available) == (0, 0)


def test_partners_are_paid_by_plan_group_and_camp(read: Read) -> None:
    assert set(_count(read, Accrual.outcome)) == {"earned", "nobody"}
    assert set(_count(read, Commission.state)) == {"held", "released"}
    taken = read.session.scalar(select(func.count()).select_from(CommissionReversal))
    assert taken == 4
    writing, survey = camps.get_camp(read, "clear-writing"), camps.get_camp(read, "first-survey")
    for key, camp_id, percent_bps in (
        ("partner", writing.id, 2000),
        ("ma-xiaoliu", writing.id, 2500),
        ("elena", survey.id, 3000),
    ):
        found = plan_for(read, camp_id, _partner(read, key).group_id, read.now)
        assert found is not None and found.terms.percent_bps == percent_bps


def test_books_verify_and_the_gateway_agrees(season: Flask, read: Read) -> None:
    said = season.test_cli_runner().invoke(args=["ledger", "verify"])
    assert said.exit_code == 0, said.output
    assert all(line.books_minor == line.gateway_minor for line in gateway.compare_clearing(read))
    assert _count(read, Discrepancy.kind) == {}
    last = read.session.scalars(select(Reconciliation).order_by(Reconciliation.id.desc())).first()
    assert last is not None and last.counts["open"] == 0
    assert set(_count(read, GatewayNotice.state)) == {"handled", "ignored"}
    assert (current_parts().settings.instance / FILE).is_file()


def test_finance_was_told_of_nothing_unknown(read: Read) -> None:
    topics = set(read.session.scalars(select(Notice.topic)))
    assert "commerce/shop/unknown_payment" not in topics
    assert "commerce/gateway/discrepancy" not in topics
