"""From the first start to the bill in the browser: a real broker, ingest and dashboard, and no restart in between."""

from __future__ import annotations

import json
import subprocess
import time
import tomllib

import paho.mqtt.client as paho
import pytest

from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

PASSWORD = "four words: in/a row"
FAIKIN = {"online": True, "power": True, "mode": "heat", "temp": 21.0, "home": 20.4, "heat": True}


def say(publish):
    """A main meter, a plug on a mini-split, and the mini-split's own thermostat."""
    for device, watts, total in (("main meter", 1800, 5120.0), ("heat pump living", 700, 900.0)):
        said = {"Time": "2026-11-23T18:00:00", "ENERGY": {"Total": total, "Power": watts, "Voltage": 120}}
        publish(f"tele/{device}/SENSOR", json.dumps(said).encode())
    publish("state/Living", json.dumps(FAIKIN).encode(), retain=True)


@pytest.fixture
def guarded(make_mosquitto, tmp_path):
    """A broker that lets in whom it knows."""
    listed = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(listed), "heatledger", PASSWORD], check=True)
    listed.chmod(0o644)
    return make_mosquitto(extra=f"allow_anonymous false\npassword_file {listed}\n").start()


@pytest.fixture
def says(guarded):
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.username_pw_set("heatledger", PASSWORD)
    client.connect("127.0.0.1", guarded.port)
    client.loop_start()
    yield lambda topic, payload, retain=False: client.publish(topic, payload, 1, retain=retain).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def nobody_there(tmp_path):
    """Processes of a first start: no home, and a broker where none is."""
    settings = tmp_path / "config" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text(f'[mqtt]\n# the one in the cellar\nurl = "mqtt://127.0.0.1:{free_port()}"\n')
    started = []

    def start(*arguments):
        started.append(scene.Process(tmp_path, "", *arguments, log=tmp_path / f"{arguments[0]}.log"))
        return started[-1]

    yield start
    for process in started:
        process.stop()


def test_from_the_first_start_to_the_bill_and_on_without_a_restart(browser, nobody_there, guarded, says, tmp_path):
    port = free_port()
    url, ingest = f"http://127.0.0.1:{port}", nobody_there("ingest")
    process = nobody_there("dashboard", "--port", str(port))
    scene.wait_until_served(f"{url}/healthz", process)
    console: list[str] = []
    context = browser.new_context(bypass_csp=False, viewport={"width": 1280, "height": 800})
    wall, page = watched(context, console), watched(context, console)
    wall.goto(f"{url}/")
    until(wall, "document.body.textContent.includes('not described yet')")
    say(says)
    the_broker_is_tried_and_written_down(page, url, guarded, tmp_path)
    scene.listening(ingest)
    say(says)
    the_home_is_described(page, url, tmp_path)
    until(wall, "document.getElementById('now-cost')?.textContent.startsWith('$')")
    page.click("text=Change something")
    page.click("nav >> text=Rooms")
    zone = page.locator("input[name^='zone.'][name$='.name']").first
    zone.fill("Parlour")
    page.fill("[name='more.zones']", "Attic")
    page.click(".stepped > button")
    until(wall, "document.body.textContent.includes('Parlour')")
    assert {zone["name"] for zone in described(tmp_path)["zones"]} >= {"Parlour", "Attic"}
    assert (tmp_path / "config" / "homes" / "home.toml.old").is_file()
    refused_is_told_and_the_old_stays(tmp_path, process, wall, page, url)
    assert (process.process.poll(), ingest.process.poll()) == (None, None)
    assert [text for text in console if "WebSocket" not in text and "400" not in text] == []


def reloaded_until(page, condition):
    """Load a page anew until a condition holds: each time to its end, however long that takes."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, page.inner_text("body")
        page.reload()


def the_broker_is_tried_and_written_down(page, url, guarded, data):
    page.goto(f"{url}/setup")
    until(page, "document.querySelector('h1').textContent.includes('The broker is not reached')")
    page.click("text=Try it >> nth=0")
    until(page, "document.getElementById('broker-said')?.textContent.includes('is the broker running?')")
    page.fill("[name=port]", str(guarded.port))
    page.fill("[name=user]", "heatledger")
    page.fill("[name=password]", "a wrong guess")
    page.click("text=Try it and write it down")
    until(page, "document.getElementById('broker-said')?.textContent.includes('check the user and the password')")
    assert not (data / "secrets").exists()
    page.fill("[name=password]", PASSWORD)
    page.click("text=Try it and write it down")
    until(page, "document.getElementById('broker-said')?.textContent.includes('It is written down')")
    assert f"mqtt://127.0.0.1:{guarded.port} (mosquitto" in page.inner_text("#broker-said")
    secret = data / "secrets" / "mqtt_password"
    assert (secret.read_text(), secret.stat().st_mode & 0o777) == (f"{PASSWORD}\n", 0o600)
    text = (data / "config" / "settings.toml").read_text()
    assert text == f'[mqtt]\n# the one in the cellar\nurl = "mqtt://heatledger@127.0.0.1:{guarded.port}"\n'
    reloaded_until(page, lambda: ": reached." in page.inner_text("#broker p >> nth=0"))


def the_home_is_described(page, url, data):
    page.goto(f"{url}/setup")
    reloaded_until(page, lambda: page.locator("input[name$='.keep']").count() >= 3)
    for title in ("Heard", "Home"):
        page.click(".turns >> visible=true >> text=Next")
        assert title in page.inner_text("h2 >> visible=true")
    page.fill("[name=name]", "Maple Street 14")
    page.fill("[name=timezone]", "America/Chicago")
    page.fill("[name=currency]", "USD")
    for title in ("Rooms", "Meters", "Heat pumps", "Tariff"):
        page.click(".turns >> visible=true >> text=Next")
        assert title in page.inner_text("h2 >> visible=true")
    page.fill("[name=cycle]", "3")
    page.select_option("[name=tariff]", "demo_flat")
    page.click(".turns >> visible=true >> text=Next")
    page.select_option("[name=compare]", "gas_furnace")
    page.click(".turns >> visible=true >> text=Next")
    page.fill("[name=recipients]", "ann@example.org, bo@example.org")
    page.click(".stepped > button")
    until(page, "document.querySelector('h1').textContent.includes('Maple Street 14 is described')")
    written = described(data)
    assert (written["name"], written["tariff"], written["cycle"]) == ("Maple Street 14", "demo_flat", {"day": 3})
    assert written["compare"] == "gas_furnace"
    settings = tomllib.loads((data / "config" / "settings.toml").read_text())
    assert settings["reports"]["homes"] == {"home": ["ann@example.org", "bo@example.org"]}
    assert {meter["role"] for meter in written["meters"]} >= {"import"}


def described(data):
    return tomllib.loads((data / "config" / "homes" / "home.toml").read_text())


def refused_is_told_and_the_old_stays(data, process, wall, page, url):
    path = data / "config" / "homes" / "home.toml"
    whole = path.read_text()
    path.write_text(whole.replace('tariff = "demo_flat"', 'tariff = "nowhere"'))
    why = "home.toml: tariff: 'nowhere' is not there"
    until(wall, f'document.getElementById("shell-refused").textContent.includes("{why}")')
    assert "refused, the one before it stays: " in process.log.read_text()
    assert "Parlour" in wall.inner_text("body")
    page.goto(f"{url}/setup")
    assert why in page.inner_text("[role=alert]")
    path.write_text(whole)
    until(wall, "document.getElementById('shell-refused').textContent === ''")
