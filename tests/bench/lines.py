"""The lines of the results: figure, aim and whether it was met."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.load import Cost


@dataclass(frozen=True)
class Aim:
    """What `docs/decisions.md` and the page's peers ask for; None where only the figure is wanted."""

    cpu_ms: float | None = None
    queries: int | None = None
    kilobytes: int | None = None
    per_second: float | None = None


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    page: str
    cost: Cost
    queries: int | None
    aim: Aim

    def verdict(self) -> str:
        checks = [
            (self.aim.cpu_ms is None or self.cost.cpu_ms <= self.aim.cpu_ms),
            (self.aim.queries is None or self.queries is None or self.queries <= self.aim.queries),
            (self.aim.kilobytes is None or self.cost.bytes <= self.aim.kilobytes * 1024),
            (self.aim.per_second is None or self.cost.per_second >= self.aim.per_second),
        ]
        return "met" if all(checks) else "missed"


AIMS = {
    "landing": Aim(queries=8),
    "today": Aim(cpu_ms=12, queries=10, kilobytes=60),
    "day of 30 tasks": Aim(cpu_ms=10, queries=8, kilobytes=60),
    "hand in a text": Aim(cpu_ms=9, queries=12),
    "desk": Aim(),
    "class progress": Aim(cpu_ms=15, queries=8),
    "partner home": Aim(cpu_ms=12, queries=10),
    "leaderboard": Aim(cpu_ms=30, queries=3),
    "sign in, besides the hash": Aim(cpu_ms=6),
    "click redirect": Aim(cpu_ms=0.7, per_second=1500),
    "settle a paid order": Aim(queries=15, per_second=300),
}


def write_table(engine: str, size: int, bare: float, lines: list[Line]) -> str:
    """Write one engine's lines as a table in Markdown; `bare` in ms of CPU."""
    rows = [
        f"\n## {engine}, {size:,} students\n",
        f"Bare page of the same stack in the same run: {bare:.2f} ms CPU.\n",
        "| page | requests/s | CPU ms | × bare | queries | kB | aim | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for line in lines:
        aim = line.aim
        asked = [
            f"≤ {aim.cpu_ms} ms" if aim.cpu_ms else "",
            f"≤ {aim.queries} queries" if aim.queries else "",
            f"≤ {aim.kilobytes} kB" if aim.kilobytes else "",
            f"≥ {aim.per_second:.0f}/s" if aim.per_second else "",
        ]
        rows.append(
            f"| {line.page} | {line.cost.per_second:.0f} | {line.cost.cpu_ms:.2f} | {line.cost.cpu_ms / bare:.1f} | "
            f"{line.queries if line.queries is not None else ''} | {line.cost.bytes / 1024:.0f} | "
            f"{', '.join(part for part in asked if part)} | {line.verdict() if any(asked) else ''} |"
        )
    return "\n".join(rows)
