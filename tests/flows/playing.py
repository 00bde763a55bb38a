"""Plays a flow to its end once undisturbed, then again and again with its worker killed at one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.worker import LEASE, drain
from tests.flows.killing import Kept, run_in_child, some_steps
from tests.flows.world import World, see


@dataclass(frozen=True)
class Phase:
    """Something people do at a moment, after which the worker runs."""

    at: datetime
    act: Callable[[], object]


@dataclass
class Flow:
    """Phases in order. `folders` belong to the world beside the database and the folder of mails."""

    app: Flask
    place: Path
    mails: Path
    phases: Sequence[Phase]
    folders: Sequence[Path] = ()
    after_put_back: Callable[[], object] = lambda: None
    _kept: list[Kept] = field(default_factory=list)
    _steps: list[list[str]] = field(default_factory=list)

    def play(self) -> World:
        """Play everything undisturbed, the worker in a process of its own; its steps are counted."""
        for number, phase in enumerate(self.phases):
            self._begin(phase)
            self._kept.append(Kept(self.app, self.place / f"phase-{number}", self.mails, *self.folders))
            self._steps.append(run_in_child(self.app, self._work).steps)
        return see(self.mails)

    def play_killed(self, every: int) -> Iterator[tuple[str, World]]:
        """Play on from each phase with the worker killed at every so many steps, see `some_steps`.

        Gives where it was killed, and the world at the end.
        """
        numbered = [(phase, step) for phase, steps in enumerate(self._steps) for step in range(len(steps))]
        for phase, step in some_steps(self.app, numbered, every):
            self._kept[phase].put_back()
            self.after_put_back()
            self._clock.at = self.phases[phase].at
            ended = run_in_child(self.app, self._work, step)
            assert ended.killed, f"the worker took other steps in phase {phase}: {ended.steps}"
            self._clock.advance(LEASE + timedelta(seconds=1))
            self._work()
            for later in self.phases[phase + 1 :]:
                self._begin(later)
                self._work()
            yield f"phase {phase}, step {step} ({ended.steps[-1]})", see(self.mails)

    @property
    def _clock(self) -> FixedClock:
        parts: Parts = self.app.extensions[EXTENSION]
        assert isinstance(parts.clock, FixedClock)
        return parts.clock

    def _begin(self, phase: Phase) -> None:
        self._clock.at = phase.at
        phase.act()

    def _work(self) -> None:
        drain(self.app)


def assert_same(undisturbed: World, ends: Iterator[tuple[str, World]]) -> int:
    """Hold every end against the undisturbed one; count the ends."""
    compared = 0
    for where, end in ends:
        assert end == undisturbed, f"killed in {where}:\n" + "\n".join(end.differs(undisturbed))
        compared += 1
    return compared
