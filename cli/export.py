"""`heatledger export`: readings in the long form, for other programs."""

from __future__ import annotations

import csv
import sys
from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer

from cli.options import CommandError, ConfigOption, FromOption, HomeOption, ToOption, utc_now
from heatledger.archive import archive
from heatledger.config import load
from heatledger.home import Home
from heatledger.ledger import span
from heatledger.store import long_form, open_store, transfer
from heatledger.store.state import State


def export(
    form: Annotated[
        str,
        typer.Option(
            "--format", help="csv: the long form; jsonl: all there is to say, for heatledger import; zip: everything."
        ),
    ] = "csv",
    intervals: Annotated[bool, typer.Option("--intervals", help="jsonl: five-minute intervals too.")] = False,
    home: HomeOption = None,
    since: FromOption = None,
    until: ToOption = None,
    config: ConfigOption = None,
) -> None:
    """Write readings to standard output, whether a zone has them or not, device names verbatim.

    With --format zip an archive of all that is kept of the home: readings, intervals, bills, configuration, the audit.
    """
    if form not in {"csv", "jsonl", "zip"}:
        raise CommandError(f"unknown format {form!r}; csv, jsonl and zip are what there is")
    if form == "zip" and (since or until):
        raise CommandError("the archive holds everything: leave out --from and --to")
    if intervals and form != "jsonl":
        raise CommandError("the long form has readings only; --intervals goes with --format jsonl")
    settings = load(config_dir=config)
    store = open_store(settings.store_url)
    try:
        heard = store.homes()
        chosen = home or (heard[0] if len(heard) == 1 else None)
        if chosen is None or chosen not in heard:
            known = ", ".join(heard) or "none yet"
            raise CommandError(f"say which home with --home; the store knows {known}")
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


def _bounds(home: Home | None, since: str | None, until: str | None) -> tuple[int | None, int | None]:
    if since is None and until is None:
        return None, None
    somewhere = home or Home(id="home", name="home", timezone="UTC", currency="USD")
    now = utc_now()
    try:
        start, end = span(somewhere, None, since or "1970-01-01", until or (now + timedelta(days=1)).isoformat(), now)
    except ValueError as error:
        raise CommandError(str(error)) from error
    return int(start.timestamp() * 1e6), int(end.timestamp() * 1e6)
