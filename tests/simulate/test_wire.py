import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger import config
from heatledger.home import resolve
from ingest import simulate
from ingest.decode import Decoder
from ingest.simulate import faults, history
from ingest.simulate.devices import OUTDOOR, PLUG, SERIES, THERMOSTAT, WATER

START_US = 1_767_225_600 * 1_000_000
MINUTE_US = 60 * 1_000_000
DAY_US = 1440 * MINUTE_US


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    return Decoder(config.load(data_dir=tmp_path_factory.mktemp("data"), environ={}).devices)


def speak(state, span_us, every_us=MINUTE_US):
    begins = state.time_us
    for now_us in range(begins + every_us, begins + span_us + 1, every_us):
        simulate.advance(state, now_us, 10)
        yield from simulate.messages(state, now_us)


def counters(wires, decoder):
    found = {}
    for wire in wires:
        for reading in decoder.decode(wire.topic, wire.payload, retain=wire.retain, received_us=wire.time_us).readings:
            if reading.kind == "counter":
                found.setdefault(reading.key, []).append(reading.value)
    return found


def test_every_message_decodes_and_live_series_are_those_of_the_history(decoder):
    state = simulate.new(7, START_US)
    wires = [*simulate.announce(START_US), *speak(state, 10 * MINUTE_US)]
    heard = {}
    for wire in wires:
        decoded = decoder.decode(
            wire.topic, wire.payload, retain=wire.retain, received_us=wire.time_us, home=simulate.HOME
        )
        assert decoded.outcome == "understood", f"{wire.topic}: {decoded.note}"
        heard |= {reading.key: (reading.unit, reading.kind, reading.reset) for reading in decoded.readings}
    past = simulate.advance(simulate.new(7, START_US), START_US + DAY_US, 300)
    told = {
        reading.key: (reading.unit, reading.kind, reading.reset)
        for reading in history.readings(past, start_us=START_US, end_us=START_US + 2 * DAY_US)
    }
    assert heard == told
    assert {block.key for block in history.intervals(past)} == set(heard)


def test_live_values_are_those_of_the_history_at_the_same_instant(decoder):
    state = simulate.new(7, START_US)
    truth = simulate.advance(state, START_US + 10 * 3600 * 1_000_000, 300)
    told = {reading.key: reading.value for reading in history.readings(truth, start_us=0, end_us=state.time_us + 1)}
    for wire in simulate.messages(state, state.time_us):
        for reading in decoder.decode(
            wire.topic, wire.payload, retain=wire.retain, received_us=wire.time_us, home=simulate.HOME
        ).readings:
            shown = told[reading.key]
            if reading.kind == "state":
                assert reading.value == shown, reading.key
            else:
                assert reading.value == pytest.approx(shown, rel=1e-9, abs=1e-9), reading.key
            if reading.kind == "counter":
                assert reading.value >= shown, f"{reading.key} would look like a reset"


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=4), st.integers(0, 100))
def test_counters_never_go_back_across_save_and_load(stops, seed):
    files = config.load(data_dir=Path("/nonexistent"), environ={}).devices
    decoder, state, last = Decoder(files), simulate.new(seed, START_US), {}
    for minutes in stops:
        for name, values in counters(speak(state, minutes * MINUTE_US, 5 * MINUTE_US), decoder).items():
            run = [last.get(name, 0.0), *values]
            assert run == sorted(run), name
            last[name] = run[-1]
        assert simulate.save(simulate.load(simulate.save(state))) == simulate.save(state)
        state = simulate.load(simulate.save(state))


def test_a_run_in_pieces_is_the_run_in_one(decoder):
    whole, pieces = simulate.new(3, START_US), simulate.new(3, START_US)
    simulate.advance(whole, START_US + DAY_US, 300)
    for hour in range(1, 25):
        simulate.advance(pieces, START_US + hour * 60 * MINUTE_US, 300)
        pieces = simulate.load(simulate.save(pieces))
    assert pieces.house.zone_c == pytest.approx(whole.house.zone_c, abs=1e-9)
    assert pieces.kwh == pytest.approx(whole.kwh, rel=1e-9)


def test_a_state_that_is_none_is_refused_in_one_line():
    with pytest.raises(ValueError, match=r"not a saved demo home: .*; begin anew with --fresh"):
        simulate.load(b'{"seed": 1}')


def test_each_device_keeps_its_own_rhythm():
    state, count = simulate.new(7, START_US), {}
    for wire in speak(state, 10 * MINUTE_US, 1_000_000):
        count[wire.topic] = count.get(wire.topic, 0) + 1
    per_minute = {topic: number / 10 for topic, number in count.items()}
    assert per_minute[f"tele/{PLUG.topic}/SENSOR"] == pytest.approx(6, abs=0.2)
    assert per_minute[f"{WATER.topic}/relay/0/energy"] == pytest.approx(6, abs=0.2)
    assert per_minute[THERMOSTAT.topic] == pytest.approx(2, abs=0.2)
    assert per_minute["fuse box/whole home/events/rpc"] == pytest.approx(12, abs=0.2)


def test_faults_happen_when_the_schedule_says(decoder):
    state = simulate.new(7, START_US, faults=True)
    truth_faults, heard = [], []
    for now_us in range(START_US + MINUTE_US, START_US + 3 * 60 * MINUTE_US, MINUTE_US):
        truth_faults += simulate.advance(state, now_us, 10).faults
        heard += simulate.messages(state, now_us)
    kinds = {fault.kind: fault for fault in truth_faults}
    assert set(kinds) == {"reboot", "stale", "clock", "stuck", "gap"}
    during = {kind: [w for w in heard if f.start_us <= w.time_us < f.end_us] for kind, f in kinds.items()}
    plug_topic = f"tele/{PLUG.topic}/SENSOR"
    assert not [wire for wire in during["gap"] if wire.topic == plug_topic]
    assert kinds["gap"].end_us - kinds["gap"].start_us == 40 * MINUTE_US
    assert [w.payload for w in heard if w.topic == f"tele/{PLUG.topic}/LWT"] == [b"Offline", b"Online"]
    clocks = [json.loads(wire.payload) for wire in during["clock"] if wire.topic == plug_topic]
    assert clocks
    assert all(clock["Time"].startswith("1970-01-01") for clock in clocks)
    stamps = [
        json.loads(w.payload)["params"]["ts"] for w in during["clock"] if w.topic == f"{OUTDOOR.topic}/events/rpc"
    ]
    assert set(stamps) == {1.61}
    stuck = [json.loads(w.payload)["local_temperature"] for w in during["stuck"] if w.topic == THERMOSTAT.topic]
    assert len(stuck) > 60
    assert len(set(stuck)) == 1
    stale = [wire for wire in heard if wire.retain and wire.topic == f"{WATER.topic}/relay/0/power"]
    assert [wire.time_us for wire in stale] == [kinds["stale"].start_us + MINUTE_US]


def test_a_reboot_begins_the_watt_minutes_again():
    state = simulate.new(7, START_US)
    simulate.advance(state, START_US + 2 * DAY_US, 300)
    simulate.misbehave(state, state.time_us)
    heard = [int(w.payload) for w in speak(state, 15 * MINUTE_US) if w.topic == f"{WATER.topic}/relay/0/energy"]
    drops = [after for before, after in itertools.pairwise(heard) if after < before]
    assert heard[0] > 100_000
    assert len(drops) == 1
    assert drops[0] < 6000


def test_without_faults_nothing_goes_wrong():
    assert faults.schedule(None, 0, 10**18) == []


def test_the_home_file_loads_and_every_point_is_heard(tmp_path):
    homes = tmp_path / "config" / "homes"
    homes.mkdir(parents=True)
    shipped = config.shipped_dir() / "homes" / "demo.toml"
    (homes / "demo.toml").write_bytes(shipped.read_bytes())
    home = config.load(data_dir=tmp_path, environ={}).homes["demo"]
    heard = [history.key(series, home.id) for series in SERIES]
    points = [(point, quantity) for m in home.meters for point in m.points for quantity in ("energy", "power")]
    points += [(zone.temperature, "temperature") for zone in home.zones]
    points += [(head.device, "mode") for pump in home.heat_pumps for head in pump.heads]
    points += [(home.outdoor_temperature, "outdoor_temp")]
    assert [(point, quantity) for point, quantity in points if resolve(point, quantity, heard) is None] == []
    assert len(home.zones) == 4


def test_the_studys_window_opens_now_and_then_its_contact_says_so_and_the_room_feels_it(decoder):
    truth = simulate.advance(simulate.new(3, START_US), START_US + 2 * DAY_US, 60)
    opened = np.flatnonzero(np.diff(truth.doings.open) > 0) + 1
    assert 2 <= len(opened) <= 6
    lost = truth.doings.gain_w[opened - 1, 2] - truth.doings.gain_w[opened, 2]
    assert (lost > 400).all()  # some twenty kelvin at 60 W/K
    state = simulate.new(3, int(truth.time_us[opened[0]]) - 2 * MINUTE_US)
    said = [wire for wire in speak(state, 20 * MINUTE_US) if wire.topic == "zigbee2mqtt/Study/window"]
    read = [decoder.decode(wire.topic, wire.payload, retain=False, received_us=wire.time_us).readings for wire in said]
    words = [readings[0].value for readings in read]
    assert list(dict.fromkeys(words)) == ["closed", "open"]
    assert words[-1] == "closed"
    assert 11 <= words.count("open") <= 13, "twelve minutes"
