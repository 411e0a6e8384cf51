"""Over a real broker a device of every family does what it is told and says so; others ignore, clip or lie."""

from __future__ import annotations

import time

import pytest

from heatledger.bus import connect
from heatledger.control import Wanted, messages
from ingest.decode import Decoder
from tests.control.conftest import FILES, TOLD, scene, told_device
from tests.control.pretended import Pretended

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

DECODER = Decoder(FILES)
CASES = [param.values for param in TOLD if not param.values[1].says and param.values[1].temp_unit == "C"]
PATIENCE_S = 60.0


class Stage:
    """A broker with devices on one connection and whoever tells them something on another."""

    def __init__(self, url):
        self.devices = connect(url, client_id="devices", clean=True)
        self.teller = connect(url, client_id="teller", clean=True)
        self.teller.subscribe(["#"])
        self.devices.subscribe(["#"])
        self.until(lambda: self.devices.subscribed and self.teller.subscribed)
        self.cast: list[Pretended] = []
        self.read: list = []

    def until(self, done):
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < deadline, "nothing was heard"
            self.turn()

    def turn(self):
        for message in self.devices.poll(0.01):
            for device in self.cast:
                for topic, text in device.hear(message.topic, message.payload.decode()):
                    self.devices.publish(topic, text, 1)
            self.devices.ack([message])
        for message in self.teller.poll(0.01):
            self.teller.ack([message])
            for device in self.cast:
                self.read += device.read(message.topic, message.payload.decode())

    def tell(self, file, told, manner="obeys"):
        """Tell a device an example; return what must confirm it, once the device has answered everything."""
        device = Pretended(file, told_device(told), DECODER, manner)
        self.cast, self.read = [device], []
        files, heard = scene(file, told)
        wanted = [Wanted(f"{file.family}:{told.device}", what, value) for what, value in told.want.items()]
        found = messages(wanted, files, heard)
        for message in found:
            self.teller.publish(message.topic, message.payload, message.qos, retain=message.retain)
        self.until(lambda: device.heard >= len(found))
        return device, [taken.confirmed_by for message in found for taken in message.takes if taken.confirmed_by]

    def confirmed(self, confirmation):
        said = [one.value for one in self.read if (one.device, one.channel, one.quantity) == confirmation[1:4]]
        return any(map(confirmation.holds, said))

    def close(self):
        self.devices.close()
        self.teller.close()


@pytest.fixture
def stage(mosquitto):
    made = Stage(mosquitto.url)
    yield made
    made.close()


def test_a_device_of_every_family_does_what_it_is_told_and_says_so(stage):
    families = set()
    for file, told in CASES:
        _, confirmations = stage.tell(file, told)
        for one in confirmations:
            stage.until(lambda one=one: stage.confirmed(one))
            families.add(file.family)
    echoing = {file.family for file in FILES for command in file.commands if command.echoed_by}
    assert families == echoing


HEAD = next(case for case in CASES if case[0].family == "mitsubishi2mqtt" and case[1].want == {"setpoint": 21.5})


def test_a_device_that_ignores_what_it_is_told_confirms_nothing(stage):
    _, (confirmation,) = stage.tell(*HEAD, "ignores")
    assert not stage.confirmed(confirmation)


def test_a_device_that_clips_says_what_it_took_instead(stage):
    _, (confirmation,) = stage.tell(*HEAD, "clips")
    stage.until(lambda: stage.read)
    assert not stage.confirmed(confirmation)
    assert [one.value for one in stage.read if one.quantity == "setpoint"] == [20.0]


def test_a_device_that_lies_confirms_at_once_and_goes_on_as_it_was(stage):
    device, (confirmation,) = stage.tell(*HEAD, "lies")
    stage.until(lambda: stage.confirmed(confirmation))
    assert device.report() == []
