"""Faults on demand: what goes wrong with the next calls and notices. Not part of Stripe's API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from lms.sandbox.errors import ApiError
from lms.sandbox.state import State, Thing

CALL_KINDS = {
    "rate_limit": "answers 429, nothing happens",
    "server_error": "answers 500 before anything happens; the key stays free",
    "saved_server_error": "answers 500, nothing happens, and the key answers 500 from then on",
    "lost_answer": "happens, then the connection is held for `seconds` and closed without an answer",
    "dropped": "closes the connection before anything happens",
    "slow": "waits `seconds` while the key is in use, then happens",
}
NOTICE_KINDS = {
    "lose": "never sends the notice",
    "duplicate": "sends the notice twice",
    "delay": "sends the notice `seconds` later",
    "reorder": "holds this many notices back, then sends them last first",
}
OTHER_KINDS = {"refund_pending": "leaves the next refund pending"}
KINDS = {**CALL_KINDS, **NOTICE_KINDS, **OTHER_KINDS}


@dataclass(frozen=True)
class Fault:
    """What goes wrong `times` more times: with calls of `method` and `path`, or notices of `topic` (all patterns)."""

    kind: str
    method: str = "*"
    path: str = "*"
    topic: str = "*"
    seconds: float = 0.0
    times: int = 1
    seq: int = 0


def order(state: State, wanted: Thing) -> Fault:
    """Write a fault down; an unknown kind or field is refused."""
    unknown = set(wanted) - {"kind", "method", "path", "topic", "seconds", "times"}
    if wanted.get("kind") not in KINDS or unknown:
        raise ApiError(f"A fault has kind (one of {', '.join(KINDS)}), method, path, topic, seconds, times.")
    try:
        seconds, times = float(wanted.get("seconds") or 0), int(wanted.get("times") or 1)
    except (TypeError, ValueError):
        raise ApiError("seconds and times are numbers.") from None
    method, path, topic = (str(wanted.get(name) or "*") for name in ("method", "path", "topic"))
    fault = Fault(wanted["kind"], method, path, topic, min(max(seconds, 0.0), 300.0), max(times, 1))
    with state.transaction():
        state.run(
            "insert into fault (kind, method, path, topic, seconds, times)"
            " values (:kind, :method, :path, :topic, :seconds, :times)",
            asdict(fault),
        )
    return fault


def waiting(state: State) -> list[Fault]:
    """List what is still to go wrong."""
    return [Fault(**dict(row)) for row in state.run("select * from fault order by seq")]


def clear(state: State) -> None:
    """Let everything go well again."""
    with state.transaction():
        state.run("delete from fault")


def take(state: State, kind: str, *, topic: str = "") -> Fault | None:
    """Use up one turn of the first fault of a kind that fits a topic."""
    return _take(state, lambda fault: fault.kind == kind and fnmatchcase(topic, fault.topic))


def take_for_call(state: State, method: str, path: str) -> Fault | None:
    """Use up one turn of the first fault that fits a call."""

    def fits(fault: Fault) -> bool:
        meant = fnmatchcase(method, fault.method.upper()) and fnmatchcase(path, fault.path)
        return meant and fault.kind in CALL_KINDS

    return _take(state, fits)


def take_for_notice(state: State, topic: str) -> Fault | None:
    """Use up one turn of the first fault that fits a notice."""
    return _take(state, lambda fault: fault.kind in NOTICE_KINDS and fnmatchcase(topic, fault.topic))


def _take(state: State, fits: Callable[[Fault], bool]) -> Fault | None:
    with state.transaction():
        fault = next(filter(fits, waiting(state)), None)
        if fault is not None:
            state.run("update fault set times = times - 1 where seq = ?", (fault.seq,))
            state.run("delete from fault where times < 1")
    return fault
