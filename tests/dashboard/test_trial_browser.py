"""The guided test run on a phone: a simulated home over a real broker, ingest and dashboard as real processes."""

from __future__ import annotations

import json
import re
import urllib.request

import msgspec
import pytest

from tests.commissioning.bench import Bench
from tests.commissioning.weeks import demo_home
from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.pressed_home import PressedHome
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

PACE = 240.0
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@pytest.fixture
def served(start, mosquitto, tmp_path):
    """The demo home's living room, pressed; the page of its test run."""
    home = demo_home()
    scene.write_config(tmp_path, msgspec.structs.replace(home, comparison=(), compare=None))
    (tmp_path / "config" / "settings.toml").write_text(f"[commissioning]\npace = {PACE}\n")
    scene.listening(start("ingest"))
    port = free_port()
    process = start("dashboard", "--port", str(port))
    scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", process)
    return f"http://127.0.0.1:{port}"


def says(page, words):
    until(page, f"document.querySelector('main').textContent.includes({json.dumps(words)})")


def api(url):
    with urllib.request.urlopen(f"{url}/api/v1/commissioning/run", timeout=60) as answer:
        return json.load(answer)


def begin(page, url, home, *, brief=False):
    """Choose the living room's unit once its power is heard, and begin."""
    page.goto(f"{url}/commissioning/run")
    says(page, "you set the unit")
    if brief:
        page.check("input[value=brief]")
    page.click("text=Begin")
    while "does not tell its power" in page.inner_text("main"):
        page.wait_for_timeout(300)
        page.click("text=Begin")
    says(page, "Switch it off at the remote")


def test_a_whole_run_from_the_first_step_to_the_record(browser, served, start, mosquitto):
    url = served
    console: list[str] = []
    page = watched(browser.new_context(bypass_csp=False, **PHONE), console)
    with PressedHome(mosquitto.port, PACE, Bench()) as home:
        remote = home.bench.remote
        begin(page, url, home)
        says(page, "Awaited: Living room set to Off")
        remote.mode = "off"
        says(page, "Off: under way.")
        assert re.search(r"\d+:\d\d", page.inner_text(".trial-left b"))
        says(page, "Set it to heating, the highest temperature it takes")
        remote.mode, remote.setpoint_c = "heat", 30.0
        says(page, "At its most: under way.")
        assert "Standby in the test run" in page.inner_text("main")  # judged as soon as its step is over
        page.reload()
        says(page, "At its most: under way.")
        assert page.locator(".trial-curve polyline").count() >= 3
        says(page, "which the room has now")
        with home.hardly_moving():
            room_c = round(2 * home.bench.house.zone_c[0]) / 2
            says(page, f"Set it to {round(room_c * 1.8 + 32)} °F")
            remote.setpoint_c = room_c
            says(page, "Hold: under way.")
        says(page, "Hold: under way.")
        says(page, "1 of 8 questions could not be tested.")
        assert page.inner_text("h1") == "Nothing wrong was found."
        says(page, "Set it back to Heating, 70 °F.")
    found = api(url)
    assert found["outcome"] == "finished"
    assert {one["check"]: one["result"] for one in found["findings"] if one["result"] != "pass"} == {
        "trial.capacity": "not_testable"
    }
    page.goto(f"{url}/commissioning")
    until(page, "document.body.textContent.includes('a whole test run, to its end')")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [text for text in console if "WebSocket" not in text] == []


@pytest.mark.long
def test_a_run_goes_on_while_nobody_looks_and_ends_by_itself_or_by_the_button(browser, served, start, mosquitto):
    url = served
    page = browser.new_context(**PHONE).new_page()
    with PressedHome(mosquitto.port, PACE, Bench(weak=0.5)) as home:
        begin(page, url, home, brief=True)
        page.click("#trial-stop")
        says(page, "Stopped: this machine stopped it.")
        page.click("text=Another run")
        page.check("input[value=brief]")
        page.click("text=Begin")
        home.bench.remote.mode = "off"
        says(page, "Set it to heating")
        home.bench.remote.mode, home.bench.remote.setpoint_c = "heat", 30.0
        says(page, "At its most: under way.")
        home.fall_silent()
        says(page, "Stopped: no reading of Mini-split, living room for")
    assert api(url)["number"] == 2
