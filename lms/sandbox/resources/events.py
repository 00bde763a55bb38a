"""Events: everything that happened, to be listed and fetched again."""

from __future__ import annotations

from lms.sandbox.call import Call, page
from lms.sandbox.state import Thing


def list_events(call: Call) -> Thing:
    """Answer GET /v1/events: by type and created; `types` takes several."""
    one, several = call.params.text("type"), call.params.texts("types")
    return page(call, "event", "/v1/events", {"type": [one] if one else several})


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/events/:id."""
    return call.get("event", id)
