"""From the first start to the bill in the browser: a real broker, ingest and dashboard, and no restart in between."""

from __future__ import annotations

import json
import time
import tomllib

import pytest

from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

FAIKIN = {"online": True, "power": True, "mode": "heat", "temp": 21.0, "home": 20.4, "heat": True}


def say(publish):
    """A main meter, a plug on a mini-split, and the mini-split's own thermostat."""
    for device, watts, total in (("main meter", 1800, 5120.0), ("heat pump living", 700, 900.0)):
        said = {"Time": "2026-11-23T18:00:00", "ENERGY": {"Total": total, "Power": watts, "Voltage": 120}}
        publish(f"tele/{device}/SENSOR", json.dumps(said).encode())
    publish("state/Living", json.dumps(FAIKIN).encode(), retain=True)


@pytest.fixture
def dashboard(tmp_path, start, publish):
    ingest = scene.listening(start("ingest"))
    port = free_port()
    process = start("dashboard", "--port", str(port))
    scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", process)
    assert ingest.process.poll() is None
    return f"http://127.0.0.1:{port}", process


def test_the_home_is_set_up_changed_and_live_without_a_restart(browser, dashboard, publish, tmp_path):
    url, process = dashboard
    console: list[str] = []
    context = browser.new_context(bypass_csp=False, viewport={"width": 1280, "height": 800})
    wall, page = watched(context, console), watched(context, console)
    wall.goto(f"{url}/")
    until(wall, "document.body.textContent.includes('not described yet')")
    say(publish)
    deadline = time.monotonic() + 60
    page.goto(f"{url}/setup")
    while page.locator("input[name$='.keep']").count() < 3:
        assert time.monotonic() < deadline, page.inner_text("body")
        page.reload()
    page.fill("[name=name]", "Maple Street 14")
    page.fill("[name=timezone]", "America/Chicago")
    page.fill("[name=currency]", "USD")
    page.fill("[name=cycle]", "3")
    page.select_option("[name=tariff]", "demo_flat")
    page.click("text=Write it down")
    until(page, "document.querySelector('h1').textContent.includes('Maple Street 14 is described')")
    written = tomllib.loads((tmp_path / "config" / "homes" / "home.toml").read_text())
    assert (written["name"], written["tariff"], written["cycle"]) == ("Maple Street 14", "demo_flat", {"day": 3})
    assert {meter["role"] for meter in written["meters"]} >= {"import"}
    until(wall, "document.getElementById('now-cost')?.textContent.startsWith('$')", seconds=30)
    page.click("text=Change something")
    zone = page.locator("input[name^='zone.'][name$='.name']").first
    zone.fill("Parlour")
    page.click("text=Write it down")
    until(wall, "document.body.textContent.includes('Parlour')", seconds=30)
    assert (tmp_path / "config" / "homes" / "home.toml.old").is_file()
    refused_is_told_and_the_old_stays(tmp_path, process, wall)
    assert process.process.poll() is None
    assert [text for text in console if "WebSocket" not in text] == []


def refused_is_told_and_the_old_stays(data, process, wall):
    path = data / "config" / "homes" / "home.toml"
    whole = path.read_text()
    path.write_text(whole.replace('tariff = "demo_flat"', 'tariff = "nowhere"'))
    deadline = time.monotonic() + 60
    while "refused" not in process.log.read_text():
        assert time.monotonic() < deadline, process.log.read_text()
        time.sleep(0.1)
    told = next(line for line in process.log.read_text().splitlines() if "refused" in line)
    assert "home.toml: tariff: 'nowhere' is not there" in told
    until(wall, "document.body.textContent.includes('Parlour')")
    path.write_text(whole)
