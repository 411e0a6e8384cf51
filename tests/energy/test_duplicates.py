"""However often a reading is said, and on however many topics, the kilowatt-hours of the home are the same.

Every case goes from MQTT messages through the decoder and the device files that ship, the clock of ingest, the
intervals and the account of a home.
"""

import itertools
import json
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger import accounts, energy
from heatledger.config import load
from heatledger.home import Home
from heatledger.readings import Samples, States
from ingest.clock import Clock
from ingest.decode import Decoder

T0 = 1_760_000_100 // 300 * 300
HOURS = 3
US = 1_000_000
PLUG = "zigbee2mqtt/heater"


class Said(NamedTuple):
    """A message, and when it came after T0 [s]."""

    at_s: float
    topic: str
    payload: object
    retain: bool = False


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    return Decoder(load(data_dir=tmp_path_factory.mktemp("empty"), environ={}).devices)


def plug(at_s, retain=False, **fields):
    return Said(at_s, PLUG, {"linkquality": 90, **fields}, retain)


def blocks(decoder, said):
    """Decode, stamp and reduce as ingest does."""
    clock, series = Clock(), {}
    for each in sorted(said, key=lambda one: one.at_s):
        payload = each.payload if isinstance(each.payload, str) else json.dumps(each.payload)
        at_us = round((T0 + each.at_s) * US)
        decoded = decoder.decode(each.topic, payload.encode(), retain=each.retain, received_us=at_us)
        for reading in clock.stamp(decoded.readings):
            series.setdefault(reading.key, []).append(reading)
    return [energy.intervals(columns(key, rows), start_s=T0, end_s=T0 + HOURS * 3600) for key, rows in series.items()]


def columns(key, rows):
    times, flags = (np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in ("time_us", "flags"))
    if rows[0].kind == "state":
        return States(key, times, [str(row.value).lower() for row in rows], flags)
    return Samples(key, rows[0].kind, rows[0].reset, times, np.array([row.value for row in rows], dtype=float), flags)


def used(decoder, said, *points, **more):
    """The use of a home whose main meter has these points [kWh]."""
    meters = [{"id": "main", "role": "import", "points": list(points)}, *more.get("meters", [])]
    frame = {"id": "home", "name": "x", "timezone": "UTC", "currency": "EUR", "meters": meters}
    home = msgspec.convert(frame, Home)
    book = accounts.account(home, blocks(decoder, said), start_s=T0, end_s=T0 + HOURS * 3600)
    return float(book.home["use"].sum())


TRUTH = [(60 * n, 10 + 0.02 * n) for n in range(61)]
ONCE = [plug(at, energy=round(kwh, 3), power=1200) for at, kwh in TRUTH]
TOTAL = 1.2


def test_once_is_what_the_register_counted(decoder):
    assert used(decoder, ONCE, "heater") == pytest.approx(TOTAL)


def test_one_device_on_two_topics_of_its_family_counts_once(decoder):
    def said(prefix, what, at, kwh):
        body = {"Time": "2026-01-01T10:00:00", "ENERGY": {"Total": round(kwh, 3), "Power": 1200}}
        return Said(at, f"{prefix}/plug/{what}", {"StatusSNS": body} if what == "STATUS10" else body)

    tele = [said("tele", "SENSOR", at, kwh) for at, kwh in TRUTH]
    stat = [said("stat", "STATUS10", at + 0.3, kwh) for at, kwh in TRUTH]
    assert used(decoder, tele, "plug") == pytest.approx(TOTAL)
    assert used(decoder, tele + stat, "plug") == pytest.approx(TOTAL)
    power_only = [each for each in tele + stat if each.payload]
    for each in power_only:
        (each.payload.get("StatusSNS") or each.payload)["ENERGY"].pop("Total")
    assert used(decoder, power_only, "plug") == pytest.approx(TOTAL, rel=1e-3)


def test_one_meter_told_by_two_families_counts_once(decoder):
    twin = [Said(at + 2, "homeassistant/sensor/heater/state", f"{kwh:.3f}") for at, kwh in TRUTH]
    kasa = [Said(at + 2, "cabin/heater2/switch/emeter/total", f"{kwh:.3f}") for at, kwh in TRUTH]
    # where the first falls silent the second speaks for it, two seconds of which were counted already
    assert used(decoder, ONCE + kasa + twin, "heater", "heater2") == pytest.approx(TOTAL, rel=1e-3)
    again = {"id": "again", "role": "duplicate_of", "of": "main", "points": ["heater2"]}
    assert used(decoder, ONCE + kasa, "heater", meters=[again]) == pytest.approx(TOTAL)
    below = {"id": "below", "role": "circuit", "parent": "main", "points": ["heater2"]}
    assert used(decoder, ONCE + kasa, "heater", meters=[below]) == pytest.approx(TOTAL, rel=1e-3)


def test_an_event_and_a_status_of_one_component_count_once(decoder):
    def event(at, **body):
        return Said(at, "pm/events/rpc", {"method": "NotifyStatus", "src": "x", "params": {"pm1:0": {"id": 0, **body}}})

    events = [event(at, aenergy={"total": 1000 * kwh}) for at, kwh in TRUTH]
    powers = [event(at + 10 * n, apower=1200.0) for at, _ in TRUTH for n in range(1, 5)]
    whole = [
        Said(at + 0.2, "pm/status/pm1:0", {"id": 0, "apower": 1200.0, "aenergy": {"total": 1000 * kwh}})
        for at, kwh in TRUTH
    ]
    for said in (events, events + whole, events + powers + whole):
        assert used(decoder, said, "pm:pm1:0") == pytest.approx(TOTAL)


def test_a_retained_message_is_no_energy_however_old_and_however_often(decoder):
    replays = [plug(at, retain=True, energy=kwh, power=3000) for at in range(5, 3600, 31) for kwh in (9.0, 10.4)]
    assert used(decoder, ONCE + replays, "heater") == pytest.approx(TOTAL)
    power = [plug(at, power=1200) for at, _ in TRUTH]
    replays = [plug(at, retain=True, power=3000) for at in range(5, 3600, 31)]
    assert used(decoder, power + replays, "heater") == pytest.approx(TOTAL)


def test_a_cache_published_again_is_no_energy(decoder):
    again = [each._replace(at_s=each.at_s + n) for each in ONCE for n in (1, 20, 59)]
    assert used(decoder, ONCE + again, "heater") == pytest.approx(TOTAL)


def test_a_power_published_again_while_it_stands_is_no_more(decoder):
    once = [plug(at, power=1200) for at, _ in TRUTH]
    again = [plug(at + n, power=1200, state="ON") for at, _ in TRUTH[:-1] for n in (1, 20, 59)]
    assert used(decoder, once, "heater") == pytest.approx(TOTAL)
    assert used(decoder, once + again, "heater") == pytest.approx(TOTAL)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_an_older_cache_published_after_a_restart_of_the_bridge_is_no_energy(decoder, times):
    """The cache on disk is minutes old: what it says again, however often, was counted already."""
    stale = [plug(1800 + 1 + 5 * n, energy=round(TRUTH[25][1], 3), power=1200) for n in range(times)]
    assert used(decoder, ONCE + stale, "heater") == pytest.approx(TOTAL)


def test_an_older_count_of_a_counter_that_starts_again_is_no_energy_but_a_start_is(decoder):
    def water(at, kwh):
        return Said(at, "shellies/water/relay/0/energy", str(round(60_000 * kwh)))

    first = [water(at, kwh - 9) for at, kwh in TRUTH[:31]]
    stale = [water(1803 + 5 * n, TRUTH[25][1] - 9) for n in range(3)]
    rebooted = [water(at, kwh - TRUTH[30][1]) for at, kwh in TRUTH[31:]]
    assert used(decoder, first + stale + rebooted, "water:0") == pytest.approx(TOTAL, abs=1e-4)


def test_what_a_partial_update_leaves_out_is_not_zero(decoder):
    parts = [plug(at + 20, state="ON") for at, _ in TRUTH] + [plug(at + 30, power=1200) for at, _ in TRUTH[:-1]]
    parts += [plug(at + 40, energy=None, power=None) for at, _ in TRUTH]
    assert used(decoder, ONCE + parts, "heater") == pytest.approx(TOTAL)
    only_power = [plug(at, power=1200) for at, _ in TRUTH] + [plug(at + 20, state="ON") for at, _ in TRUTH]
    assert used(decoder, only_power, "heater") == pytest.approx(TOTAL)


STEPS = st.lists(st.tuples(st.integers(5, 300), st.integers(0, 20)), min_size=2, max_size=30)
NOISE = st.lists(
    st.tuples(st.sampled_from(["retained", "again", "partial", "stale"]), st.floats(0, 1), st.integers(1, 3)),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, NOISE)
def test_noise_of_every_kind_never_changes_the_energy(decoder, steps, noise):
    ends = itertools.accumulate(dt for dt, _ in steps)
    counts = itertools.accumulate(wh for _, wh in steps)
    once = [plug(at, energy=round(5 + wh / 1000, 3)) for at, wh in zip(ends, counts, strict=True)]
    added = [extra for kind, where, times in noise for extra in said_again(once, kind, where, times)]
    truth = once[-1].payload["energy"] - once[0].payload["energy"]
    assert used(decoder, once, "heater") == pytest.approx(truth, abs=1e-9)
    assert used(decoder, once + added, "heater") == pytest.approx(truth, abs=1e-9)


def said_again(once, kind, where, times):
    """Messages that say nothing new, after one of those that did and before the next."""
    at = min(int(where * len(once)), len(once) - 2)
    now, before = once[at], once[max(at - 3, 0)]
    for n in range(1, times + 1):
        at_s = now.at_s + n
        if kind == "retained":
            yield before._replace(at_s=at_s, retain=True)
        elif kind == "again":
            yield now._replace(at_s=at_s)
        elif kind == "stale":
            yield before._replace(at_s=at_s)
        else:
            yield plug(at_s, state="ON")
