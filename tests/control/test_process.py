"""Set from the command line over a real broker: done, refused, waited for; limits hold whatever is killed."""

# ruff: noqa: F811 - fixtures that are imported are asked for by name

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from heatledger import bus
from tests.control.wired import control, split, written  # noqa: F401 - fixtures
from tests.ingest.conftest import (  # noqa: F401 - fixtures
    PATIENCE_S,
    ingest,
    make_ingest,
    make_publisher,
    publisher,
    wait_until,
)

pytestmark = pytest.mark.server
_WINDOW = 'temperature = "Lounge"\nwindow = "Terrace door"'


def test_a_set_point_is_done_when_the_device_says_so_and_somebody_at_the_remote_is_seen(control, split):
    done = control.set("living", "--setpoint", "20.5")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Living room: what 20.5 °C costs is not known: no temperature of this room is heard; "
        "name a thermometer with temperature in the home file, and see that it is heard",
        "Living room: 20.5 °C: sent, waiting for the device to say so",
        "Living room: 20.5 °C: done: the device says so",
    ]
    assert split.told == [{"temp": 20.5}]
    asked, *_ = control.log()
    assert (asked.kind, asked.by, asked.why) == ("asked", "person", "heatledger set")
    assert asked.who
    split.set["temp"] = 23.0
    wait_until(lambda: control.log()[-1].kind == "person")
    assert control.log()[-1].setpoint == 23.0


def test_the_programme_is_followed_by_itself_once_and_people_at_the_device_stand_against_it(control, split):
    path = control.data / "config" / "homes" / "home.toml"
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    step = 'programme = [{{zone = "living", at = "{at}", setpoint = {celsius}}}]\n'
    bare = path.read_text()
    path.write_text(step.format(at=f"{now:%H:%M}", celsius=19.5) + bare)
    wait_until(lambda: [event.kind for event in control.log()][-1:] == ["confirmed"])
    asked = control.log()[0]
    assert (asked.kind, asked.by, asked.setpoint, asked.why) == ("asked", "programme", 19.5, "weekly programme")
    assert split.told == [{"temp": 19.5}]
    split.set["temp"] = 23.0
    wait_until(lambda: control.log()[-1].kind == "person")
    soon = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(minutes=1)  # what was chosen stands until a change
    path.write_text(step.format(at=f"{soon:%H:%M}", celsius=18.0) + bare)
    wait_until(lambda: control.log()[-1].kind == "waits", 180)
    assert control.log()[-1].note == "somebody chose otherwise at the device"
    assert split.told == [{"temp": 19.5}]


def test_what_others_tell_the_device_is_seen_on_its_command_topic_and_what_is_kept_there_is_named(
    control, split, publisher
):
    topic = "command/Lounge/control"
    publisher.send((topic, '{"temp":24}'), retain=True)
    control.restart()  # who connects later finds it, as the device does at each of its reconnections
    wait_until(lambda: "retained" in [event.kind for event in control.log()])
    kept = control.log()[-1]
    assert (kept.why, f"clear it: mosquitto_pub -r -n -t '{topic}'" in kept.note) == (topic, True)
    assert f"the broker keeps {{\"temp\":24}} on {topic}: mosquitto_pub -r -n -t '{topic}'" in control.lines()
    publisher.send((topic, ""), retain=True)
    wait_until(lambda: control.log()[-1].kind == "mended")
    before = control.log()[-1].id
    assert control.ask("living", setpoint=20.5).kind == "confirmed"  # our own message is nobody else's
    wait_until(lambda: split.told and split.told[-1] == {"temp": 20.5})
    publisher.send((topic, '{ "temp": 19.5 }'))
    wait_until(lambda: control.log()[-1].kind == "person")
    assert control.log()[-1].setpoint == 19.5
    wait_until(lambda: split.set["temp"] == 19.5)
    asked = control.ask("living", setpoint=22.0, by="programme")
    assert (asked.kind, asked.note.partition(";")[0]) == ("refused", "somebody chose otherwise at the device")
    assert [event.kind for event in control.log() if event.id > before].count("person") == 1


def test_an_open_window_pauses_a_room_and_shut_it_goes_on(control, split, mosquitto):
    path = control.data / "config" / "homes" / "home.toml"
    told = {"on = true, per_hour = 3": "on = true, window_min = 0, run_min = 0", 'temperature = "Lounge"': _WINDOW}
    text = path.read_text()
    for before, after in told.items():
        text = text.replace(before, after, 1)
    path.write_text(text)
    with closing(bus.connect(mosquitto.url, client_id="contact", clean=True, on_state=lambda *_: None)) as door:

        def says(*, shut, kind, mode):  # a contact says it again now and then
            body = {"contact": shut, "battery": 95, "linkquality": 80}
            door.publish("zigbee2mqtt/Terrace door", json.dumps(body))
            door.poll(0.3)
            return any((event.kind, event.by, event.mode) == (kind, "window", mode) for event in control.log())

        wait_until(lambda: says(shut=False, kind="confirmed", mode="off"))
        asked = control.log()[0]
        assert (asked.mode, asked.why, asked.note) == ("off", "the window stands open", "before heat 20")
        assert split.set["power"] is False
        wait_until(lambda: says(shut=True, kind="waits", mode="heat"))
    again = [event for event in control.log() if event.kind == "asked"][-1]
    assert (again.mode, again.setpoint, again.why) == ("heat", 20.0, "the window is shut")
    assert "the compressor rests" in control.log()[-1].note


REFUSED = (
    (("living", "--setpoint", "27"), "27.0 °C is outside 8.0 to 24.0 °C; choose one between"),
    (("living", "--setpoint", "80F"), "26.5 °C is outside 8.0 to 24.0 °C"),  # 26.7 °C at the unit's steps of 0.5 K
    (("living", "--mode", "auto"), "auto is no mode to be set; say one of heat, cool, dry, fan_only, off"),
    (("attic", "--setpoint", "20"), "nothing may be commanded in this zone; say on = true in the control table"),
)
NOT_MEANT = (
    (("cellar", "--setpoint", "20"), "no zone 'cellar' in home; known: living, attic"),
    (("living", "--setpoint", "warm"), "--setpoint 'warm' is no temperature; write it as 20.5, 20.5C or 69F"),
    (("living", "--off", "--mode", "heat"), "--off and --mode contradict each other; give one"),
)


def test_what_may_not_be_is_refused_in_one_line_and_what_cannot_be_meant_is_not_even_asked(control, split):
    for arguments, said in REFUSED:
        done = control.set(*arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    asked = len(control.log())
    for arguments, said in NOT_MEANT:
        done = control.set(*arguments)
        assert (done.returncode, done.stderr) == (2, f"heatledger: {said}\n")
    assert len(control.log()) == asked
    assert split.told == []
    command = [sys.executable, "-m", "cli", "control"]
    again = subprocess.run(command, env=control.environ, capture_output=True, text=True, timeout=PATIENCE_S)
    assert again.returncode == 2  # one process sends
    assert again.stderr.startswith("heatledger: another heatledger control runs on this data folder")


def test_nothing_is_sent_early_or_unseen_or_when_it_is_switched_off_and_it_is_said(control, split, ingest):
    early = control.set("living", "--off", "--wait", "2")
    assert early.returncode == 3
    assert early.stdout.splitlines() == ["Living room: off: not yet: the compressor runs 5 min at least"]
    ingest.kill()
    wait_until(lambda: "ingest is not running" in control.lines())
    unseen = control.set("living", "--setpoint", "20.5", "--wait", "2")
    assert unseen.returncode == 3
    assert "not yet: ingest is not running, so nothing is heard of the devices" in unseen.stdout
    (control.data / "config" / "settings.toml").write_text("[control]\non = false\n")
    wait_until(lambda: "control is switched off in the settings" in control.lines())
    off = control.set("living", "--setpoint", "20.5")
    assert off.returncode == 2
    assert "write [control] on = true into settings.toml" in off.stderr
    assert split.told == []


def test_killed_at_any_moment_a_device_gets_no_more_than_its_commands_an_hour(control, split):
    split.obeys = False  # so that everything is tried again
    for number in range(4):
        asked = control.set("living", "--setpoint", f"{20.5 + number / 2}", "--wait", "0")
        assert asked.returncode == 3
        wait_until(lambda count=number: len(control.log()) > count + 1)
        control.restart()
    wait_until(lambda: control.log()[-1].kind in ("waits", "refused"))
    sent = [event for event in control.log() if event.kind == "sent"]
    assert len(sent) == 3  # per_hour
    assert len(split.told) <= len(sent)
    assert control.stop() == 0
