"""Everything of one home in one archive, streamed: tables to read, lines to import, all that is kept."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from heatledger.config import Config
from heatledger.people import Look
from heatledger.store import Store, long_form, transfer
from heatledger.store.sent import Sent
from heatledger.store.state import State

_CHUNK: Final = 65_536
_ROWS_AT_ONCE: Final = 1_000
_SECRET: Final = re.compile(rb'(//[^:@/\s"]*):[^@/\s"]+@')
_ALL_LOOKS: Final = 1_000_000
_WORDS: Final = """What heatledger keeps of the home {home}.

readings.csv     every reading: time (UTC), device, channel, quantity, value, unit
intervals.csv    five-minute intervals, kept for ever: energy in kWh, mean, smallest, largest, last value, share covered
history.jsonl    both once more, complete, for `heatledger import`; its last line proves that nothing is missing
config/          the home file and all else in the configuration; passwords that stood in it are left out
bills/           every version of every closed bill, with the rate plan it was closed by
reports/         the statements that were made
commissioning/   the runs of the checks that were kept
commands.csv     what was asked of the devices, by whom and why, and what came of it: the log as it is kept
sent.csv         which letters went to whom, and when
looked-at.csv    who looked at what, and changed what (of every home: people have access to all)
"""


_SENT: Final = ("changed", "kind", "start", "end", "version", "recipient", "state", "said")


_COMMANDS: Final = (
    "id", "time", "zone", "kind", "request", "setpoint_c", "mode", "by", "who", "why", "note"
)  # fmt: skip


class File(NamedTuple):
    """A file of the archive: its name, and its bytes piece by piece."""

    name: str
    pieces: Iterable[bytes]


def archive(config: Config, store: Store, state: State, home: str) -> Iterator[bytes]:
    """Yield a ZIP archive of all that is kept of a home, piece by piece; memory stays flat however long its history.

    Parameters
    ----------
    config : Config
        Where configuration and reports lie.
    store : Store
        Readings and intervals.
    state : State
        Bills and the audit.
    home : str
        Which home.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as made:
        for file in _files(config, store, state, home):
            with made.open(zipfile.ZipInfo(file.name), "w", force_zip64=True) as entry:
                for piece in file.pieces:
                    entry.write(piece)
                    if sink.size >= _CHUNK:
                        yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what is written until it is handed on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        taken = bytes(piece)  # type: ignore[call-overload] # whatever buffer zipfile writes
        self._pieces.append(taken)
        self.size += len(taken)
        return len(taken)

    def taken(self) -> bytes:
        whole, self._pieces, self.size = b"".join(self._pieces), [], 0
        return whole


def _files(config: Config, store: Store, state: State, home: str) -> Iterator[File]:
    whole = transfer.Begin(home, None, None, intervals=True)
    rows = (long_form.reading_row(reading) for reading in store.readings(home))
    spans = (row for block in transfer.blocks(store, whole) for row in long_form.interval_rows(block))
    looks = ((str(look.time_us), *map(str, look[1:])) for look in state.people.looks(limit=_ALL_LOOKS))
    yield File("READ-ME.txt", [_WORDS.format(home=home).encode()])
    yield File("readings.csv", _table(long_form.READINGS, rows))
    yield File("intervals.csv", _table(long_form.INTERVALS, spans))
    yield File("history.jsonl", (transfer.encode(line) + b"\n" for line in transfer.lines(store, whole)))
    yield from _configuration(config, home)
    for bill in state.bills(home):
        name = f"bills/{bill.start}_{bill.end}_version_{bill.version}"
        yield File(f"{name}.json", [bill.summary])
        yield File(f"{name}.tariff.toml", [bill.tariff.encode()])
    for (start, end), body in state.reconciliations(home).items():
        yield File(f"bills/{start}_{end}_reconciled.json", [body])
    yield from (File(f"reports/{path.name}", [path.read_bytes()]) for path in reports_of(config, home))
    for version, body in state.runs.all(home):
        yield File(f"commissioning/version_{version}.json", [body])
    yield File("commands.csv", _table(_COMMANDS, _commands(state, home)))
    yield File("sent.csv", _table(_SENT, _letters(config, home)))
    yield File("looked-at.csv", _table(Look._fields, looks))


def _commands(state: State, home: str) -> Iterator[tuple[str, ...]]:
    for row in state.commands.every(home):
        at = datetime.fromtimestamp(row.at.time_us / 1e6, UTC).isoformat()
        warm = "" if row.setpoint is None else str(row.setpoint)
        yield (str(row.id), at, row.zone, row.kind, str(row.request), warm, row.mode or "",
               row.by, row.who, row.why, row.note)  # fmt: skip


def _letters(config: Config, home: str) -> Iterator[tuple[str, ...]]:
    if config.sent_path.is_file():
        with closing(Sent(config.sent_path)) as sent:
            for row in sent.told(home):
                kind, _, start, end, recipient, version = map(str, row.key)
                yield row.changed_at.isoformat(), kind, start, end, version, recipient, row.state, row.said


def reports_of(config: Config, home: str) -> list[Path]:
    """Return the files of the statements that were made for a home."""
    return sorted(path for path in (config.data_dir / "reports").glob(f"{home}-[0-9]*") if path.is_file())


def _configuration(config: Config, home: str) -> Iterator[File]:
    others = {f"homes/{other}.toml" for other in config.homes if other != home}
    for path in sorted(config.user.rglob("*.toml")):
        name = path.relative_to(config.user).as_posix()
        if name not in others:
            yield File(f"config/{name}", [_SECRET.sub(rb"\1:REMOVED@", path.read_bytes())])


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(head)
    for number, row in enumerate(rows, 1):
        out.writerow(row)
        if number % _ROWS_AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
