"""`heatledger report` prints a month's statement; `heatledger reports` makes one each month."""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from heatledger.config import ConfigError, load

if TYPE_CHECKING:
    from heatledger.home import Home
    from heatledger.summary import Summary

_CONFIG_HELP = "Folder of your own configuration; by default $HEATLEDGER_CONFIG, else config in the data directory."


def report(
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Print it; nothing is kept or sent.")] = True,  # noqa: ARG001 - printing is all there is yet
    month: Annotated[str | None, typer.Option(help="Year and month, as 2026-10; by default the last one over.")] = None,
    home: Annotated[str | None, typer.Option(help="Id of the home; may be left out when there is one.")] = None,
    html: Annotated[str | None, typer.Option(help="Write the HTML to this file too; - prints it for the text.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the Summary the statement is made from.")] = False,
    config_dir: Annotated[Path | None, typer.Option("--config", help=_CONFIG_HELP)] = None,
) -> None:
    """Print a month's statement, as text and, when asked, HTML from the same figures."""
    # the arithmetic is heavy, and `heatledger reports`, which imports this module too, stays small
    import msgspec

    from reports.monthly import render

    summary, whose = _month(home, month, config_dir)
    statement = render(summary, whose)
    if html and html != "-":
        try:
            Path(html).write_text(statement.html, encoding="utf-8")
        except OSError as error:
            _end(f"{html}: {error.strerror}; name a file that may be written", 2)
    json = msgspec.json.format(msgspec.json.encode(summary), indent=2).decode()
    typer.echo(json if as_json else statement.html if html == "-" else statement.text, nl=as_json)


def _month(home: str | None, month: str | None, config_dir: Path | None) -> tuple[Summary, Home]:
    from cli.options import CommandError, choose, utc_now
    from heatledger.store import StoreError
    from reports import months
    from reports.monthly import has_data
    from reports.publish import month_summary

    try:
        config, now = load(config_dir=config_dir), utc_now()
        whose = choose(config.homes, home, config)
        which = months.parse(month) if month is not None else months.last_complete(now, whose.timezone)
        summary = month_summary(config, whose, which, now=now)
    except (CommandError, ConfigError, StoreError, months.NoMonthError) as error:
        _end(str(error), 2)
    if not has_data(summary):
        _end(f"{whose.id}: nothing was heard in {months.label(which)}, so there is no statement of it", 1)
    return summary, whose


def reports(config_dir: Annotated[Path | None, typer.Option("--config", help=_CONFIG_HELP)] = None) -> None:
    """Make each home's statement every month, on the day and hour of the settings, until stopped."""
    from reports.schedule import run

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        config = load(config_dir=config_dir)
        named = {"HEATLEDGER_CONFIG": str(config_dir.absolute())} if config_dir else {}
        run(config, stop, environ={**os.environ, **named})
    except ConfigError as error:
        _end(str(error), 2)


def _end(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
