"""`flask` commands, each one line into a room's service."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from lms.kernel.jobs import Worker, make_huey
from lms.kernel.parts import current_parts
from lms.kernel.settings import ROOT
from lms.web.assets import build

assets = AppGroup("assets", help="Front-end files.")
camp = AppGroup("camp", help="Camps as folders of Markdown.")


@assets.command("build")
def build_assets() -> None:
    """Make static/build and static/vendor from node_modules and our own sources."""
    build(ROOT)


@click.command("work")
@click.option("--threads", default=2, show_default=True, help="How many rows are worked on at once.")
@with_appcontext
def work(threads: int) -> None:
    """Run the worker: events, errands and the jobs of the clock."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    Worker(app, make_huey(current_parts().settings), threads).run()


def add_commands(app: Flask) -> None:
    """Give the app its commands."""
    for command in (assets, camp, work):
        app.cli.add_command(command)
