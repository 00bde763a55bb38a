"""The platform's balance: every movement of money is one balance transaction."""

from __future__ import annotations

from typing import Any

from lms.sandbox.call import Call, page
from lms.sandbox.errors import ApiError, refused
from lms.sandbox.state import Thing

# What accounting goes by; `type` differs between cards and wallets, the category does not.
CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
    "topup": "topup",
}
DAY = 86_400
PLATFORM = "platform"


def post(call: Call, type: str, money: tuple[int, str], source: str | None, **over: Any) -> Thing:
    """Move money: amount in minor units (signed) and currency. `over`: fee, available_on, description, category."""
    amount, currency = money
    fee = int(over.get("fee", 0))
    available_on = over.get("available_on") or call.now
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    return call.make(
        "balance_transaction",
        {
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "currency": currency,
            "description": over.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [details] if fee else [],
            "net": amount - fee,
            "reporting_category": over.get("category") or CATEGORIES[type],
            "source": source,
            "status": "available" if available_on <= call.now else "pending",
            "type": type,
        },
    )


def release(call: Call) -> None:
    """Make available what has been pending long enough."""
    for txn in call.state.due("thing_pending", call.now):
        call.state.save({**txn, "status": "available"})


def sums(call: Call, status: str) -> dict[str, int]:
    """Sum up what is available or pending, by currency."""
    rows = call.state.run(
        "select json_extract(body, '$.currency') as currency, sum(json_extract(body, '$.net')) as net from thing"
        " where kind = 'balance_transaction' and json_extract(body, '$.status') = ? group by 1 order by 1",
        (status,),
    )
    return {str(row["currency"]): int(row["net"]) for row in rows}


def retrieve(call: Call) -> Thing:
    """Answer GET /v1/balance."""
    available, pending = sums(call, "available"), sums(call, "pending")

    def dressed(found: dict[str, int]) -> list[Thing]:
        currencies = sorted({*available, *pending}) or ["usd"]
        return [
            {"amount": found.get(c, 0), "currency": c, "source_types": {"card": found.get(c, 0)}} for c in currencies
        ]

    return {"object": "balance", "available": dressed(available), "livemode": False, "pending": dressed(pending)}


def list_transactions(call: Call) -> Thing:
    """Answer GET /v1/balance_transactions: by created, currency, payout, source, type."""
    asked = call.params
    payout = asked.id("payout")
    if payout is not None:
        call.get("payout", payout, "payout")
    filters = {"_payout": payout, "source": asked.id("source"), "type": asked.text("type")}
    return page(
        call, "balance_transaction", "/v1/balance_transactions", {**filters, "currency": asked.text("currency")}
    )


def retrieve_transaction(call: Call, id: str) -> Thing:
    """Answer GET /v1/balance_transactions/:id."""
    return call.get("balance_transaction", id)


# --- Payouts to the platform's bank ---


def pay_out(call: Call, currency: str) -> Thing:
    """Send all that is available in a currency to the bank, as an automatic payout that names its transactions."""
    due = call.state.among(
        "balance_transaction",
        "json_extract(body, '$.status') = 'available' and json_extract(body, '$.currency') = ?"
        " and json_extract(body, '$._payout') is null",
        (currency,),
    )
    total = sum(txn["net"] for txn in due)
    if total <= 0:
        raise refused("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = _new_payout(call, total, currency)
    moved = post(call, "payout", (-total, currency), payout["id"], description="STRIPE PAYOUT")
    payout["balance_transaction"] = moved["id"]
    for txn in (*due, moved):
        call.state.save({**txn, "_payout": payout["id"]})
    call.tell("payout.created", call.state.save(payout))
    return payout


def _new_payout(call: Call, total: int, currency: str, **over: Any) -> Thing:
    return call.make(
        "payout",
        {
            "amount": total,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": call.now + DAY,
            "automatic": True,
            "balance_transaction": None,
            "currency": currency,
            "description": "STRIPE PAYOUT",
            "destination": None,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "metadata": {},
            "method": "standard",
            "original_payout": None,
            "reconciliation_status": "completed",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "in_transit",
            "type": "bank_account",
            "_of": PLATFORM,
            **over,
        },
    )


def _owner(payout: Thing) -> str | None:
    owner: str = payout["_of"]
    return None if owner == PLATFORM else owner


def arrive(call: Call) -> None:
    """Let payouts reach the bank on their day."""
    for payout in call.state.due("thing_in_transit", call.now):
        payout["status"] = "paid"
        call.tell("payout.paid", call.state.save(payout), account=_owner(payout))


def fail_payout(call: Call, id: str) -> Thing:
    """Let the bank send a payout back; the money is on the balance again."""
    payout = call.get("payout", id)
    if payout["status"] == "failed":
        raise ApiError("This payout has failed already.")
    payout |= {
        "status": "failed",
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
    }
    if _owner(payout) is None:
        back = post(call, "payout_failure", (payout["amount"], payout["currency"]), payout["id"])
        payout["failure_balance_transaction"] = back["id"]
    call.tell("payout.failed", call.state.save(payout), account=_owner(payout))
    return payout


def pay_out_account(call: Call, account: str, amount: int, currency: str) -> Thing:
    """Send a connected account's money to its own bank; told as an event of that account."""
    call.get("account", account)
    payout = _new_payout(call, amount, currency, _of=account, reconciliation_status="not_applicable")
    call.tell("payout.created", payout, account=account)
    return payout


def list_payouts(call: Call) -> Thing:
    """Answer GET /v1/payouts."""
    filters = {"status": call.params.text("status"), "_of": PLATFORM}
    return page(call, "payout", "/v1/payouts", filters)


def retrieve_payout(call: Call, id: str) -> Thing:
    """Answer GET /v1/payouts/:id."""
    return call.get("payout", id)


# --- What else moves the balance, on demand ---


def charge_fee(call: Call, amount: int, currency: str) -> Thing:
    """Let Stripe take a fee of its own (Connect, Radar, …)."""
    return post(call, "stripe_fee", (-amount, currency), None, description="Connect fees")


def top_up(call: Call, amount: int, currency: str) -> Thing:
    """Put money on the balance, available at once."""
    return post(call, "topup", (amount, currency), None, description="Top-up")
