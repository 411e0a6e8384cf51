"""What a device offers is taken, what it does not is refused, and what it echoes is what was wanted."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from heatledger.commands import KINDS
from heatledger.control import CommandError, Wanted, messages, offers
from heatledger.quantities import QUANTITIES
from ingest.decode import Decoder
from tests.control.conftest import FILES, TOLD, known, saying, scene, told_device
from tests.control.pretended import Pretended

DECODER = Decoder(FILES)
STATE = {"mode": "heat", "setpoint": 21.0, "fan": "auto"}
BAND = ("setpoint_low", "setpoint_high", "room_temperature")


def point(file, told):
    return f"{file.family}:{told.device}"


def everything(file, told):
    """The files and what is known where all of a device's state was heard: whole-state senders need it."""
    files, heard = scene(file, told)
    if file.family != "tasmota" or not told.says:
        return files, heard
    return files, known("tasmota", told_device(told), **STATE)


CASES = [param.values for param in TOLD]


def offered(number):
    """What the device of an example offers, and the files and what is known there."""
    file, told = CASES[number]
    files, heard = everything(file, told)
    found = offers(point(file, told), files, heard)
    return [one for one in found if one.what in told.want or file.family != "tasmota"], files, heard


@st.composite
def wanted(draw):
    """A device by the number of its example, one thing that it offers by its number, and a value within the offer."""
    number = draw(st.integers(0, len(CASES) - 1))
    found, _, _ = offered(number)
    assume(found)
    place = draw(st.integers(0, len(found) - 1))
    offer = found[place]
    value = draw(st.sampled_from(offer.words)) if offer.unit is None else draw(st.floats(offer.low, offer.high))
    return number, place, value


def together(offer, value, at):
    """What is wanted: a band goes out with both of its ends and the room's temperature."""
    if offer.what not in BAND or not offer.whole:
        return [Wanted(at, offer.what, value)]
    return [Wanted(at, what, min(max(value, 16.0), 32.0)) for what in BAND]


@settings(max_examples=300)
@given(wanted())
def test_nothing_that_is_offered_is_refused_and_what_goes_out_is_whole(case):
    number, place, value = case
    found, files, heard = offered(number)
    offer = found[place]
    sent = messages(together(offer, value, point(*CASES[number])), files, heard)
    assert sent
    for message in sent:
        assert not message.retain
        assert not set("+#") & set(message.topic)
        if message.payload[:1] == b"{":
            json.loads(message.payload)
    taken = sent[0].takes[0]
    if offer.unit is not None and not offer.whole:
        assert offer.low - 1e-9 <= taken.value <= offer.high + 1e-9
        assert abs(taken.value - value) <= offer.step / 2 + 1e-6 or taken.value in (offer.low, offer.high)
        assert bool(taken.note) == (abs(taken.value - value) > 0.005)
    assert (taken.confirmed_by is None) == (offer.confirmed_by is None or value == "toggle")


@settings(max_examples=200)
@given(wanted(), st.floats(0.01, 1e6), st.booleans())
def test_nothing_outside_what_is_offered_is_ever_sent(case, beyond, above):
    number, place, value = case
    found, files, heard = offered(number)
    offer = found[place]
    beside = None if offer.unit is None else offer.high + beyond if above else offer.low - beyond
    with pytest.raises(CommandError) as refused:
        messages([Wanted(point(*CASES[number]), offer.what, beside or f"{value}?")], files, heard)
    assert "\n" not in str(refused.value)


@given(st.sampled_from(sorted(KINDS)), st.integers(0, len(CASES) - 1))
def test_what_is_not_offered_is_refused(what, number):
    file, told = CASES[number]
    files, heard = everything(file, told)
    assume(what not in {one.what for one in offers(point(file, told), files, heard)})
    with pytest.raises(CommandError):
        messages([Wanted(point(file, told), what, "on" if KINDS[what].words is not None else 21.0)], files, heard)


def plain():
    """Examples of devices that speak as their family does by itself, with a set-point that is echoed."""
    rows = [param.values for param in TOLD if not param.values[1].says and param.values[1].temp_unit == "C"]
    return [(file, told) for file, told in rows if "setpoint" in told.want or "dhw_setpoint" in told.want]


@settings(max_examples=150)
@given(st.integers(0, len(plain()) - 1), st.data())
def test_a_set_point_comes_back_from_the_device_as_it_was_wanted(number, data):
    file, told = plain()[number]
    files, heard = scene(file, told)
    for offer in offers(point(file, told), files, heard):
        if offer.what not in ("setpoint", "dhw_setpoint", "flow_setpoint") or offer.what not in told.want:
            continue
        wanted = data.draw(st.floats(offer.low, offer.high))
        message = messages([Wanted(point(file, told), offer.what, wanted)], files, heard)[0]
        device = Pretended(file, told_device(told), DECODER)
        said = device.hear(message.topic, message.payload.decode())
        readings = [one for topic, text in said for one in device.read(topic, text)]
        confirmed = message.takes[0].confirmed_by
        (echo,) = [one for one in readings if (one.device, one.channel, one.quantity) == confirmed[1:4]]
        assert confirmed.holds(echo.value)
        assert echo.value == pytest.approx(wanted, abs=offer.step / 2 + 1e-6)


def test_every_offer_says_whether_it_is_confirmed_and_by_what():
    heard = known("mitsubishi2mqtt", "Nursery", setpoint=20.0, mode="heat", fan="auto")
    found = {one.what: one for one in offers("Nursery", FILES, heard)}
    assert list(found) == ["mode", "power", "setpoint", "fan", "vane", "room_temperature"]
    assert (found["setpoint"].low, found["setpoint"].high, found["setpoint"].step) == (16, 31, 0.5)
    assert found["setpoint"].confirmed_by == ("", "setpoint")
    assert found["power"].confirmed_by == ("", "mode")
    assert found["room_temperature"].confirmed_by is None
    assert found["mode"].words == ("off", "heat", "cool", "heat_cool", "dry", "fan_only")


def test_a_device_in_fahrenheit_moves_in_whole_ones():
    heard = known("mitsubishi2mqtt", "Nursery", setpoint=20.0)
    found = {one.what: one for one in offers("Nursery", [*FILES, saying("Nursery", temp_unit="F")], heard)}
    assert found["setpoint"].step == pytest.approx(1 / 1.8)


def test_infrared_is_offered_only_where_its_vendor_is_known_and_is_one_way():
    heard = known("tasmota", "den_ir", mode="heat", setpoint=21.0)
    assert offers("den_ir", FILES, heard) == ()
    found = offers("den_ir", [*FILES, saying("den_ir", vendor="GREE")], heard)
    assert {one.what for one in found} == {"mode", "power", "setpoint", "fan", "vane", "quiet"}
    assert all(one.whole and one.confirmed_by is None for one in found)


def test_a_meter_can_be_told_nothing():
    assert offers("main", FILES, known("shelly_gen2", "main", **{"em:0/power": 300.0})) == ()


def test_every_command_that_is_confirmed_is_confirmed_by_what_its_family_can_say():
    for file in FILES:
        rows = [row for rule in file.rules for row in (*rule.emit, *(row for each in rule.each for row in each.emit))]
        said = {row.quantity for row in rows}
        named_elsewhere = file.family == "homie"  # what its properties mean is in their description
        for command in file.commands:
            assert command.echoed_by in {"", *QUANTITIES}
            assert command.echoed_by in {"", *said} or named_elsewhere, (file.family, command.what)
