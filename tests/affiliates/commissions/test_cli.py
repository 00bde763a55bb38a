"""The plan for everybody by command."""

from __future__ import annotations

from flask import Flask

from lms.affiliates.commissions import queries
from lms.kernel.work import begin_read


def test_the_plan_for_everybody_is_published_by_command(app: Flask) -> None:
    runner = app.test_cli_runner()
    for _ in range(2):
        told = runner.invoke(args=["plan", "publish", "--percent", "20"])
        assert told.exit_code == 0, told.output
        assert "Version 1 pays 20 %" in told.output
    lower = runner.invoke(args=["plan", "publish", "--percent", "15"])
    assert "Version 2 pays 15 % from 2026-11-" in lower.output
    refused = runner.invoke(args=["plan", "publish", "--percent", "90"])
    assert refused.exit_code == 1
    assert "ceiling of 70 %" in refused.output
    plan = queries.list_plans(begin_read())[0]
    assert [version.number for version in queries.list_versions(begin_read(), [plan.id])[plan.id]] == [2, 1]
