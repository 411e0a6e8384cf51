"""`heatledger import`: another store's export, or history from elsewhere, into a store."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Final

import msgspec
import typer

from cli.options import CommandError, ConfigOption, HomeOption
from heatledger.config import Config, load
from heatledger.importers import ImportFileError, emoncms, green_button, home_assistant
from heatledger.quantities import QUANTITIES, conversion
from heatledger.readings import Flag, Intervals, Reading
from heatledger.store import Store, open_store, transfer

_BATCH: Final = 5_000
_SAVED_EVERY: Final = 100
_COLUMNS: Final = ["time", "device", "channel", "quantity", "value", "unit"]


class _Place(msgspec.Struct):
    """How far an import came: so many lines, of which this is the digest."""

    lines: int = 0
    digest: str = ""


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What to import; - reads standard input.")] = "-",
    form: Annotated[
        str,
        typer.Option("--format", help="jsonl, csv, home-assistant, green-button or emoncms; by default as it looks."),
    ] = "",
    store_url: Annotated[
        str | None, typer.Option("--store", help="Where to; by default the store of settings.toml.")
    ] = None,
    home: HomeOption = None,
    device: Annotated[str, typer.Option(help="emoncms: what to call the device.")] = "",
    quantity: Annotated[str, typer.Option(help="emoncms: what was measured.")] = "power",
    unit: Annotated[str, typer.Option(help="emoncms: in which unit.")] = "",
    config: ConfigOption = None,
) -> None:
    """Take in an export of heatledger, or history as five-minute intervals; doing it again changes nothing."""
    settings = load(config_dir=config)
    kind = form or _looks_like(file)
    target = home or next(iter(settings.homes), "home")
    store = open_store(settings.complete(store_url) if store_url else settings.store_url)
    try:
        if kind == "jsonl":
            _move(file, store, settings, store_url or "")
        elif kind == "csv":
            _long_form(file, store, target)
        elif kind in _HISTORY:
            zone = settings.homes[target].timezone if target in settings.homes else "UTC"
            _history(_HISTORY[kind](Path(file), target, device or Path(file).stem, quantity, unit, zone), store, file)
        else:
            raise CommandError(f"--format {kind}: unknown; jsonl, csv, {', '.join(_HISTORY)}")
    except ImportFileError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()


_HISTORY: Final[dict[str, Callable[[Path, str, str, str, str, str], Iterator[Intervals]]]] = {
    "home-assistant": lambda path, home, *_: home_assistant.read(path, home),
    "green-button": lambda path, home, *_: green_button.read(path, home),
    "emoncms": lambda path, home, device, quantity, unit, zone: emoncms.read(
        path, home, device=device, quantity=quantity, unit=unit, zone=zone
    ),
}


def _looks_like(file: str) -> str:
    """Return the kind of a file by how it begins."""
    if file == "-":
        return "jsonl"
    try:
        with Path(file).open("rb") as opened:
            start = opened.read(200).lstrip(b"\xef\xbb\xbf \r\n")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}; name a file that may be read") from error
    if start.startswith(b"{"):
        return "jsonl"
    if start.startswith(b"SQLite format 3"):
        return "home-assistant"
    if start.startswith(b"<"):
        return "green-button"
    return "csv" if start.startswith(b"time,device") else "emoncms"


def _history(blocks: Iterator[Intervals], store: Store, file: str) -> None:
    series = count = 0
    for block in blocks:
        store.write_intervals([block])
        series, count = series + 1, count + len(block.start_s)
        typer.echo(f"{block.key.device}: {block.key.quantity}, {len(block.start_s)} intervals", err=True)
    typer.echo(f"{file}: {count} intervals of {series} series, flagged as imported")


def _move(file: str, store: Store, config: Config, url: str) -> None:
    """Write an export line by line, from where the last attempt ended, and prove that all of it is there."""
    mark = config.data_dir / "imports" / f"{hashlib.sha256(f'{file} {url}'.encode()).hexdigest()[:16]}.json"
    moving = _Moving(store, mark, file)
    with _opened(file) as source:
        size = None if file == "-" else Path(file).stat().st_size
        with typer.progressbar(
            length=size or 0, label="importing", file=sys.stderr, hidden=size is None or not sys.stderr.isatty()
        ) as bar:
            for raw in source:
                moving.take(raw)
                bar.update(len(raw))
    typer.echo(moving.proof())
    mark.unlink(missing_ok=True)


class _Moving:
    """An export on its way into a store: what was read of it, and how far it is written."""

    def __init__(self, store: Store, mark: Path, file: str) -> None:
        self._store, self._mark, self._file = store, mark, file
        self._done = msgspec.json.decode(mark.read_bytes(), type=_Place) if mark.exists() else _Place()
        self._sums, self._number = hashlib.sha256(), 0
        self._begin: transfer.Begin | None = None
        self._end: transfer.End | None = None
        self._tally, self._intervals = transfer.Tally(), 0

    def take(self, raw: bytes) -> None:
        """Take one line; those that an earlier attempt wrote are only counted."""
        self._number += 1
        self._sums.update(raw)
        line = self._line(raw)
        if isinstance(line, transfer.Begin):
            self._begin = line
        elif self._begin is None:
            raise CommandError(f"{self._file}: is no export of heatledger; --format says what else it may be")
        elif isinstance(line, transfer.End):
            self._end = line
        else:
            self._write(self._begin.home, line, new=self._number > self._done.lines)
        if self._number == self._done.lines:
            self._same_as_before()
        elif self._number > self._done.lines and self._number % _SAVED_EVERY == 0:
            self._remember()

    def proof(self) -> str:
        """Return what was moved, once the store has been asked for all of it.

        Raises
        ------
        CommandError
            If the export was cut short, or the store holds something else.
        """
        begin, end = self._begin, self._end
        if begin is None or end is None:
            self._remember()
            raise CommandError(f"{self._file}: ends after line {self._number}, unfinished; run the same again to go on")
        if (self._tally.number, self._tally.checksum, self._intervals) != (end.readings, end.checksum, end.intervals):
            raise CommandError(f"{self._file}: is not what was exported: count or checksum differs; export it again")
        found = transfer.tally_of(self._store, begin)
        if found != self._tally:
            raise CommandError(
                f"the store holds {found.number} readings of that span, checksum {found.checksum}; the export has "
                f"{end.readings}, {end.checksum}: it had others before, or lost some"
            )
        return (
            f"{end.readings} readings and {end.intervals} intervals of {begin.home}, checksum {end.checksum}: all there"
        )

    def _write(self, home: str, line: transfer.Readings | transfer.Block, *, new: bool) -> None:
        if isinstance(line, transfer.Readings):
            readings = transfer.readings_of(home, line)
            self._tally = self._tally.add(readings)
            if new:
                self._store.write(readings)
        else:
            block = transfer.intervals_of(home, line)
            self._intervals += len(block.start_s)
            if new:
                self._store.write_intervals([block])

    def _line(self, raw: bytes) -> transfer.Line:
        try:
            return transfer.decode(raw)
        except msgspec.MsgspecError as error:
            self._number -= 1
            raise CommandError(f"{self._file}, line {self._number + 1}: {error}; export it again") from error

    def _same_as_before(self) -> None:
        if self._sums.hexdigest() != self._done.digest:
            self._mark.unlink()
            raise CommandError(f"{self._file}: is not the export that was begun; run it again to begin anew")
        typer.echo(f"continuing after line {self._number}", err=True)

    def _remember(self) -> None:
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        self._mark.write_bytes(msgspec.json.encode(_Place(self._number, self._sums.hexdigest())))


@contextlib.contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as opened:
            yield opened
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}; name a file that may be read") from error


def _long_form(file: str, store: Store, home: str) -> None:
    """Take in the long form; times without a zone are UTC."""
    waiting: list[Reading] = []
    count = 0
    with _opened(file) as source:
        rows = csv.reader(line.decode("utf-8-sig") for line in source)
        if next(rows, None) != _COLUMNS:
            raise CommandError(f"{file}: the first line must be {','.join(_COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            waiting.append(_reading(row, home, f"{file}, line {number}"))
            if len(waiting) >= _BATCH:
                store.write(waiting)
                count, waiting = count + len(waiting), []
    store.write(waiting)
    typer.echo(f"{file}: {count + len(waiting)} readings, flagged as imported")


def _reading(row: list[str], home: str, where: str) -> Reading:
    try:
        time, device, channel, quantity, text, unit = row
        known = QUANTITIES[quantity]
        moment = datetime.fromisoformat(time)
        time_us = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e6)
        value: float | str | bool = {"true": True, "false": False}.get(text, text)
        if known.unit is not None:
            factor, offset = conversion(unit or known.unit, quantity)
            value = float(text) * factor + offset
    except KeyError as error:
        raise CommandError(f"{where}: {error} is no quantity; see docs/nomenclature.md") from error
    except ValueError as error:
        raise CommandError(f"{where}: {error}") from error
    reset = "reboot" if known.kind == "counter" else ""
    key = (home, "csv", device, channel, quantity)
    return Reading(*key, time_us, value, known.unit, known.kind, reset, int(Flag.IMPORTED))
