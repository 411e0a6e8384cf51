"""What decoding costs: a message to readings, in units of json.loads of the same payload in the same run.

Also what a crowd costs: a message of one family with that family alone, and with every family and thousands of rules
beside it, on a topic heard before (warm) and on topics never heard before (cold).
"""

from __future__ import annotations

import json
import sys
import time
import timeit
from pathlib import Path
from typing import Final, NamedTuple

from heatledger.config import read_toml, shipped_dir
from heatledger.devices import DeviceFile, Example, Rule
from heatledger.emits import Emit
from ingest.decode import Decoder

BAR: Final = 4.0
CROWD_BAR: Final = 1.5
LEARNED: Final = 2000
FAMILY: Final = "tasmota"
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


class Crowd(NamedTuple):
    """What a message costs with its family alone and in a crowd of rules, in microseconds, and their ratio."""

    topics: str
    alone_us: float
    crowd_us: float
    ratio: float


def learned(count: int = LEARNED) -> DeviceFile:
    """Return as many rules as a large home's discovery messages lead to, each for one topic."""
    emit = (Emit(quantity="power", unit="W"),)
    topics = [f"house/node-{number % 80}/sensor/power_{number}/state" for number in range(count)]
    return DeviceFile(family="learned", rules=tuple(Rule(bare=(topic,), device="d", emit=emit) for topic in topics))


def crowd(*, topics: int = 400, repeat: int = 9) -> list[Crowd]:
    """Return what a sensor message costs alone and in a crowd, by turns: warm and cold."""
    files = devices()
    alone = [file for file in files if file.family == FAMILY]
    payload = next(one for file in alone for one in file.examples if one.topic.endswith("/SENSOR")).payload.encode()
    costs = []
    for what, names in (
        ("warm", ["tele/plug/SENSOR"] * topics),
        ("cold", [f"tele/p{n}/SENSOR" for n in range(topics)]),
    ):
        best = {"alone": float("inf"), "crowd": float("inf")}
        for _ in range(repeat):
            for which, known in (("alone", alone), ("crowd", [*files, learned()])):
                decoder = Decoder(known)
                if what == "warm":
                    decoder.decode(names[0], payload, retain=False, received_us=RECEIVED_US)
                best[which] = min(best[which], _elapsed(decoder, names, payload))
        scale = 1e6 / topics
        ratio = best["crowd"] / best["alone"]
        costs.append(Crowd(what, best["alone"] * scale, best["crowd"] * scale, ratio))
    return costs


def _elapsed(decoder: Decoder, topics: list[str], payload: bytes) -> float:
    start = time.perf_counter()
    for topic in topics:
        decoder.decode(topic, payload, retain=False, received_us=RECEIVED_US)
    return time.perf_counter() - start


def run() -> list[Cost]:
    """Return the cost of the first JSON example of every family that ships."""
    files = devices()
    decoder = Decoder(files)
    firsts = [(file.family, next((one for one in file.examples if one.payload[:1] == "{"), None)) for file in files]
    return [measure(decoder, family, example) for family, example in firsts if example]


def main() -> int:
    """Print the figures; fail where a Tasmota message costs more than a bar."""
    costs, crowds = run(), crowd()
    if "--json" in sys.argv:
        said = {"bar": BAR, "costs": [cost._asdict() for cost in costs]}
        print(json.dumps({**said, "crowd_bar": CROWD_BAR, "crowd": [one._asdict() for one in crowds]}, indent=2))
    else:
        for cost in costs:
            what = f"{cost.payload_bytes} bytes, {cost.readings} readings"
            print(f"{cost.family:16} {cost.ratio:5.2f} × json.loads  ({cost.decode_us:.1f} µs; {what})")
        for one in crowds:
            print(f"{one.topics} in a crowd: {one.ratio:.2f} × alone  ({one.alone_us:.1f} → {one.crowd_us:.1f} µs)")
    dear = [cost for cost in costs if cost.ratio > BAR and cost.topic.endswith("/SENSOR")]
    return int(bool(dear) or any(one.ratio > CROWD_BAR for one in crowds))


if __name__ == "__main__":
    raise SystemExit(main())
