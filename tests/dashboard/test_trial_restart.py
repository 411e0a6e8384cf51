"""A dashboard that is killed during a guided test run: the run goes on in the readings, to its end."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.parse
import urllib.request

import msgspec
import pytest

from tests.commissioning.bench import Bench
from tests.commissioning.weeks import demo_home
from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.pressed_home import PressedHome

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

PACE = 240.0
RUN = "/commissioning/run"


def run(url):
    with urllib.request.urlopen(f"{url}/api/v1{RUN}", timeout=120) as answer:
        return json.load(answer)


def press(url, button, **fields):
    """Press a button of the page as a browser does."""
    body = urllib.parse.urlencode({"home": "demo", **fields}).encode()
    asked = urllib.request.Request(f"{url}{RUN}/{button}", data=body, headers={"origin": url})
    try:
        urllib.request.urlopen(asked, timeout=120).close()
    except urllib.error.HTTPError as error:
        return error.read().decode()
    return ""


def until(found, what, *, seconds=300):
    """Wait until something is so and return it."""
    deadline = time.monotonic() + seconds
    while not (told := found()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return told


def leg(url, step):
    """A step of the run once it has begun."""
    return next((one for one in run(url)["legs"] if one["step"] == step and one["began_s"] is not None), None)


def test_a_dashboard_that_is_killed_during_a_run_finds_it_where_the_readings_took_it(start, mosquitto, tmp_path):
    scene.write_config(tmp_path, msgspec.structs.replace(demo_home(), comparison=(), compare=None))
    (tmp_path / "config" / "settings.toml").write_text(f"[commissioning]\npace = {PACE}\n")
    scene.listening(start("ingest"))
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def dashboard():
        process = start("dashboard", "--port", str(port))
        scene.wait_until_served(f"{url}/healthz", process)
        return process

    killed = dashboard()
    with PressedHome(mosquitto.port, PACE, Bench()) as home:
        remote = home.bench.remote
        until(
            lambda: not press(url, "begin", unit="living/living", work="heating", length="whole"),
            "its power was never heard",
        )
        remote.mode = "off"
        began = until(lambda: leg(url, "rest"), "the unit was never seen to be off")

        killed.process.send_signal(signal.SIGKILL)
        assert killed.process.wait(timeout=60) == -signal.SIGKILL
        at = home.bench.clock_s
        until(lambda: home.bench.clock_s > at + 900, "the home does not live")
        remote.mode, remote.setpoint_c = "heat", 30.0  # at its most, while nobody looks
        until(lambda: home.bench.clock_s > at + 1500, "the home does not live")
        with home.hardly_moving():
            dashboard()
            found = run(url)
            assert (found["number"], found["outcome"], found["who"]) == (1, "running", "this machine")
            rest, full = found["legs"][0], until(lambda: leg(url, "full"), "it was never at its most")
            assert rest["began_s"] == began["began_s"], "what was over before stays as it was"
            assert rest["ended_s"] == began["began_s"] + 600.0, "the step lasted as long as it should, seen or not"
            assert full["began_s"] > rest["ended_s"]
            assert press(url, "begin", unit="living/living") != "", "the run still goes on: no other may begin"

        until(lambda: len(run(url)["legs"]) == 3, "it was never at its most for long enough")
        with home.hardly_moving():
            remote.setpoint_c = round(2 * home.bench.house.zone_c[0]) / 2
            until(lambda: leg(url, "hold"), "the set-point was never seen")
        ended = until(lambda: (told := run(url))["outcome"] != "running" and told, "it never ended")
    assert (ended["outcome"], ended["reason"]) == ("finished", "")
    results = {one["check"]: one["result"] for one in ended["findings"]}
    # how fast a room answers depends on how fast the pressed home lives while the test waits; these do not
    assert (results["trial.standby"], results["trial.power"], results["trial.capacity"]) == (
        "pass", "pass", "not_testable"
    )  # fmt: skip
    assert len(results) == 8
    assert [curve["what"] for curve in ended["curves"]][:2] == ["Power of the whole unit", "Room"]
