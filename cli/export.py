"""`heatledger export`: readings in the long form, for other programs."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.options import CommandError, ConfigOption, FromOption, HomeOption, ToOption, utc_now
from heatledger.config import load
from heatledger.home import Home
from heatledger.ledger import span
from heatledger.readings import Reading
from heatledger.store import open_store, transfer

COLUMNS = ("time", "device", "channel", "quantity", "value", "unit")


def export(
    form: Annotated[
        str, typer.Option("--format", help="csv: the long form; jsonl: all there is to say, for heatledger import.")
    ] = "csv",
    intervals: Annotated[bool, typer.Option("--intervals", help="jsonl: five-minute intervals too.")] = False,
    home: HomeOption = None,
    since: FromOption = None,
    until: ToOption = None,
    config: ConfigOption = None,
) -> None:
    """Write readings to standard output, whether a zone has them or not, device names verbatim."""
    if form not in {"csv", "jsonl"}:
        raise CommandError(f"unknown format {form!r}; csv and jsonl are what there is")
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
        start_us, end_us = _bounds(settings.homes.get(chosen), since, until)
        if form == "jsonl":
            for line in transfer.lines(store, transfer.Begin(chosen, start_us, end_us, intervals)):
                sys.stdout.buffer.write(transfer.encode(line) + b"\n")
            return
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(_row(reading) for reading in store.readings(chosen, start_us=start_us, end_us=end_us))
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


def _row(reading: Reading) -> tuple[str, str, str, str, str, str]:
    value = reading.value
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
    time = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=reading.time_us)
    stamp = time.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return stamp, reading.device, reading.channel, reading.quantity, text, reading.unit or ""
