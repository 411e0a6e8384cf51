"""What decoding costs: a message to readings, in units of json.loads of the same payload in the same run."""

from __future__ import annotations

import json
import sys
import timeit
from pathlib import Path
from typing import Final, NamedTuple

from heatledger.config import read_toml, shipped_dir
from heatledger.devices import DeviceFile, Example
from ingest.decode import Decoder

BAR: Final = 4.0
RECEIVED_US: Final = 1_772_352_060_000_000  # 2026-03-01 08:01 UTC


class Cost(NamedTuple):
    """One message's cost: parsing it and decoding it, in microseconds, and how many times the one is the other."""

    family: str
    topic: str
    payload_bytes: int
    readings: int
    loads_us: float
    decode_us: float
    ratio: float


def devices(folder: Path | None = None) -> list[DeviceFile]:
    """Return the device files that ship."""
    return [read_toml(path, DeviceFile) for path in sorted(((folder or shipped_dir()) / "devices").glob("*.toml"))]


def measure(decoder: Decoder, family: str, example: Example, *, number: int = 2000, repeat: int = 9) -> Cost:
    """Return what a message costs: the best of some turns, parsing and decoding by turns, since machines have moods."""
    topic, payload = example.topic, example.payload.encode()
    loads, decode = float("inf"), float("inf")
    for _ in range(repeat):
        loads = min(loads, timeit.timeit(lambda: json.loads(payload), number=number))
        decode = min(
            decode,
            timeit.timeit(lambda: decoder.decode(topic, payload, retain=False, received_us=RECEIVED_US), number=number),
        )
    found = len(decoder.decode(topic, payload, retain=False, received_us=RECEIVED_US).readings)
    scale = 1e6 / number
    return Cost(family, topic, len(payload), found, loads * scale, decode * scale, decode / loads)


def run() -> list[Cost]:
    """Return the cost of the first JSON example of every family that ships."""
    files = devices()
    decoder = Decoder(files)
    firsts = [(file.family, next((one for one in file.examples if one.payload[:1] == "{"), None)) for file in files]
    return [measure(decoder, family, example) for family, example in firsts if example]


def main() -> int:
    """Print the figures; fail where a Tasmota message costs more than the bar."""
    costs = run()
    if "--json" in sys.argv:
        print(json.dumps({"bar": BAR, "costs": [cost._asdict() for cost in costs]}, indent=2))
    else:
        for cost in costs:
            what = f"{cost.payload_bytes} bytes, {cost.readings} readings"
            print(f"{cost.family:16} {cost.ratio:5.2f} × json.loads  ({cost.decode_us:.1f} µs; {what})")
    return int(any(cost.ratio > BAR for cost in costs if cost.topic.endswith("/SENSOR")))


if __name__ == "__main__":
    raise SystemExit(main())
