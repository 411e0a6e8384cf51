"""The simulated home is told over the broker by the whole chain: infrared that never answers, two heads in one zone."""

# ruff: noqa: F811 - fixtures that are imported are asked for by name

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from ingest import simulate
from ingest.simulate import publish
from ingest.simulate.obey import obey
from tests.control.wired import Control
from tests.ingest.conftest import make_ingest, wait_until  # noqa: F401 - fixtures

pytestmark = pytest.mark.server

HOME = """
id = "home"
name = "Maple Street"
timezone = "America/Chicago"
currency = "USD"

[[zones]]
id = "living"
name = "Living room"
temperature = "faikin:Living room"
control = {on = true, run_min = 0}

[[zones]]
id = "upstairs"
name = "Upstairs"
temperature = "Bedroom head"
control = {on = true, run_min = 0}

[[meters]]
id = "plug"
role = "circuit"
points = ["living room/AC plug"]

[[meters]]
id = "outdoor"
role = "outdoor_unit"
points = ["garden/outdoor unit:pm1:0"]

[[heat_pumps]]
id = "split"
kind = "mini_split"
meter = "plug"
heads = [{zone = "living", device = "tasmota:living room/remote"}]

[[heat_pumps]]
id = "multi"
kind = "multi_split"
meter = "outdoor"
heads = [{zone = "upstairs", device = "Bedroom head"}, {zone = "upstairs", device = "Study head"}]
"""
REMOTE = """
family = "mine"

[[given]]
device = "tasmota:living room/remote"
says = { vendor = "DAIKIN" }
"""
UNITS = ("Living room", "Bedroom head", "Study head")
WARM = (
    ("command/Living room/control", b'{"power":true,"mode":"H","temp":21}'),
    *(
        (f"mitsubishi2mqtt/{name} head/{what}/set", text)
        for name in ("Bedroom", "Study")
        for what, text in (("mode", b"HEAT"), ("temp", b"21"))
    ),
)
RUN = "import sys, pathlib; from ingest.simulate.publish import run; run(sys.argv[1], pathlib.Path(sys.argv[2]))"


@pytest.fixture
def simulated(tmp_path, mosquitto):
    """The simulated home on the broker, its units set to heat."""
    now_us = time.time_ns() // 1000
    state = simulate.new(7, now_us - 86_400 * 1_000_000)
    simulate.advance(state, now_us, 300)
    for topic, payload in WARM:
        obey(state, topic, payload, now_us)
    publish.save(state, tmp_path / "demo.json")
    process = subprocess.Popen([sys.executable, "-c", RUN, mosquitto.url, str(tmp_path / "demo.json")])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def control(tmp_path, simulated, mosquitto, make_ingest):
    data = tmp_path / "data"
    for name, text in {"homes/home": HOME, "devices/mine": REMOTE, "settings": "[control]\non = true\n"}.items():
        path = data / "config" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    listening = make_ingest(mosquitto.url).start()
    made = Control(data, mosquitto.url).start()
    made.says = lambda: {
        row.device: row.value
        for row in listening.latest()
        if row.quantity == "mode" and row.device in UNITS and row.family != "tasmota"
    }
    try:
        wait_until(lambda: "commands are followed" in made.lines())
        wait_until(lambda: made.says() == dict.fromkeys(UNITS, "heat"))
        yield made
    finally:
        if made.process.poll() is None:
            made.kill()


def test_infrared_is_sent_and_never_called_done_and_two_heads_are_done_when_both_say_so(control):
    done = control.set("living", "--off")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == (
        "Living room: off: sent, not confirmed: sent by infrared or the like: the device never says whether it heard"
    )
    assert [event.kind for event in control.log()] == ["asked", "sent", "unconfirmed"]
    wait_until(lambda: control.says()["Living room"] == "off")  # the unit that the sender points at did hear it
    asked = control.ask("upstairs", mode="off")
    assert (asked.kind, asked.note) == ("confirmed", "")
    wait_until(lambda: control.says() == dict.fromkeys(UNITS, "off"))
    sent = [line for line in control.lines().splitlines() if line.endswith(" sent")]
    assert [line.partition(": ")[2] for line in sent] == [
        "cmnd/living room/remote/IRHVAC sent",
        "mitsubishi2mqtt/Bedroom head/mode/set sent",
        "mitsubishi2mqtt/Study head/mode/set sent",
    ]
    assert "person" not in [event.kind for event in control.log()]
