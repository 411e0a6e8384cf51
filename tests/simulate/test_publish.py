import json
import signal
import subprocess
import sys
import time

import pytest

from heatledger.bus import connect
from heatledger.control import Known, Wanted, messages
from ingest import simulate
from ingest.decode import Decoder
from ingest.simulate import publish
from tests.control.conftest import FILES

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

RUN = (
    "import sys, pathlib; from ingest.simulate.publish import run; run(sys.argv[1], pathlib.Path(sys.argv[2]), seed=7)"
)
REGISTER = "fuse box/whole home/status/emdata:0"


@pytest.fixture
def listen(mosquitto):
    def until(enough, *, fresh_only=False, limit_s=45.0):
        bus, heard, deadline = connect(mosquitto.url, client_id="listener", clean=True), {}, time.monotonic() + limit_s
        bus.subscribe(["#"])
        while not enough(heard) and time.monotonic() < deadline:
            for message in bus.poll(0.1):
                if not (fresh_only and message.retain):
                    heard[message.topic] = message.payload
                bus.ack([message])
        bus.close()
        return heard

    return until


@pytest.fixture
def start(mosquitto, tmp_path):
    processes = []

    def begin():
        command = [sys.executable, "-c", RUN, mosquitto.url, str(tmp_path / "demo.json")]
        processes.append(subprocess.Popen(command, stderr=subprocess.PIPE))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def total_wh(heard):
    return json.loads(heard[REGISTER])["total_act"]


def test_it_speaks_says_goodbye_and_goes_on_where_it_was(tmp_path, start, listen):
    past = simulate.new(7, time.time_ns() // 1000 - 3 * 86_400 * 1_000_000)
    simulate.advance(past, time.time_ns() // 1000 - 3600 * 1_000_000, 300)
    publish.save(past, tmp_path / "demo.json")
    process = start()
    heard = listen(lambda heard: REGISTER in heard and len(heard) > 20)
    assert heard["tele/living room/AC plug/LWT"] == b"Online"
    assert heard["shellies/water heater/online"] == b"true"
    assert total_wh(heard) > past.kwh["main"] * 1000
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    left = listen(lambda heard: len(heard) >= 9)
    assert left["tele/living room/AC plug/LWT"] == b"Offline"
    assert left["zigbee2mqtt/bridge/state"] == b'{"state":"offline"}'


def test_killed_it_goes_on_with_counters_that_never_go_back(start, listen, tmp_path):
    first = start()
    before = listen(lambda heard: REGISTER in heard)
    first.kill()
    first.wait()
    saved = simulate.load((tmp_path / "demo.json").read_bytes())
    start()
    wanted = {"shellies/water heater/relay/0/energy", "fuse box/whole home/events/rpc"}
    after = listen(lambda heard: wanted <= heard.keys() and len(heard) > 12, fresh_only=True)
    assert saved.kwh["main"] * 1000 >= total_wh(before)
    power = json.loads(after["fuse box/whole home/events/rpc"])["params"]["em:0"]
    assert power["total_act_power"] > 50.0
    assert simulate.load((tmp_path / "demo.json").read_bytes()).kwh["main"] >= saved.kwh["main"]


def poll_until(bus, done, limit_s=60.0):
    deadline = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < deadline
        bus.poll(0.1)


def test_told_over_the_broker_it_obeys_and_says_so(start, listen, mosquitto):
    start()
    listen(lambda heard: "state/Living room" in heard)
    wanted = messages([Wanted("faikin:Living room", "setpoint", 24.5)], FILES, Known())
    teller = connect(mosquitto.url, client_id="teller", clean=True)
    poll_until(teller, lambda: teller.connected)
    for message in wanted:
        teller.publish(message.topic, message.payload, message.qos, retain=message.retain)
    poll_until(teller, lambda: not teller.unacknowledged)
    heard = listen(
        lambda heard: json.loads(heard.get("state/Living room", b"{}")).get("target") == 24.5, fresh_only=True
    )
    teller.close()
    confirmation = wanted[0].takes[0].confirmed_by
    readings = (
        Decoder(FILES).decode("state/Living room", heard["state/Living room"], retain=False, received_us=0).readings
    )
    assert [confirmation.holds(one.value) for one in readings if one.quantity == "setpoint"] == [True]


def test_a_state_file_that_is_none_is_named_with_the_mend(tmp_path):
    (tmp_path / "demo.json").write_text("{")
    with pytest.raises(ValueError, match=r"demo\.json: not a saved demo home: .*--fresh"):
        publish.resume(tmp_path / "demo.json", now_us=0, seed=1)
