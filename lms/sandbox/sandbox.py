"""The sandbox itself: state, time and courier in one hand, and the calls that go through it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from lms.kernel.settings import SANDBOX_KEY
from lms.sandbox.call import Call
from lms.sandbox.notices import Courier
from lms.sandbox.params import Params, Tree
from lms.sandbox.resources.balance import arrive, release
from lms.sandbox.resources.checkout import expire_due
from lms.sandbox.state import State

EXTENSION = "sandbox"
DEFAULT_KEY = SANDBOX_KEY
SETTLES_AFTER = timedelta(days=2)


class Sandbox:
    """Everything one sandbox holds; `now` tells the time that its things live in."""

    def __init__(
        self, path: str | Path, now: Callable[[], datetime], *, webhook: tuple[str | None, str], api_key: str
    ) -> None:
        self.state = State(path)
        self.api_key = api_key
        self.settle_seconds = int(SETTLES_AFTER.total_seconds())
        self.in_use: set[str] = set()
        self.guard = threading.Lock()
        self._now = now
        self.courier = Courier(self.state, *webhook, tick=self.sweep)

    def now(self) -> int:
        """Tell the time as Stripe writes it."""
        return int(self._now().timestamp())

    def close(self) -> None:
        """End the thread and close the file."""
        self.courier.stop()
        self.state.close()

    def sweep(self) -> None:
        """Let time do what is due: sessions expire, money becomes available, payouts arrive."""
        with self.state.transaction():
            call = self._call("", {}, "", None)
            release(call)
            expire_due(call)
            arrive(call)

    @contextmanager
    def call(
        self, base_url: str, tree: Tree | None = None, request_id: str = "", key: str | None = None
    ) -> Iterator[Call]:
        """Open a call in a transaction of its own, after what time has done."""
        self.sweep()
        with self.state.transaction():
            yield self._call(base_url, tree or {}, request_id, key)

    def _call(self, base_url: str, tree: Tree, request_id: str, key: str | None) -> Call:
        return Call(
            state=self.state,
            now=self.now(),
            params=Params(tree),
            base_url=base_url,
            settle_seconds=self.settle_seconds,
            notify=self.courier.send,
            request_id=request_id,
            key=key,
        )


def current_sandbox() -> Sandbox:
    """Give the sandbox of the app that answers."""
    found: Sandbox = current_app.extensions[EXTENSION]
    return found
