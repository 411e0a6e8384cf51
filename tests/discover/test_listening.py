"""What is taken down while listening: catalogues that come late, homes apart, bytes of every kind."""

import msgspec

from cli.listening import Ear
from heatledger.broker import Message
from heatledger.home import Home

CONFIG = (
    b'{"name":"Draw","stat_t":"shed/x/draw","unit_of_meas":"kW","dev_cla":"power","dev":{"name":"Shed"},"uniq_id":"d1"}'
)


def message(topic, payload, at_s=0.0, retain=False):
    return Message(topic, payload, 0, retain, False, 0, round(at_s * 1e6))


def heard(config, *messages, home=None):
    ear = Ear(config)
    for each in messages:
        ear.hear(each)
    ear.finish()
    return ear.surveyor.survey(home)


def test_a_value_heard_before_the_catalogue_that_explains_it_is_understood_at_the_end(shipped):
    value, told = message("shed/x/draw", b"0.5"), message("homeassistant/sensor/d1/config", CONFIG, retain=True)
    for order in ((value, told), (told, value)):
        found = heard(shipped, *order)
        (device,) = found.devices
        assert (device.name, device.values()) == ("Shed", {"power": 500.0})
        assert found.not_understood == ()


def test_a_rhythm_is_learned_and_what_the_broker_kept_has_no_age(shipped):
    kept = message("zigbee2mqtt/a/power", b"5", retain=True)
    (device,) = heard(shipped, kept).devices
    assert (device.retained, device.usual_s) == (True, None)
    said = [message("zigbee2mqtt/a", b'{"power":5,"linkquality":9}', at_s=10 * n) for n in range(6)]
    (device,) = heard(shipped, kept, *said).devices
    assert device.retained is False
    assert round(device.usual_s) == 10
    assert device.messages == 7


def test_homes_are_kept_apart_and_one_can_be_asked_for(shipped):
    home = Home(id="x", name="x", timezone="UTC", currency="EUR")
    homes = {name: msgspec.structs.replace(home, id=name, topic_prefix=name) for name in ("north", "south")}
    config = msgspec.structs.replace(shipped, homes=homes)
    said = [message(f"{name}/zigbee2mqtt/plug", b'{"power":5,"linkquality":9}') for name in homes]
    lost = message("west/zigbee2mqtt/plug", b"1")
    assert {(each.home, each.name) for each in heard(config, *said).devices} == {("north", "plug"), ("south", "plug")}
    assert [each.home for each in heard(config, *said, home="south").devices] == ["south"]
    assert heard(config, lost).not_understood[0].note == "the topic begins with no home's topic_prefix"


def test_halves_of_characters_control_signs_and_our_own_topics_do_no_harm(shipped):
    odd = [
        message("zigbee2mqtt/a", b'{"power":5,"linkquality":9,"last_seen":"\\ud800"}'),
        message("x/y", b"\xff\xfe\x00\x1b[2J"),
        message("x/\x1b]0;t\x07", b"1"),
        message("heatledger/ingest", b"{}"),
        message("x/big", b"9" * 2_000_000),
    ]
    found = heard(shipped, *odd)
    assert [each.name for each in found.devices] == ["a"]
    assert {each.topic for each in found.not_understood} == {"x/y", "x/\x1b]0;t\x07", "x/big"}
    assert all(len(each.sample) <= 160 for each in found.not_understood)
    msgspec.json.encode(found)
