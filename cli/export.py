"""`heatledger export`: readings in the long form for other programs, or a table of energy for a spreadsheet."""

from __future__ import annotations

import csv
import sys
from contextlib import closing
from datetime import timedelta
from typing import Annotated, Final

import typer

from cli.options import CommandError, ConfigOption, FromOption, HomeOption, ToOption, choose, utc_now
from cli.table import table
from heatledger.archive import archive
from heatledger.config import load
from heatledger.home import Home
from heatledger.ledger import span
from heatledger.store import long_form, open_store, transfer
from heatledger.store.state import State

_FORMS: Final = ("csv", "jsonl", "table", "zip")


def export(
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv: the long form; jsonl: all, for heatledger import; table: energy by --by; zip: everything.",
        ),
    ] = "csv",
    intervals: Annotated[bool, typer.Option("--intervals", help="jsonl: five-minute intervals too.")] = False,
    by: Annotated[str, typer.Option("--by", help="table: hour, day or month, of the home's own clock.")] = "day",
    home: HomeOption = None,
    since: FromOption = None,
    until: ToOption = None,
    config: ConfigOption = None,
) -> None:
    """Write readings to standard output, whether a zone has them or not, device names verbatim.

    With --format table what each meter, zone, mode and heat pump used; with --format zip an archive of all that is kept
    of the home: readings, intervals, bills, configuration, the audit.
    """
    if form not in _FORMS:
        raise CommandError(f"unknown format {form!r}; {', '.join(_FORMS)} are what there is")
    if form == "zip" and (since or until):
        raise CommandError("the archive holds everything: leave out --from and --to")
    if intervals and form != "jsonl":
        raise CommandError("the long form has readings only; --intervals goes with --format jsonl")
    settings = load(config_dir=config)
    if form == "table":
        chosen_home = choose(settings.homes, home, settings)
        typer.echo(table(settings, chosen_home, *_bounds(chosen_home, since, until), by=by), nl=False)
        return
    store = open_store(settings.store_url)
    try:
        chosen = _heard(store.homes(), home)
        if form == "zip":
            with closing(State(settings.state_path)) as state:
                for piece in archive(settings, store, state, chosen):
                    sys.stdout.buffer.write(piece)
            return
        start_us, end_us = _bounds(settings.homes.get(chosen), since, until)
        if form == "jsonl":
            for line in transfer.lines(store, transfer.Begin(chosen, start_us, end_us, intervals)):
                sys.stdout.buffer.write(transfer.encode(line) + b"\n")
            return
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(long_form.READINGS)
        out.writerows(
            long_form.reading_row(reading) for reading in store.readings(chosen, start_us=start_us, end_us=end_us)
        )
    finally:
        store.close()


def _heard(heard: list[str], asked: str | None) -> str:
    """Return the home that was asked for, or the only one the store has heard of."""
    if not heard:
        raise CommandError("nothing was stored yet; start heatledger up, and see that your devices publish")
    chosen = asked or (heard[0] if len(heard) == 1 else "")
    if chosen not in heard:
        raise CommandError(f"say which home with --home; the store knows {', '.join(heard)}")
    return chosen


def _bounds(home: Home | None, since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Return the ends of a span that was asked for, None where nothing bounds it. [µs]."""
    if since is None and until is None:
        return None, None
    somewhere = home or Home(id="home", name="home", timezone="UTC", currency="USD")
    now = utc_now()
    try:
        start, end = span(somewhere, None, since or "1970-01-01", until or (now + timedelta(days=1)).isoformat(), now)
    except ValueError as error:
        raise CommandError(str(error)) from error
    return int(start.timestamp() * 1e6), int(end.timestamp() * 1e6)
