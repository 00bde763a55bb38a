"""One call of the API: what every resource is handed, and how its answers are dressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.sandbox.errors import ApiError, unknown_object
from lms.sandbox.params import Params
from lms.sandbox.state import State, Thing, new_id

Filters = Mapping[str, str | Sequence[str] | None]

API_VERSION = "2026-10-28.endive"
# Stripe tells the mode of everything but these.
_WITHOUT_MODE = {"refund", "account", "balance_transaction", "transfer_reversal"}


@dataclass
class Call:
    """A transaction that is open, the time, and what was asked."""

    state: State
    now: int
    params: Params
    base_url: str
    settle_seconds: int
    notify: Callable[[Thing], None]
    request_id: str = ""
    key: str | None = None
    told: list[Thing] = field(default_factory=list)

    def get(self, kind: str, id: str, param: str = "id") -> Thing:
        """Look a thing up, or refuse its id."""
        found = self.state.find(id, kind)
        if found is None:
            raise unknown_object(kind.replace("_", " "), id, param)
        return found

    def make(self, kind: str, fields: Thing, id_kind: str | None = None) -> Thing:
        """Keep a new thing under a new id."""
        mode = {} if kind in _WITHOUT_MODE else {"livemode": False}
        thing = {"id": new_id(id_kind or kind), "object": kind, "created": self.now, **mode, **fields}
        return self.state.add(kind, thing)

    def tell(self, topic: str, thing: Thing, *, before: Thing | None = None, account: str | None = None) -> Thing:
        """Write an event about a thing as it is now, and have it delivered."""
        data: Thing = {"object": shown(thing)}
        if before is not None:
            data["previous_attributes"] = before
        fields: Thing = {
            "api_version": API_VERSION,
            "data": data,
            "pending_webhooks": 1,
            "request": {"id": self.request_id or None, "idempotency_key": self.key},
            "type": topic,
        }
        if account is not None:
            fields["account"] = account
        event = self.make("event", fields)
        self.told.append(event)
        self.notify(event)
        return event


def shown(value: Any) -> Any:
    """Leave out what is ours: fields that begin with an underscore."""
    if isinstance(value, dict):
        return {name: shown(entry) for name, entry in value.items() if not name.startswith("_")}
    if isinstance(value, list):
        return [shown(entry) for entry in value]
    return value


def expanded(call: Call, thing: Thing, paths: list[str]) -> Thing:
    """Put whole things in the place of their ids along each path; what cannot be expanded is refused."""
    for path in paths:
        if path.count(".") > 3:
            raise ApiError("You cannot expand more than 4 levels of a property", param="expand[]")
        _expand(call, thing, path.split("."), path)
    return thing


def _expand(call: Call, value: Any, steps: list[str], path: str) -> None:
    if isinstance(value, list):
        for entry in value:
            _expand(call, entry, steps, path)
        return
    name = steps[0]
    if not isinstance(value, dict) or (name not in value and f"_{name}" not in value):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand[]")
    if f"_{name}" in value and name not in value:
        value[name] = value.pop(f"_{name}")
    entry = value[name]
    if isinstance(entry, str):
        found = call.state.find(entry)
        if found is None:
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand[]")
        value[name] = entry = found
    if len(steps) > 1 and entry is not None:
        _expand(call, entry, steps[1:], path)


def listed(url: str, data: list[Thing], has_more: bool = False) -> Thing:
    """Dress things as a list."""
    return {"object": "list", "url": url, "has_more": has_more, "data": data}


def page(call: Call, kind: str, url: str, filters: Filters | None = None) -> Thing:
    """Answer a list call, newest first: `limit`, `starting_after`, `ending_before`, `created`, and equal fields."""
    where, values = _conditions(call, kind, filters or {})
    limit = min(call.params.number("limit", 10) or 10, 100)
    after, before = call.params.id("starting_after"), call.params.id("ending_before")
    order = "desc"
    for cursor, sign, param in ((after, "<", "starting_after"), (before, ">", "ending_before")):
        if cursor is None:
            continue
        place = call.state.place(cursor, kind)
        if place is None:
            raise unknown_object(kind.replace("_", " "), cursor, param)
        where.append(f"seq {sign} ?")
        values.append(place)
        order = "desc" if sign == "<" else "asc"
    found = call.state.among(kind, " and ".join(where), tuple(values), f"order by seq {order} limit {limit + 1}")
    things, more = found[:limit], len(found) > limit
    return listed(url, things if order == "desc" else things[::-1], more)


def _conditions(call: Call, kind: str, filters: Filters) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    for name, wanted in filters.items():
        anyof = [wanted] if isinstance(wanted, str) else list(wanted or ())
        if anyof:
            where.append(f"json_extract(body, '$.{name}') in ({', '.join('?' * len(anyof))})")
            values += anyof
    for sign, bound in _created(call.params):
        where.append(f"created {sign} ?")
        values.append(bound)
    return where, values


def _created(params: Params) -> list[tuple[str, int]]:
    signs = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    if not params.has("created"):
        return []
    try:
        span = params.below("created")
    except ApiError:
        return [("=", params.number("created", least=0) or 0)]
    found = [(sign, span.number(name, least=0)) for name, sign in signs.items()]
    return [(sign, bound) for sign, bound in found if bound is not None]
