"""What the tracking room tells."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class NumbersMoved(Event):
    """Numbers of partners changed on some days: a list of [partner id, day (ISO)]."""

    moved: list[list[int | str]]
