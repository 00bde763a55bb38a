"""Signed notices (webhooks): written with the event, carried by a thread, late, twice or lost on demand."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from lms.sandbox.call import shown
from lms.sandbox.faults import take_for_notice
from lms.sandbox.state import State, Thing

WAITS = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 3600.0)
_TIMEOUT = 10.0
_TICK = 0.5


def sign(payload: bytes, secret: str, at: int) -> str:
    """Write the `Stripe-Signature` of a payload at a Unix time, scheme v1."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def payload_of(event: Thing) -> bytes:
    """Write an event as it goes over the wire."""
    return json.dumps(shown(event), indent=2).encode()


class Courier:
    """Carries notices to one endpoint, one after the other, and tries again what was not taken.

    Times here are the machine's, not the sandbox's: a receiver compares the signature with its own clock.
    """

    def __init__(self, state: State, url: str | None, secret: str, tick: Callable[[], None]) -> None:
        self.waits: tuple[float, ...] = WAITS
        self._state, self._url, self._secret, self._tick = state, url, secret, tick
        self._wake = threading.Event()
        self._stopped = False
        self._busy = False
        self._thread = threading.Thread(target=self._run, name="sandbox-notices", daemon=True)

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_TIMEOUT + 1)

    def send(self, event: Thing) -> None:
        """Write down that a notice is to be carried, as the faults in force will have it."""
        fault = take_for_notice(self._state, event["type"])
        kind = fault.kind if fault else ""
        due = time.time() + (fault.seconds if fault and kind == "delay" else 0)
        status = {"lose": "dropped", "reorder": "held"}.get(kind, "due" if self._url else "unsent")
        for _ in range(2 if kind == "duplicate" else 1):
            self._write(event["id"], status, due)
        if fault and kind == "reorder" and fault.times == 1:
            self._let_go()
        self._wake.set()

    def replay(self, event_id: str) -> None:
        """Carry a notice once more, whatever became of it before."""
        with self._state.transaction():
            self._write(event_id, "due" if self._url else "unsent", time.time())
        self._wake.set()

    def settle(self, seconds: float = 5.0) -> bool:
        """Wait until nothing is due any more; False when that took too long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            due = self._state.run("select 1 from delivery where status = 'due' and due <= ? limit 1", (time.time(),))
            if not due and not self._busy:
                return True
            self._wake.set()
            time.sleep(0.005)
        return False

    def log(self, limit: int = 50) -> list[Thing]:
        """List what was carried, newest first: seq, event, status, attempts, answer."""
        return [dict(row) for row in self._state.run("select * from delivery order by seq desc limit ?", (limit,))]

    def _write(self, event_id: str, status: str, due: float) -> None:
        self._state.run("insert into delivery (event, status, due) values (?, ?, ?)", (event_id, status, due))

    def _let_go(self) -> None:
        # Due in the past, the last one longest ago, so that the last goes first.
        self._state.run("update delivery set status = 'due', due = ? - seq where status = 'held'", (time.time(),))

    def _run(self) -> None:
        while not self._stopped:
            self._tick()
            while not self._stopped and self._carry_next():
                pass
            self._wake.wait(self._pause())
            self._wake.clear()

    def _pause(self) -> float:
        """Tell how long nothing is due; time passes for sessions meanwhile, so never long."""
        rows = self._state.run("select min(due) as due from delivery where status = 'due'")
        due = rows[0]["due"]
        return _TICK if due is None else min(max(due - time.time(), 0.001), _TICK)

    def _carry_next(self) -> bool:
        with self._state.transaction():
            rows = self._state.run(
                "select * from delivery where status = 'due' and due <= ? order by due, seq limit 1", (time.time(),)
            )
            event = self._state.find(rows[0]["event"], "event") if rows else None
            self._busy = event is not None
        if event is None:
            return False
        is_taken, answer = self._post(payload_of(event))
        with self._state.transaction():
            self._note(int(rows[0]["seq"]), int(rows[0]["attempts"]) + 1, is_taken, answer)
            if is_taken:
                self._state.save({**event, "pending_webhooks": 0})
            self._busy = False
        return True

    def _note(self, seq: int, attempts: int, is_taken: bool, answer: str) -> None:
        has_more = attempts <= len(self.waits)
        status = "taken" if is_taken else "due" if has_more else "given_up"
        due = time.time() + (0 if is_taken or not has_more else self.waits[attempts - 1])
        self._state.run(
            "update delivery set status = ?, due = ?, attempts = ?, answer = ? where seq = ?",
            (status, due, attempts, answer, seq),
        )

    def _post(self, payload: bytes) -> tuple[bool, str]:
        target = urlsplit(self._url or "")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign(payload, self._secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (sandbox)",
        }
        make = HTTPSConnection if target.scheme == "https" else HTTPConnection
        connection = make(target.netloc, timeout=_TIMEOUT)
        try:
            address = target.path or "/"
            connection.request("POST", f"{address}?{target.query}" if target.query else address, payload, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            return False, type(error).__name__
        finally:
            connection.close()
        return 200 <= status < 300, str(status)
