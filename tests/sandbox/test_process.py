"""The sandbox as a process of its own, as the demo starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import stripe

from lms.kernel.settings import ROOT
from tests.sandbox.conftest import make_client, wait_for


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(client: stripe.StripeClient) -> bool:
    try:
        return client.v1.balance.retrieve().object == "balance"
    except stripe.APIConnectionError:
        return False


def test_it_serves_keeps_its_state_and_ends_when_told(tmp_path: Path) -> None:
    port, state, clock = _free_port(), tmp_path / "new" / "sandbox.sqlite3", tmp_path / "clock"
    clock.write_text("86400")
    command = [sys.executable, "-m", "lms.sandbox", "--port", str(port), "--state", str(state), "--clock", str(clock)]
    environment = {**os.environ, "STRIPE_SECRET_KEY": "sk_test_own", "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b"}
    client = make_client(f"http://127.0.0.1:{port}", key="sk_test_own")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(client), 20)
        account = client.v1.accounts.create({"type": "express"})
        assert account.created is not None and account.created > state.stat().st_mtime + 80_000
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
    assert state.exists()
