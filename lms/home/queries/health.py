"""Whether this machine may take requests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lms.kernel.clock import SystemClock
from lms.kernel.settings import ROOT
from lms.kernel.work import Read
from lms.kernel.worker import count_rows

MOST_SKEW = timedelta(seconds=2)


@dataclass(frozen=True)
class Readiness:
    """What was found: `problems` are reasons to send nobody here; the rest is for whoever looks."""

    problems: tuple[str, ...]
    migration: str
    clock_skew_seconds: float | None
    waiting: int
    dead: int
    oldest_waiting_seconds: int

    @property
    def is_ready(self) -> bool:
        """Say whether requests may come."""
        return not self.problems


def check_readiness(read: Read) -> Readiness:
    """Look at the database, its migrations, its clock and the outbox; a broken database is an answer too."""
    try:
        skew = _clock_skew(read)
        present, head = _migrations(read)
        rows = count_rows()
    except SQLAlchemyError:
        read.session.rollback()
        return Readiness(("database",), "", None, 0, 0, 0)
    problems = []
    if present != head:
        problems.append("migrations")
    if abs(skew) > MOST_SKEW:
        problems.append("clock")
    oldest = rows.oldest_waiting_at
    age = max(timedelta(0), read.now - oldest) if oldest else timedelta(0)
    return Readiness(
        tuple(problems),
        ",".join(sorted(present)),
        round(skew.total_seconds(), 3),
        rows.waiting,
        rows.dead,
        int(age.total_seconds()),
    )


def _clock_skew(read: Read) -> timedelta:
    """Compare the machine's own clock with the database's: the demo's may be moved ahead on purpose."""
    sqlite = read.session.get_bind().dialect.name == "sqlite"
    told = func.strftime("%Y-%m-%d %H:%M:%f", "now") if sqlite else func.clock_timestamp()
    value = read.session.scalar(select(told))
    there = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return SystemClock().now() - there if there else timedelta(0)


def _migrations(read: Read) -> tuple[frozenset[str], frozenset[str]]:
    context = MigrationContext.configure(read.session.connection())
    return frozenset(context.get_current_heads()), _heads()


@cache
def _heads() -> frozenset[str]:
    """Read the newest migrations of the code at work; they do not change while it runs."""
    return frozenset(ScriptDirectory(str(ROOT / "migrations")).get_heads())
