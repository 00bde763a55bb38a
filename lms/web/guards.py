"""Who may pass. Every route has exactly one guard, directly under its route decorator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.kernel.audit import Witness, witness
from lms.kernel.errors import Forbidden
from lms.kernel.work import STAFF_ROLES, VISITOR, Actor
from lms.web.htmx import go_sign_in, is_part
from lms.web.resend import keep_and_ask

View = Callable[..., ResponseReturnValue]
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Guard:
    """What a route demands; read by the house tests and the strangers."""

    kind: str  # public | signed_in | role
    roles: frozenset[str] = frozenset()


def current_actor() -> Actor:
    """Say who acts in this request, as a value that outlives the session's rollback."""
    if "actor" not in g:
        g.actor = VISITOR
        if current_user and current_user.is_authenticated:
            g.actor = Actor(current_user.id, frozenset(role.name for role in current_user.roles))
    return cast(Actor, g.actor)


def sign_in_url() -> str:
    """Give the address to sign in at that leads back here."""
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return url_for("security.login", next=back)


def _ask_to_sign_in() -> Response:
    if is_part():
        return go_sign_in(url_for("security.login"))
    if request.method in _SAFE_METHODS:
        return cast(Response, redirect(sign_in_url(), 303))
    return keep_and_ask()


def public(view: View) -> View:
    """Let everybody in."""
    cast(Any, view).guard = Guard("public")
    return view


def signed_in(view: View) -> View:
    """Let signed-in people in; the row itself is checked by the room's queries."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        actor = current_actor()
        if not actor.is_signed_in:
            return _ask_to_sign_in()
        if actor.is_staff and request.method not in _SAFE_METHODS:
            return _witnessed(view, actor, args, kwargs)
        return view(*args, **kwargs)

    cast(Any, guarded).guard = Guard("signed_in")
    return guarded


def role(*roles: str) -> Callable[[View], View]:
    """Let people with any of the roles in; others get 403, signed-out ones are asked to sign in."""

    def with_role(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            actor = current_actor()
            if not actor.is_signed_in:
                return _ask_to_sign_in()
            if not actor.has(*roles):
                raise Forbidden
            if request.method not in _SAFE_METHODS and not STAFF_ROLES.isdisjoint(roles):
                return _witnessed(view, actor, args, kwargs)
            return view(*args, **kwargs)

        cast(Any, guarded).guard = Guard("role", frozenset(roles))
        return guarded

    return with_role


def _witnessed(view: View, actor: Actor, args: Any, kwargs: Any) -> ResponseReturnValue:
    """Every staff POST leaves a row in the audit trail, written in the commit of the act itself."""
    subject = "/".join(str(value) for value in kwargs.values())
    token = witness.set(Witness(actor.person_id, actor.via, request.endpoint or "", subject, g.get("request_id", "")))
    try:
        return view(*args, **kwargs)
    finally:
        witness.reset(token)
