"""`heatledger report` prints a bill's statement or sends it; `heatledger reports` does both in its time."""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cli.asked import Asked
from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, choose, utc_now, write_file
from heatledger.config import Config, load
from heatledger.home import Home
from heatledger.watching import Watch


def report(
    *,
    month: Annotated[str | None, typer.Option(help="The bill called so, as 2026-10; by default the last one.")] = None,
    home: HomeOption = None,
    html: Annotated[str | None, typer.Option(help="Write the HTML to this file too; - prints it for the text.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the statement on paper to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the lines to this file.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send the newest statement to who has it not.")] = False,
    send_test: Annotated[bool, typer.Option("--send-test", help="Send a letter that tries the mail server.")] = False,
    to: Annotated[str | None, typer.Option(help="With --send-test: to this address only.")] = None,
    digest: Annotated[bool, typer.Option("--digest", help="The letter of the home's week, not of its bill.")] = False,
    fleet: Annotated[bool, typer.Option("--fleet", help="The week's letter about all homes, worst first.")] = False,
    sent: Annotated[bool, typer.Option("--sent", help="List what was sent, and to whom.")] = False,
    stop: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Send this address no more.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Send this address statements again.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print a bill's statement, as text and, when asked, HTML, PDF and CSV of the same figures; or send it.

    Printing keeps and sends nothing. What is sent is noted, so that nobody gets a statement twice.
    """
    loaded, now = load(config_dir=config), utc_now()
    asked = Asked(send_test, to, send, sent, stop, resume, as_json)
    if digest or fleet:
        if month or pdf or csv or (digest and fleet):
            raise CommandError("--digest and --fleet tell of the newest week; leave --month, --pdf, --csv and one out")
        _weekly(loaded, None if fleet else choose(loaded.homes, home, loaded), asked, html, now)
        return
    whose = choose(loaded.homes, home, loaded)
    if asked.acts:
        from cli import sending  # `heatledger reports` loads this module too, and stays small

        sending.act(loaded, whose, sending.of_home(loaded, whose, "bill", now), asked, now=now)
        return
    _print(loaded, whose, now, month=month, html=html, pdf=pdf, csv=csv, as_json=as_json)


def _weekly(config: Config, home: Home | None, asked: Asked, html: str | None, now: datetime) -> None:
    """Print or send the letter of a home's week, or that of all homes'."""
    from cli import weekly

    if home is None:
        weekly.fleet(config, asked, html=html, now=now)
    else:
        weekly.digest(config, home, asked, html=html, now=now)


def _print(
    config: Config,
    home: Home,
    now: datetime,
    *,
    month: str | None,
    html: str | None,
    pdf: Path | None,
    csv: Path | None,
    as_json: bool,
) -> None:
    from heatledger.reader import of_home, reading
    from heatledger.statement.lines_csv import lines_csv
    from heatledger.statement.typeset import statement_pdf
    from reports import months
    from reports.monthly import has_data, render
    from reports.preview import bill_summary

    try:
        summary, name = bill_summary(config, home, None if month is None else months.parse(month), now=now)
    except months.NoMonthError as error:
        raise CommandError(str(error)) from error
    if not has_data(summary):
        typer.echo(f"{home.id}: nothing was heard in {name}, so there is no statement of it", err=True)
        raise typer.Exit(1)
    with reading(of_home(home)):
        statement = render(summary, home)
        if pdf:
            write_file(pdf, statement_pdf(summary, home, issued=now))
    if csv:
        write_file(csv, lines_csv(summary).encode())
    if html and html != "-":
        write_file(Path(html), statement.page.encode())
    page = statement.page if html == "-" else statement.text
    typer.echo(msgspec.json.format(msgspec.json.encode(summary)) if as_json else page, nl=as_json)


def reports(config: ConfigOption = None) -> None:
    """Close each home's bills, make their statements and send them, each in its time, until stopped.

    What changes in the configuration meanwhile is taken in without a restart.
    """
    from reports.schedule import run

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    layer = {} if config is None else {"HEATLEDGER_CONFIG": str(config.absolute())}
    run(Watch(partial(load, config_dir=config)), stop, environ={**os.environ, **layer})
