"""Transfers to connected accounts and their reversals."""

from __future__ import annotations

from lms.sandbox.call import Call, listed, page
from lms.sandbox.errors import ApiError, refused
from lms.sandbox.resources.balance import post, sums
from lms.sandbox.state import Thing, new_id


def create(call: Call) -> Thing:
    """Answer POST /v1/transfers: out of the available balance, or out of one charge's money before it is available."""
    asked = call.params
    amount, currency, destination = asked.amount("amount"), asked.currency(), asked.need("destination")
    source, group = asked.id("source_transaction"), asked.text("transfer_group")
    description, metadata = asked.text("description"), asked.metadata()
    asked.choice("source_type", ("card", "bank_account", "fpx"))
    asked.refuse_unread()
    _check_destination(call, destination)
    available_on = call.now
    if source is not None:
        charge = call.get("charge", source, "source_transaction")
        available_on = _check_source(call, charge, amount, currency)
        group = group or charge["transfer_group"] or f"group_{charge['payment_intent']}"
    elif sums(call, "available").get(currency, 0) < amount:
        raise refused(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available"
            " balance by creating Charges using the 4000000000000077 test card.",
            code="balance_insufficient",
        )
    fields: Thing = {"description": description, "metadata": metadata, "transfer_group": group}
    transfer = _new_transfer(call, (amount, currency), destination, {**fields, "source_transaction": source})
    moved = post(
        call, "transfer", (-amount, currency), transfer["id"], available_on=available_on, description=description
    )
    transfer["balance_transaction"] = moved["id"]
    call.tell("transfer.created", call.state.save(transfer))
    return transfer


def _check_destination(call: Call, destination: str) -> None:
    account = call.state.find(destination, "account")
    if account is None:
        raise ApiError(f"No such destination: '{destination}'", code="resource_missing", param="destination")
    if account["capabilities"].get("transfers") != "active":
        raise refused(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
            " crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )


def _check_source(call: Call, charge: Thing, amount: int, currency: str) -> int:
    if charge["status"] != "succeeded" or charge["currency"] != currency:
        raise refused("The source transaction is not a paid charge in this currency.", param="source_transaction")
    sent = call.state.among("transfer", "json_extract(body, '$.source_transaction') = ?", (charge["id"],))
    left = charge["amount"] - sum(transfer["amount"] - transfer["amount_reversed"] for transfer in sent)
    if amount > left:
        raise refused(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {charge['amount'] / 100:.2f}. (There is already {(charge['amount'] - left) / 100:.2f} transferred.)",
            param="amount",
        )
    return int(call.get("balance_transaction", charge["balance_transaction"])["available_on"])


def _new_transfer(call: Call, money: tuple[int, str], destination: str, over: Thing) -> Thing:
    new = new_id("transfer")
    reversals = listed(f"/v1/transfers/{new}/reversals", [])
    return call.make(
        "transfer",
        {
            "id": new,
            "amount": money[0],
            "amount_reversed": 0,
            "balance_transaction": None,
            "currency": money[1],
            "destination": destination,
            "destination_payment": new_id("payment"),
            "reversals": {**reversals, "total_count": 0},
            "reversed": False,
            "source_type": "card",
            **over,
        },
    )


def list_transfers(call: Call) -> Thing:
    """Answer GET /v1/transfers: by destination or transfer group."""
    filters = {"destination": call.params.id("destination"), "transfer_group": call.params.text("transfer_group")}
    return page(call, "transfer", "/v1/transfers", filters)


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/transfers/:id."""
    return call.get("transfer", id)


# --- Reversals ---


def reverse(call: Call, id: str) -> Thing:
    """Answer POST /v1/transfers/:id/reversals: whole or in parts, never more than was sent."""
    transfer = call.get("transfer", id)
    amount, metadata, words = call.params.number("amount"), call.params.metadata(), call.params.text("description")
    call.params.refuse_unread()
    left = transfer["amount"] - transfer["amount_reversed"]
    if left == 0:
        raise refused(f"Transfer {id} has already been fully reversed.")
    if amount is not None and amount > left:
        raise refused(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left}).", param="amount"
        )
    return take_back(call, transfer, amount or left, {"metadata": metadata, "description": words})


def take_back(call: Call, transfer: Thing, amount: int, over: Thing) -> Thing:
    """Bring money of a transfer back to the platform's balance."""
    reversal = call.make(
        "transfer_reversal",
        {
            "amount": amount,
            "balance_transaction": None,
            "currency": transfer["currency"],
            "destination_payment_refund": None,
            "metadata": over["metadata"],
            "source_refund": None,
            "transfer": transfer["id"],
        },
    )
    description = over["description"] or f"REFUND FOR TRANSFER ({transfer['id']})"
    moved = post(call, "transfer_refund", (amount, transfer["currency"]), reversal["id"], description=description)
    reversal["balance_transaction"] = moved["id"]
    call.state.save(reversal)
    before = {"amount_reversed": transfer["amount_reversed"], "reversed": transfer["reversed"]}
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, dict(reversal))
    transfer["reversals"]["total_count"] += 1
    call.tell("transfer.reversed", call.state.save(transfer), before=before)
    return reversal


def list_reversals(call: Call, id: str) -> Thing:
    """Answer GET /v1/transfers/:id/reversals."""
    call.get("transfer", id)
    return page(call, "transfer_reversal", f"/v1/transfers/{id}/reversals", {"transfer": id})


def retrieve_reversal(call: Call, id: str, reversal_id: str) -> Thing:
    """Answer GET /v1/transfers/:id/reversals/:reversal_id."""
    call.get("transfer", id)
    return call.get("transfer_reversal", reversal_id)
