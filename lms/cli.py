"""`flask` commands, each one line into a room's service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from lms.affiliates.commissions import queries as plans
from lms.affiliates.commissions import service as commissions
from lms.affiliates.commissions.rules import Terms
from lms.commerce.ledger.verifying import take_stock, verify
from lms.demo.season import Progress, how_far, tell_season
from lms.kernel.errors import Refusal
from lms.kernel.jobs import Worker, make_huey
from lms.kernel.parts import current_parts
from lms.kernel.settings import ROOT
from lms.kernel.text import speaking
from lms.kernel.work import SYSTEM, begin_read, begin_work
from lms.learning.camps import service as camps
from lms.learning.camps.folder.archive import read_directory, write_directory
from lms.learning.camps.folder.draft import Report
from lms.learning.camps.folder.read import Choice, read_folder
from lms.people.accounts import queries as people
from lms.people.accounts import service as accounts
from lms.people.accounts.rules import GIVEN_BY_HAND
from lms.web.assets import build

assets = AppGroup("assets", help="Front-end files.")
camp = AppGroup("camp", help="Camps as folders of Markdown.")
plan = AppGroup("plan", help="What partners are paid by.")
person = AppGroup("person", help="People and their roles.")
ledger = AppGroup("ledger", help="The books.")
demo = AppGroup("demo", help="The demo; refused outside the demo mode.")


@assets.command("build")
def build_assets() -> None:
    """Make static/build and static/vendor from node_modules and our own sources."""
    build(ROOT)


@camp.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--slug", help="Address of the camp; the folder's own name otherwise.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the lessons; guessed otherwise.")
@click.option("--language-dir", help="Folder that holds the translation to read.")
@with_appcontext
def import_camp(folder: Path, **options: str | None) -> None:
    """Read a folder of Markdown as a camp, all or nothing, and say what was read and skipped."""
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value}
    # Reading takes seconds; the write transaction, which stops all other writers, only keeps what was read.
    reading = read_folder(read_directory(folder), Choice(name=folder.resolve().name, **chosen))
    report = reading.report
    if reading.draft is not None:
        with begin_work() as work:
            report = camps.keep_draft(work, SYSTEM, reading.draft, report)
    _say(report)
    if not report.is_good:
        raise click.ClickException("Nothing was kept. Mend what is listed and import again.")


def _say(report: Report) -> None:
    for day in report.days:
        click.echo(f"read     day {day.number}  {day.title}  {day.path}")
    for word, lines in (("skipped", report.skipped), ("note", report.notes), ("refused", report.errors)):
        for line in lines:
            click.echo(f"{word:8} {line.path}  {line.text.in_('en')}")
    if report.is_good:
        kept = "is unchanged" if report.unchanged else f"is kept as revision {report.revision}"
        click.echo(f"camp {report.slug} {kept}: {len(report.days)} days")


@camp.command("export")
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def export_camp(slug: str, folder: Path) -> None:
    """Write a camp as a folder that imports as the same camp."""
    with speaking("en"):
        try:
            files = camps.export_camp(begin_read(), slug)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from None
    write_directory(files, folder)
    click.echo(f"{len(files)} files in {folder}")


@plan.command("publish")
@click.option("--name", default="Standard", show_default=True, help="Name of the plan for everybody, when it is made.")
@click.option("--percent", type=click.IntRange(1, 100), default=20, show_default=True, help="Share of what is paid.")
@with_appcontext
def publish_plan(name: str, percent: int) -> None:
    """Publish a version of the plan for everybody; the plan is made when there is none yet."""
    with speaking("en"), begin_work() as work:
        found = [one for one in plans.list_plans(work) if one.camp_id is None and one.group_id is None]
        code = found[0].code if found else commissions.make_plan(work, SYSTEM, name)
        try:
            done = commissions.publish_version(work, SYSTEM, code, Terms(percent_bps=percent * 100))
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(f"Version {done.number} pays {percent} % from {done.effective_from:%Y-%m-%d %H:%M} UTC.")


@person.command("grant")
@click.argument("mail")
@click.argument("role", type=click.Choice([role.value for role in GIVEN_BY_HAND]))
@with_appcontext
def grant(mail: str, role: str) -> None:
    """Give a person a role; the first operator gets theirs this way."""
    with begin_work() as work:
        found = people.find_person_by_email(work, mail)
        if found is None:
            raise click.ClickException(f"Nobody has signed up as {mail}.")
        accounts.grant_role(work, SYSTEM, found.id, role)
    click.echo(f"{mail} is {role}.")


@ledger.command("verify")
@with_appcontext
def verify_ledger() -> None:
    """Check every journal, balance and seal from the first on; name the first that does not fit."""
    with begin_work() as stocktaking:
        stock = take_stock(stocktaking)
    verdict = verify(begin_read(), stock)
    if not verdict.is_good:
        raise click.ClickException(verdict.fault)
    click.echo(f"{verdict.journals} journals balance, {verdict.seals} seals hold.")


@demo.command("season")
@with_appcontext
def season() -> None:
    """Tell the demo's season, unless it is there already."""
    if not current_parts().settings.demo:
        raise click.ClickException("This is not a demo. Set ENCAMP_MODE=demo, with a database of its own.")
    progress = how_far()
    if progress is Progress.CUT_SHORT:
        raise click.ClickException("The season was cut short while it was told. Begin anew: make demo FRESH=1")
    if progress is Progress.TOLD:
        click.echo("The season is there already.")
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    told = tell_season(app)
    click.echo(f"The season is told: {told.people} people in {told.cohorts} cohorts.")


@click.command("work")
@click.option("--threads", default=2, show_default=True, help="How many rows are worked on at once.")
@with_appcontext
def work(threads: int) -> None:
    """Run the worker: events, errands and the jobs of the clock."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    Worker(app, make_huey(current_parts().settings), threads).run()


def add_commands(app: Flask) -> None:
    """Give the app its commands."""
    for command in (assets, camp, demo, ledger, person, plan, work):
        app.cli.add_command(command)
