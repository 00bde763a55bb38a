"""The replaceable parts of an app: real ones in production, fakes in tests. Wired in `app.py` only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from lms.kernel.clock import Clock
    from lms.kernel.codes import Codes
    from lms.kernel.files import Files
    from lms.kernel.mail import Mailer
    from lms.kernel.outbox import Subscriptions
    from lms.kernel.settings import Settings
    from lms.kernel.typeset import Typesetter

EXTENSION = "encamp"


def _stay_asleep() -> None:
    """Without a worker to wake (tests, scripts), the rows simply wait."""


@dataclass(kw_only=True)
class Parts:
    """What the rooms use of the world outside."""

    settings: Settings
    clock: Clock
    codes: Codes
    mailer: Mailer
    files: Files
    typesetter: Typesetter
    subscriptions: Subscriptions
    # commerce/gateway's protocol, which the kernel does not know; read it by gateway.service.current_gateway().
    gateway: object = None
    wake: Callable[[], None] = field(default=_stay_asleep)


def current_parts() -> Parts:
    """Give the parts of the app at work."""
    return cast(Parts, current_app.extensions[EXTENSION])
