"""The demo home does what it is told in the devices' own words, its rooms follow, and the devices say so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.commands import Given
from heatledger.control import Known, Wanted, messages, offers
from heatledger.devices import DeviceFile
from ingest import simulate
from ingest.decode import Decoder
from ingest.simulate.house import lost_w, stored_j
from tests.control.conftest import FILES

WINTER_US = 1_767_225_600 * 1_000_000  # 2026-01-01, a heating day
HOUR_US = 3600 * 1_000_000
REMOTE = DeviceFile(family="mine", given=(Given(device="tasmota:living room/remote", says={"vendor": "DAIKIN"}),))
LIVING, BEDROOM, STUDY, KIDS = range(4)


@pytest.fixture(scope="module")
def decoder():
    return Decoder(FILES)


@pytest.fixture
def home():
    state = simulate.new(7, WINTER_US)
    simulate.advance(state, WINTER_US + 12 * HOUR_US, 60)
    return state


def say(state, decoder):
    """Everything the home says in the next minute, as the newest value of every series, and who said it."""
    simulate.advance(state, state.time_us + 60_000_000, 10)
    wires = simulate.messages(state, state.time_us)
    readings = [
        (reading, wire.topic)
        for wire in wires
        for reading in decoder.decode(wire.topic, wire.payload, retain=False, received_us=wire.time_us).readings
    ]
    return Known({reading.key: reading.value for reading, _ in readings}, {t: r.family for r, t in readings})


def tell(state, device, files=FILES, heard=None, **wanted):
    found = messages([Wanted(device, what, value) for what, value in wanted.items()], files, heard or Known())
    repeated = [wire for one in found for wire in simulate.obey(state, one.topic, one.payload, state.time_us)]
    return found, repeated


TOLD = [
    ("faikin:Living room", "setpoint", 23.5),
    ("faikin:Living room", "mode", "cool"),
    ("faikin:Living room", "mode", "fan_only"),
    ("faikin:Living room", "power", "off"),
    ("faikin:Living room", "fan", "3"),
    ("mitsubishi2mqtt:Bedroom head", "setpoint", 22.5),
    ("mitsubishi2mqtt:Bedroom head", "mode", "heat_cool"),
    ("mitsubishi2mqtt:Study head", "power", "off"),
    ("mitsubishi2mqtt:Study head", "fan", "quiet"),
    ("zigbee2mqtt:Kids room/thermostat", "setpoint", 16.5),
    ("zigbee2mqtt:Kids room/thermostat", "mode", "off"),
    ("tasmota:living room/AC plug", "switch", "off"),
]


@pytest.mark.parametrize(("device", "what", "value"), TOLD)
def test_what_is_told_is_obeyed_and_the_device_itself_confirms_it(home, decoder, device, what, value):
    heard = say(home, decoder)
    found, repeated = tell(home, device, heard=heard, **{what: value})
    confirmed = found[0].takes[0].confirmed_by
    key = next(key for key in heard.values if tuple(key[1:]) == tuple(confirmed[:4]))
    assert not confirmed.holds(heard.values[key])
    assert confirmed.holds(say(home, decoder).values[key])
    assert repeated == []


def test_every_device_of_the_home_that_takes_something_is_heard_by_it(home, decoder):
    heard = say(home, decoder)
    devices = {f"{key.family}:{key.device}" for key in heard.values}
    takes = {device for device in devices if offers(device, FILES, heard)}
    assert takes == {device for device, *_ in TOLD} | {"zigbee2mqtt:Kids room/panel heater", "shelly_gen1:water heater"}


@pytest.mark.parametrize(
    ("device", "circuit"), [("zigbee2mqtt:Kids room/panel heater", "kids"), ("shelly_gen1:water heater:0", "water")]
)
def test_a_relay_that_is_off_gives_no_power_until_it_is_on_again(home, decoder, device, circuit):
    heard = say(home, decoder)
    tell(home, device, heard=heard, switch="off")
    assert (simulate.advance(home, home.time_us + 12 * HOUR_US, 60).power_w[circuit] == 0.0).all()
    tell(home, device, heard=heard, switch="on")
    assert simulate.advance(home, home.time_us + 12 * HOUR_US, 60).power_w[circuit].max() > 1000.0


def test_a_room_follows_its_set_point(home):
    tell(home, "faikin:Living room", setpoint=25)
    truth = simulate.advance(home, home.time_us + 6 * HOUR_US, 60)
    assert truth.zone_c[-1, LIVING] == pytest.approx(25.0, abs=1.0)
    assert truth.zone_c[0, LIVING] < 23.0


def test_a_unit_that_is_off_rests_and_its_room_cools(home):
    tell(home, "mitsubishi2mqtt:Bedroom head", power="off")
    tell(home, "mitsubishi2mqtt:Study head", mode="off")
    truth = simulate.advance(home, home.time_us + 6 * HOUR_US, 60)
    assert (truth.heat_w[:, [BEDROOM, STUDY]] == 0.0).all()
    assert truth.power_w["upstairs"].max() < 50.0  # standby and crankcase heater
    assert truth.zone_c[-1, BEDROOM] < truth.zone_c[0, BEDROOM] - 1.0


def test_of_two_heads_on_one_outdoor_unit_the_second_waits_where_they_disagree(home):
    tell(home, "mitsubishi2mqtt:Bedroom head", mode="heat", setpoint=24)
    tell(home, "mitsubishi2mqtt:Study head", mode="cool", setpoint=16)
    truth = simulate.advance(home, home.time_us + 2 * HOUR_US, 60)
    assert truth.heat_w[:, BEDROOM].max() > 0.0
    assert (truth.heat_w[:, STUDY] == 0.0).all()


def test_a_plug_that_is_off_takes_all_power(home, decoder):
    tell(home, "tasmota:living room/AC plug", switch="off")
    truth = simulate.advance(home, home.time_us + HOUR_US, 60)
    assert (truth.power_w["living"] == 0.0).all()
    heard = say(home, decoder)
    assert not [key for key in heard.values if key.device == "Living room"], "what hangs on it is silent"
    tell(home, "tasmota:living room/AC plug", switch="toggle")
    assert simulate.advance(home, home.time_us + HOUR_US, 60).power_w["living"].max() > 200.0


def test_no_heat_is_lost_or_made_by_what_is_told(home):
    tell(home, "faikin:Living room", mode="cool", setpoint=18)
    tell(home, "zigbee2mqtt:Kids room/thermostat", setpoint=24)
    truth = simulate.advance(home, home.time_us + 6 * HOUR_US, 60)
    came_j = (truth.heat_w.sum(axis=1) + truth.doings.gain_w.sum(axis=1)) * 60.0
    went_j = lost_w(truth.zone_c, truth.weather.temp_c) * 60.0 + stored_j(truth.before_c, truth.zone_c)
    assert np.allclose(came_j, went_j, rtol=0.0, atol=1e-6 * np.abs(came_j).max())


def test_infrared_is_obeyed_and_what_the_sender_repeats_is_only_assumed(home, decoder):
    found, repeated = tell(home, "tasmota:living room/remote", [*FILES, REMOTE], mode="cool", setpoint=18, fan="low")
    assert len(found) == 1, "all of the state at once"
    assert all(taken.confirmed_by is None for taken in found[0].takes)
    readings = decoder.decode(repeated[0].topic, repeated[0].payload, retain=False, received_us=0).readings
    assert {reading.quantity: reading.flags for reading in readings} == dict.fromkeys(("mode", "setpoint", "fan"), 4)
    heard = {(key.device, key.quantity): value for key, value in say(home, decoder).values.items()}
    assert (heard["Living room", "mode"], heard["Living room", "setpoint"]) == ("cool", 18.0)


def test_a_valve_told_auto_goes_back_to_its_people_s_programme(home):
    programme = home.view["kids:setpoint"]
    tell(home, "zigbee2mqtt:Kids room/thermostat", setpoint=programme - 3)
    tell(home, "zigbee2mqtt:Kids room/thermostat", mode="auto")
    simulate.advance(home, home.time_us + 60_000_000, 60)
    assert home.view["kids:setpoint"] == programme


def test_a_set_point_beyond_the_unit_s_own_range_is_clipped_as_the_firmware_does(home):
    simulate.obey(home, "mitsubishi2mqtt/Study head/temp/set", b"45", home.time_us)
    assert home.view["study:setpoint"] == 31.0


def test_what_was_told_outlives_a_restart(home):
    tell(home, "faikin:Living room", mode="cool", setpoint=24)
    again = simulate.load(simulate.save(home))
    simulate.advance(again, again.time_us + HOUR_US, 60)
    assert (again.view["living:setpoint"], again.view["living:mode"]) == (24.0, -1.0)


@given(st.sampled_from(sorted(simulate.LISTENS)), st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_nothing_that_is_sent_to_it_breaks_it(topic, payload):
    state = simulate.new(7, WINTER_US)
    simulate.obey(state, topic.replace("+", "control"), payload, WINTER_US)
    simulate.obey(state, topic.replace("+/set", "temp/set"), payload, WINTER_US)
    simulate.advance(state, WINTER_US + 60_000_000, 60)
    assert np.isfinite(list(state.view.values())).all()
