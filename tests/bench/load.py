"""Bounded load on a server of our own on loopback, and what it cost in CPU time."""

from __future__ import annotations

import http.client
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """One kind of request; `bodies`, and cookies where there are several, are sent in turn."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    bodies: tuple[bytes, ...] = (b"",)
    cookies: tuple[str, ...] = ()
    expect: int = 200

    def headers_of(self, n: int) -> dict[str, str]:
        """Give the headers of the n-th request."""
        return {**self.headers, "Cookie": self.cookies[n % len(self.cookies)]} if self.cookies else self.headers

    def body_of(self, n: int) -> bytes:
        """Give the body of the n-th request."""
        return self.bodies[n % len(self.bodies)]


@dataclass(frozen=True)
class Cost:
    """What a run gave."""

    per_second: float
    cpu_ms: float
    bytes: int


def _tree(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def cpu_seconds(*roots: int) -> float:
    """Sum the CPU time, user and system, of processes and all below them."""
    total = 0
    for root in roots:
        for pid in _tree(root):
            try:
                stat = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += int(stat[11]) + int(stat[12])
    return total / TICKS


def run(port: int, request: Request, *, total: int, clients: int, pids: tuple[int, ...], first: int = 0) -> Cost:
    """Send `total` requests, from the `first` on, over `clients` connections; an unexpected answer stops the run."""
    turn = iter(range(first, first + total))
    lock = threading.Lock()
    sizes: list[int] = []
    wrong: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while not wrong:
            with lock:
                n = next(turn, None)
            if n is None:
                break
            connection.request(request.method, request.path, request.body_of(n), request.headers_of(n))
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != request.expect or "/login" in answer.headers.get("Location", ""):
                wrong.append(f"{request.path} answered {answer.status}: {body[:200]!r}")
            sizes.append(len(body))
        connection.close()

    before, started = cpu_seconds(*pids), time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - started, cpu_seconds(*pids) - before
    if wrong:
        raise RuntimeError(wrong[0])
    return Cost(total / took, used * 1000 / total, max(sizes))
