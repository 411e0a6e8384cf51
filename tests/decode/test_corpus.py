"""Real payloads of the shipped families decode to exactly what the reference says, and so do their like."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.emits import DecodeConfig
from heatledger.quantities import QUANTITIES

pytestmark = pytest.mark.reference

# What may be emitted besides, without the reference saying so.
BESIDES = {"voltage", "current", "power_factor", "frequency", "valve_position", "heating_demand", "on_fraction"}
JUDGED = QUANTITIES.keys() - BESIDES - {"solar_irradiance"}
FLAGS = {"estimated": 2, "assumed": 4, "uncertain": 8}
NOW_US = 1_795_000_000_000_000
CLOCKS = {
    "ts",
    "last_seen",
    "minute_ts",
    "unixtime",
    "Time",
    "dateutc",
    "id",
    "LastSeenEpoch",
    "timestamp",
    "lastUpdate",
}
SENTINELS = {-200, -40, -8000}


def corpus(shared: Path) -> list[dict]:
    return [
        {**json.loads(line), "where": f"{path.stem}:{number}"}
        for path in sorted((shared / "mqtt" / "corpus").glob("*.jsonl"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


def found(decoder, line: dict, *, retain: bool) -> dict:
    config = msgspec.convert(line.get("config", {}), DecodeConfig)
    payload = line["payload"].encode()
    decoded = decoder.decode(line["topic"], payload, retain=retain, received_us=NOW_US, config=config)
    readings = [reading for reading in decoded.readings if reading.quantity in JUDGED]
    assert all(bool(reading.flags & 1) == retain for reading in readings)
    keys = [(reading.device, reading.channel, reading.quantity) for reading in readings]
    assert len(set(keys)) == len(keys), line["where"]
    return {
        key: (reading.value, reading.unit, reading.kind, reading.reset, reading.flags & 14)
        for key, reading in zip(keys, readings, strict=True)
    }


def expected(line: dict) -> dict:
    return {
        (one["device"], one.get("channel", ""), one["quantity"]): (
            one["value"],
            one["unit"],
            one["kind"],
            one.get("reset", "never" if one["kind"] == "counter" else ""),
            sum(bit for name, bit in FLAGS.items() if one.get(name)),
        )
        for one in line["expect"]
        if one["quantity"] in JUDGED
    }


def same(left: dict, right: dict) -> bool:
    return left.keys() == right.keys() and all(
        _same_value(left[key][0], right[key][0]) and left[key][1:] == right[key][1:] for key in left
    )


def _same_value(left: object, right: object) -> bool:
    if isinstance(right, bool | str):
        return left is right or left == right
    return left == pytest.approx(right, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("retain", [False, True])
def test_every_line_decodes_exactly(shared, decoder, retain):
    lines = corpus(shared)
    assert len(lines) >= 270
    wrong = [line["where"] for line in lines if not same(found(decoder, line, retain=retain), expected(line))]
    assert wrong == []


def test_what_needs_the_users_word_is_absent_without_it(shared, decoder):
    lines = [line for line in corpus(shared) if "map" in line.get("config", {})]
    assert len(lines) > 5
    for line in lines:
        with_it, without = found(decoder, line, retain=False), found(decoder, {**line, "config": {}}, retain=False)
        said = {entry["quantity"] for entry in line["config"]["map"]}
        assert {key for key in with_it if key not in without and key[2] in said}, line["where"]
        assert without == {key: value for key, value in with_it.items() if key in without}, line["where"]


def test_the_clock_of_every_line_is_read_as_the_reference_says(shared, decoder):
    lines = [line for line in corpus(shared) if line.get("time_basis") and found(decoder, line, retain=False)]
    assert len(lines) > 10
    for line in lines:
        said = datetime.fromisoformat(line["time"] or "2022-01-01").replace(tzinfo=UTC)
        received_us = round(said.timestamp() * 1e6) + 5_000_000
        config = msgspec.convert(line.get("config", {}), DecodeConfig)
        decoded = decoder.decode(
            line["topic"], line["payload"].encode(), retain=False, received_us=received_us, config=config
        )
        known = line["time_basis"] == "utc" and said.year >= 2020  # before, a clock is not believed
        wanted = received_us - 5_000_000 if known else received_us
        assert {reading.time_us for reading in decoded.readings} == {wanted}, line["where"]


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(0.1, 3.0), suffix=st.sampled_from(["2", "-ü", " x", "_Küche"]))
def test_the_same_messages_with_other_numbers_and_names_still_decode(shared, decoder, factor, suffix):
    for line in corpus(shared):
        changed = renamed(scaled(line, factor), suffix)
        assert same(found(decoder, changed, retain=False), expected(changed)), (line["where"], changed)


def renamed(line: dict, suffix: str) -> dict:
    """The same line from devices with other names, wherever topic or payload names them."""
    levels, payload, names = line["topic"].split("/"), line["payload"], {}
    for device in {one["device"] for one in line["expect"]}:
        payload = payload.replace(f'"{device}"', f'"{device}{suffix}"')
        named = device.split("/")
        if "." in device and device.replace(".", "/") in line["topic"]:  # an entity: its domain and its name
            levels[levels.index(device.split(".")[1])] += suffix
            names[device] = device + suffix
            continue
        end = next(end for end in range(len(named), -1, -1) if _starts(levels, named[:end]))
        if end:
            levels[_starts(levels, named[:end])[-1] + end - 1] += suffix
            named[end - 1] += suffix
        names[device] = "/".join(named) if end else device + suffix
    expect = [{**one, "device": names[one["device"]]} for one in line["expect"]]
    return {**line, "topic": "/".join(levels), "payload": payload, "expect": expect}


def _starts(levels: list[str], named: list[str]) -> list[int]:
    return [at for at in range(len(levels)) if levels[at : at + len(named)] == named]


def scaled(line: dict, factor: float) -> dict:
    """The same line with every number of its payload multiplied."""
    if line["payload"][:1] not in "{[" and all(one["kind"] == "state" for one in line["expect"]):
        return line
    try:
        payload = json.dumps(_scaled(json.loads(line["payload"]), factor))
    except json.JSONDecodeError:
        return line
    return {**line, "payload": payload, "expect": [_scaled_reading(line, one, factor) for one in line["expect"]]}


def _scaled(node: object, factor: float, key: str = "") -> object:
    if isinstance(node, dict):
        relays = {"Power"} if "LinkQuality" in node else set()
        return {name: value if name in relays else _scaled(value, factor, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_scaled(value, factor, key) for value in node]
    if key in CLOCKS or isinstance(node, bool) or (isinstance(node, int | float) and node in SENTINELS):
        return node
    if isinstance(node, int | float):
        return node * factor
    try:
        return str(float(node) * factor) if isinstance(node, str) and key != "fan" else node
    except ValueError:
        return node


def _scaled_reading(line: dict, one: dict, factor: float) -> dict:
    if one["kind"] == "state":
        return one
    by_message = '"TempUnit":"F"' in line["payload"] or line.get("config", {}).get("temp_unit") == "F"
    by_key = '"tempf"' in line["payload"]
    if one["unit"] == "°C" and (by_message or by_key):
        return {**one, "value": ((one["value"] * 9 / 5 + 32) * factor - 32) * 5 / 9}
    return {**one, "value": one["value"] * factor}
