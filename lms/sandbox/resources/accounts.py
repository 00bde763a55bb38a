"""Connected accounts and the links to their onboarding page."""

from __future__ import annotations

import secrets

from lms.sandbox.call import Call, page
from lms.sandbox.errors import ApiError
from lms.sandbox.state import Thing

LINK_SECONDS = 300
_DUE = ["external_account", "tos_acceptance.date", "tos_acceptance.ip"]
_CURRENCIES = {"CN": "cny", "HK": "hkd", "GB": "gbp", "JP": "jpy", "SG": "sgd", "US": "usd", "DE": "eur", "FR": "eur"}


def create(call: Call) -> Thing:
    """Answer POST /v1/accounts, express ones only."""
    asked = call.params
    if asked.choice("type", ("express", "standard", "custom")) != "express":
        raise ApiError("The sandbox knows express accounts only.", param="type")
    country = (asked.text("country", "US") or "US").upper()
    requested = asked.below("capabilities")
    wanted = [name for name in ("transfers", "card_payments") if requested.below(name).flag("requested")]
    profile = asked.below("business_profile")
    fields: Thing = {
        "business_profile": {name: profile.text(name) for name in ("name", "product_description", "url", "mcc")},
        "business_type": asked.choice("business_type", ("individual", "company", "non_profit", "government_entity")),
        "country": country,
        "default_currency": _CURRENCIES.get(country, "usd"),
        "email": asked.text("email"),
        "metadata": asked.metadata(),
    }
    asked.ignore("settings", "individual", "tos_acceptance")
    asked.refuse_unread()
    return _new_account(call, wanted or ["transfers"], fields)


def _new_account(call: Call, capabilities: list[str], fields: Thing) -> Thing:
    account = call.make(
        "account",
        {
            "capabilities": dict.fromkeys(capabilities, "inactive"),
            "charges_enabled": False,
            "controller": {"type": "application", "is_controller": True},
            "details_submitted": False,
            "external_accounts": {"object": "list", "data": [], "has_more": False, "url": ""},
            "future_requirements": _requirements([]),
            "payouts_enabled": False,
            "requirements": _requirements(_DUE),
            "settings": {"payouts": {"schedule": {"delay_days": 2, "interval": "daily"}}},
            "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
            "type": "express",
            **fields,
        },
    )
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    return call.state.save(account)


def _requirements(due: list[str], disabled: str | None = None) -> Thing:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": disabled or ("requirements.past_due" if due else None),
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/accounts/:id; an unknown one is a question of permission for Stripe."""
    found = call.state.find(id, "account")
    if found is None:
        raise ApiError(
            f"The provided key does not have access to account '{id}' (or that account does not exist)."
            " Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )
    return found


def list_accounts(call: Call) -> Thing:
    """Answer GET /v1/accounts."""
    return page(call, "account", "/v1/accounts")


def create_link(call: Call) -> Thing:
    """Answer POST /v1/account_links: an address that works once and for five minutes."""
    asked = call.params
    account = retrieve(call, asked.need("account"))
    kind = asked.choice("type", ("account_onboarding", "account_update"))
    if kind is None:
        raise ApiError("Missing required param: type.", code="parameter_missing", param="type")
    refresh, back = asked.need_url("refresh_url"), asked.need_url("return_url")
    asked.ignore("collection_options", "collect")
    asked.refuse_unread()
    token = secrets.token_urlsafe(9)
    link = {"token": token, "expires_at": call.now + LINK_SECONDS, "refresh_url": refresh, "return_url": back}
    call.state.save({**account, "_link": link})
    return {
        "object": "account_link",
        "created": call.now,
        "expires_at": link["expires_at"],
        "url": f"{call.base_url}/setup/e/{account['id']}/{token}",
    }


def submit(call: Call, account: Thing, last4: str) -> Thing:
    """Let the account's owner hand in everything: money can be sent and paid out from now on."""
    before = {"details_submitted": account["details_submitted"], "payouts_enabled": account["payouts_enabled"]}
    bank: Thing = {
        "id": f"ba_{secrets.token_hex(12)}",
        "object": "bank_account",
        "account": account["id"],
        "bank_name": "STRIPE TEST BANK",
        "country": account["country"],
        "currency": account["default_currency"],
        "default_for_currency": True,
        "last4": last4,
        "status": "new",
    }
    account |= {
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "charges_enabled": "card_payments" in account["capabilities"],
        "details_submitted": True,
        "payouts_enabled": True,
        "requirements": _requirements([]),
        "tos_acceptance": {"date": call.now, "ip": "127.0.0.1", "user_agent": None},
    }
    account["external_accounts"]["data"] = [bank]
    _tell(call, account, before)
    return account


def restrict(call: Call, id: str) -> Thing:
    """Let Stripe stop an account: nothing can be sent to it until its owner hands in more."""
    account = call.get("account", id)
    before = {"payouts_enabled": account["payouts_enabled"]}
    account |= {
        "capabilities": dict.fromkeys(account["capabilities"], "inactive"),
        "charges_enabled": False,
        "payouts_enabled": False,
        "requirements": _requirements(["individual.verification.document"], "requirements.past_due"),
    }
    _tell(call, account, before)
    return account


def _tell(call: Call, account: Thing, before: Thing) -> None:
    call.tell("account.updated", call.state.save(account), before=before, account=account["id"])
