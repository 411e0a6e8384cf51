"""`heatledger report` prints a month's statement; `heatledger reports` makes one each month."""

from __future__ import annotations

import logging
import os
import signal
import threading
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, choose, utc_now
from heatledger.config import load
from heatledger.watching import Watch


def report(
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Print it; nothing is kept or sent.")] = True,  # noqa: ARG001 - printing is all there is yet
    month: Annotated[str | None, typer.Option(help="Year and month, as 2026-10; by default the last one over.")] = None,
    home: HomeOption = None,
    html: Annotated[str | None, typer.Option(help="Write the HTML to this file too; - prints it for the text.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the statement on paper to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the lines to this file.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print a month's statement, as text and, when asked, HTML, PDF and CSV of the same figures."""
    # `heatledger reports` loads this module too, and stays small without the arithmetic
    from heatledger.reader import of_home, reading
    from heatledger.statement.lines_csv import lines_csv
    from heatledger.statement.typeset import statement_pdf
    from reports import months
    from reports.monthly import has_data, render
    from reports.publish import month_summary

    loaded, now = load(config_dir=config), utc_now()
    whose = choose(loaded.homes, home, loaded)
    try:
        which = months.last_complete(now, whose.timezone) if month is None else months.parse(month)
    except months.NoMonthError as error:
        raise CommandError(str(error)) from error
    summary = month_summary(loaded, whose, which, now=now)
    if not has_data(summary):
        typer.echo(f"{whose.id}: nothing was heard in {months.label(which)}, so there is no statement of it", err=True)
        raise typer.Exit(1)
    with reading(of_home(whose)):
        statement = render(summary, whose)
        if pdf:
            _write(pdf, statement_pdf(summary, whose, issued=now))
    if csv:
        _write(csv, lines_csv(summary).encode())
    if html and html != "-":
        _write(Path(html), statement.page.encode())
    page = statement.page if html == "-" else statement.text
    typer.echo(msgspec.json.format(msgspec.json.encode(summary)) if as_json else page, nl=as_json)


def reports(config: ConfigOption = None) -> None:
    """Make each home's statement every month, on the day and hour of the settings, until stopped.

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


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}; name a file that may be written") from error
