"""What decoding costs: a message to readings, in units of json.loads of the same payload in the same run.

Also what a crowd costs: a message of one family with that family alone, and with every family and all that
thousands of discovery messages told beside it, on a topic heard before (warm) and on topics never heard before (cold).
"""

from __future__ import annotations

import json
import sys
import time
import timeit
from pathlib import Path
from typing import Final, NamedTuple

from heatledger.config import read_toml, shipped_dir
from heatledger.devices import DeviceFile, Example
from ingest.decode import Decoder
from ingest.discovery import Catalogue, learn

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


def learned(count: int = LEARNED) -> Catalogue:
    """Return what as many discovery messages of a large home tell, some of them of the topics that are measured."""
    catalogue = Catalogue()
    for number in range(count):
        node = number % 400
        told = {"stat_t": f"house/node-{node}/sensor/power_{number}/state", "unit_of_meas": "W", "dev_cla": "power"}
        if number < 400:
            told |= {"stat_t": f"tele/plug-{number}/SENSOR", "val_tpl": "{{ value_json['ENERGY']['Power'] }}"}
        payload = json.dumps({**told, "uniq_id": f"u{number}", "dev": {"ids": [f"n{node}"], "name": f"Node {node}"}})
        catalogue = learn(catalogue, f"homeassistant/sensor/n{node}/o{number}/config", payload.encode())
    return catalogue


def crowd(*, topics: int = 400, repeat: int = 15) -> list[Crowd]:
    """Return what a sensor message costs alone and in a crowd, by turns: warm and cold."""
    files, catalogue, nothing = devices(), learned(), Catalogue()
    alone = [file for file in files if file.family == FAMILY]
    payload = next(one for file in alone for one in file.examples if one.topic.endswith("/SENSOR")).payload.encode()
    heard, unheard = ["tele/plug-7/SENSOR"] * topics, [f"tele/plug-{number}/SENSOR" for number in range(topics)]
    costs = []
    for what, names in (("warm", heard), ("cold", unheard)):
        single, many = float("inf"), float("inf")
        for _ in range(repeat):
            single = min(single, _elapsed(Decoder(alone), nothing, names, payload, warm=what == "warm"))
            many = min(many, _elapsed(Decoder(files), catalogue, names, payload, warm=what == "warm"))
        scale = 1e6 / topics
        costs.append(Crowd(what, single * scale, many * scale, many / single))
    return costs


def _elapsed(decoder: Decoder, catalogue: Catalogue, topics: list[str], payload: bytes, *, warm: bool) -> float:
    """Return how long it takes to hear a message on each topic, as the worker and the command hear it. [s]"""
    for topic in topics[: int(warm)]:
        decoder.decode(topic, payload, retain=False, received_us=RECEIVED_US)
    start = time.perf_counter()
    for topic in topics:
        told = learn(catalogue, topic, payload).on(topic)
        decoder.decode(topic, payload, retain=False, received_us=RECEIVED_US, learned=told)
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
