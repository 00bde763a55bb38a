"""The worker that sends is killed on the way; what is done after it has come back is what would have been done."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask

from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.rules import AttemptState, PayoutState
from lms.commerce.gateway.rules import Transfer
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.work import Read, Work
from lms.kernel.worker import LEASE
from lms.kernel.worker import drain as drain_rows
from tests.affiliates.payouts.gateways import MemoryGateway, plug
from tests.factories.payouts import ask, make_earner, make_finance
from tests.flows.killing import Kept, run_in_child, some_steps

Open = Callable[[], AbstractContextManager[Work]]


class FolderGateway(MemoryGateway):
    """Keeps transfers in a folder, one file a call, so that what a killed child did is seen."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def find_transfer(self, reference: str) -> Transfer | None:
        made = [json.loads(path.read_text()) for path in self.folder.glob("*.json")]
        return next((Transfer(**one) for one in made if one["reference"] == reference), None)

    def transfer(self, key: str, destination: str, amount_minor: int, currency: str, reference: str) -> Transfer:
        made = Transfer(f"tr_{key}", reference, destination, amount_minor, 0, currency)
        number = len(list(self.folder.glob("*.json")))
        (self.folder / f"{number}.json").write_text(json.dumps(asdict(made)))
        return made


def test_killed_on_the_way_sends_once(
    app: Flask, work: Open, read: Callable[[], Read], clock: Any, tmp_path: Path
) -> None:
    bank = tmp_path / "gateway"
    bank.mkdir()
    plug(app, FolderGateway(bank))
    with work() as w:
        person, partner = make_earner(w, kind="connect")
        code = ask(w, person).code
        service.approve(w, make_finance(w), code)

    def act() -> object:
        return drain_rows(app, schedules=False)

    kept = Kept(app, tmp_path / "kept", bank)
    steps = run_in_child(app, act).steps
    assert "after errand payouts.send" in steps
    begun = clock.now()
    for step in some_steps(app, range(len(steps)), 2):
        kept.put_back()
        clock.at = begun
        run_in_child(app, act, kill_at=step)
        clock.advance(LEASE * 2)
        act()
        file = queries.get_payout_file(read(), code)[0]
        where = f"killed at {step}: {steps[step]}"
        assert file.payout.state is PayoutState.SETTLED, where
        assert [one.state for one in file.attempts] == [AttemptState.SENT], where
        assert ledger.wallet(read(), partner.id, "CNY") == Wallet(), where
        assert len(list(bank.glob("*.json"))) == 1, f"sent twice, {where}"
    plug(app, None)  # type: ignore[arg-type]
