"""What is republished: at once, then at most four times a second, with the newest of every series, retained."""

import time

import msgspec
import pytest

from heatledger.announcements import LiveDevice, device_topic
from heatledger.readings import Flag, Reading
from ingest.live import Live

TOPIC = "heatledger/home/live/tasmota/plug"


def power(value, *, channel="", flags=0, time_us=1):
    return Reading("home", "tasmota", "plug", channel, "power", time_us, value, "W", "gauge", "", flags)


class Wire(list):
    def __call__(self, topic, payload):
        self.append((topic, msgspec.json.decode(payload, type=LiveDevice)))

    def values(self):
        return [tuple(each.value for each in device.readings) for _, device in self]


def test_the_first_goes_out_at_once_and_the_last_of_a_burst_after_a_quarter_of_a_second():
    live = Live(wire := Wire())
    for number in range(10):
        live.update([power(float(number))], now=100 + number / 100)
    assert wire.values() == [(0.0,)]
    assert live.wait_s(100.1) == pytest.approx(0.15)
    live.flush(100.2)
    assert wire.values() == [(0.0,)]
    live.flush(100.25)
    assert wire.values() == [(0.0,), (9.0,)]
    assert live.wait_s(100.3) == float("inf")


def test_never_more_than_four_a_second():
    live = Live(wire := Wire())
    for number in range(1_000):
        live.flush(number / 100)
        live.update([power(float(number))], now=number / 100)
    assert 39 <= len(wire) <= 41


def test_a_device_is_published_with_all_it_was_ever_heard_to_say():
    live = Live(wire := Wire(), known=[power(1.0, channel="a"), power(2.0, channel="b")])
    live.update([power(3.0, channel="b")], now=0)
    assert wire.values() == [(1.0, 3.0)]
    assert wire[0][0] == TOPIC


def test_a_retained_message_never_hides_what_was_heard_live():
    live = Live(wire := Wire())
    live.update([power(1.0, flags=Flag.RETAINED)], now=0)
    live.update([power(2.0)], now=1)
    live.update([power(1.0, flags=Flag.RETAINED)], now=2)
    assert wire.values() == [(1.0,), (2.0,), (2.0,)]


@pytest.mark.parametrize(
    ("device", "level"),
    [("a/b c", "a/b c"), ("50%+#", "50%25%2B%23"), ("\x00", "%00"), ("Küche", "Küche")],
)
def test_a_device_name_makes_a_topic_that_may_be_published(device, level):
    assert device_topic("home", "tasmota", device) == f"heatledger/home/live/tasmota/{level}"


@pytest.mark.server
def test_a_reading_reaches_a_subscriber_within_a_quarter_of_a_second(ingest, publisher):
    publisher.listen("heatledger/#")
    publisher.send(("tele/plug/SENSOR", '{"ENERGY":{"Power":0}}'))
    publisher.wait(lambda: any(m.topic == TOPIC for m in publisher.received))
    delays_us = []
    for number in range(1, 6):
        publisher.received.clear()
        sent_us = time.time_ns() // 1_000
        publisher.send((f"tele/plug{number}/SENSOR", f'{{"ENERGY":{{"Power":{number}}}}}'))
        publisher.wait(lambda n=number: any(m.topic == f"{TOPIC}{n}" for m in publisher.received))
        message = next(m for m in publisher.received if m.topic == f"{TOPIC}{number}")
        payload = msgspec.json.decode(message.payload, type=LiveDevice)
        assert (payload.home, payload.family, payload.device) == ("home", "tasmota", f"plug{number}")
        assert [each.value for each in payload.readings] == [number]
        delays_us.append(message.received_us - sent_us)
    assert min(delays_us) < 250_000  # a busy machine may hold any of them up, a timer of ours would hold up all


@pytest.mark.server
def test_live_values_are_retained_for_whoever_comes_later(ingest, publisher, mosquitto, make_publisher):
    publisher.send(("tele/plug/SENSOR", '{"ENERGY":{"Power":12}}'))
    publisher.wait(lambda: bool(ingest.readings()))
    later = make_publisher(mosquitto.url, "later")
    later.listen("heatledger/home/live/#")
    later.wait(lambda: bool(later.received))
    assert later.received[0].retain
    assert later.received[0].topic == TOPIC
