"""`heatledger decode`: what messages say, one given by hand or many as JSON lines; a line in, a line out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from cli.options import CommandError, ConfigOption, utc_now
from heatledger.config import DiscoverySettings, load
from heatledger.emits import DecodeConfig
from heatledger.readings import Flag, Reading
from ingest.decode import Decoded, Decoder
from ingest.discovery import Catalogue, learn

_NOTHING: Final = '{"readings":[]}\n'


class _Line(msgspec.Struct):
    """One line of input; other keys are passed over."""

    topic: str
    payload: str
    retain: bool = False
    received_at: datetime | float | None = None
    config: DecodeConfig | None = None


def decode(
    topic: Annotated[str | None, typer.Option("--topic", help="Topic of one message.")] = None,
    payload: Annotated[str | None, typer.Option("--payload", help="Its payload.")] = None,
    retain: Annotated[bool, typer.Option("--retain", help="The broker had kept it.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Messages as JSON lines: topic, payload, retain.")] = False,
    file: Annotated[Path | None, typer.Argument(help="With --jsonl: the file; by default standard input.")] = None,
    config: ConfigOption = None,
) -> None:
    """Print the readings of one message, or of every line of a file, as JSON."""
    one = topic is not None and payload is not None
    if one == jsonl or (file is not None and not jsonl):
        raise CommandError("give either --topic and --payload, or --jsonl and perhaps a file")
    read = load(config_dir=config)
    hearing = _Hearing(Decoder(read.devices), read.settings.discovery)
    if one:
        decoded = hearing.decode(_Line(topic or "", payload or "", retain))
        sys.stdout.write(_written(decoded.readings))
        sys.stderr.write(f"{decoded.outcome}{': ' if decoded.note else ''}{decoded.note}\n")
        return
    for raw in _lines(file):
        sys.stdout.buffer.write(hearing.answer(raw).encode())
        sys.stdout.buffer.flush()


def _lines(file: Path | None) -> Iterator[bytes]:
    if file is None or str(file) == "-":
        yield from sys.stdin.buffer
        return
    try:
        with file.open("rb") as opened:
            yield from opened
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}; name a file that can be read") from error


class _Hearing:
    """Decodes line after line; what earlier lines tell of later ones is remembered."""

    def __init__(self, decoder: Decoder, said: DiscoverySettings) -> None:
        self._decoder = decoder
        self._catalogue = Catalogue(prefix=said.prefix, templates=said.templates)

    def answer(self, raw: bytes) -> str:
        """Return the line for a line; one that cannot be read has no readings."""
        try:
            line = msgspec.convert(json.loads(raw), _Line)
            return _written(self.decode(line).readings)
        except (ValueError, RecursionError, OverflowError, OSError):
            return _NOTHING

    def decode(self, line: _Line) -> Decoded:
        """Return what a line says."""
        payload = line.payload.encode("utf-8", "surrogatepass")
        received_us = _received_us(line.received_at)
        self._catalogue = learn(self._catalogue, line.topic, payload)
        learned = self._catalogue.on(line.topic)
        return self._decoder.decode(
            line.topic, payload, retain=line.retain, received_us=received_us, config=line.config, learned=learned
        )


def _received_us(said: datetime | float | None) -> int:
    if isinstance(said, float):
        return round(said * 1e6)
    moment = said or utc_now()
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e6)


def _written(readings: list[Reading]) -> str:
    rows = [_row(reading) for reading in readings]
    return json.dumps({"readings": rows}, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _row(reading: Reading) -> dict[str, object]:
    return {
        "family": reading.family,
        "device": reading.device,
        "channel": reading.channel or None,
        "quantity": reading.quantity,
        "value": reading.value,
        "unit": reading.unit,
        "kind": reading.kind,
        "reset": reading.reset or None,
        "time": datetime.fromtimestamp(reading.time_us / 1e6, UTC).isoformat().replace("+00:00", "Z"),
        "flags": [str(flag.name).lower() for flag in Flag if flag and reading.flags & flag],
    }
