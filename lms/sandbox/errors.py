"""What the sandbox refuses, in Stripe's words and shape."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than success.

    `kept` says that the call had begun to execute: what it did stands, and its idempotency key answers the same
    from now on. Everything else leaves no trace.
    """

    def __init__(self, message: str, *, status: int = 400, kept: bool = False, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept
        self.fields = {"type": "invalid_request_error", **fields, "message": message}

    def body(self) -> dict[str, Any]:
        """Give the JSON that Stripe would send."""
        return {"error": {name: value for name, value in self.fields.items() if value is not None}}


def missing(param: str) -> ApiError:
    """Refuse a call that leaves out a parameter."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown_object(kind: str, id: str, param: str = "id") -> ApiError:
    """Refuse the id of something that is not there: 404 in the address, 400 in a parameter."""
    status = 404 if param == "id" else 400
    return ApiError(f"No such {kind}: '{id}'", status=status, code="resource_missing", param=param)


def refused(message: str, code: str | None = None, param: str | None = None) -> ApiError:
    """Refuse what the state of things forbids; the key keeps the refusal."""
    return ApiError(message, kept=True, code=code, param=param)
