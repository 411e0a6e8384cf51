"""The rooms of `/zones` in a real browser: live, in whichever period is shown, and silence said with its time."""

from __future__ import annotations

import pytest

from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.house import key
from tests.dashboard.test_browser import MAIN, hear_all
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]


def test_the_rooms_are_live_and_say_since_when_one_is_not(browser, start, publish, tmp_path):
    scene.write_config(tmp_path)
    scene.write_history(tmp_path, MAIN, days=3)
    hear_all(publish)
    port = free_port()
    scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", start("dashboard", "--port", str(port)))
    console: list[str] = []
    page = watched(browser.new_context(bypass_csp=False), console)
    page.goto(f"http://127.0.0.1:{port}/zones")
    warm = "document.getElementById('zones-now-maple-living-warm')?.textContent"
    until(page, f"{warm} === '70°set 70°'")
    for celsius, shown in ((22.4, "72°set 70°"), (23.0, "73°set 70°")):
        say(publish, "Living", "temperature", celsius)
        until(page, f"{warm} === '{shown}'")
    say(publish, "Bed", "online", value=False)
    cell = "document.getElementById('zones-now-maple-bedroom').textContent"
    until(page, f"/^no data since \\d+:\\d\\d [ap]m$/.test({cell})")
    assert page.inner_text("#zones-now-maple-bedroom-warm").replace("\n", "") == "–was 63°"
    page.click(".segment:has-text('Year')")
    until(page, "location.search.includes('year') && document.querySelector('.segment.chosen')?.textContent === 'Year'")
    until(page, f"{warm} === '73°set 70°'")
    say(publish, "Living", "temperature", 21.1)
    until(page, f"{warm} === '70°set 70°'")
    assert console == []


def say(publish, device, quantity, value):
    said = {key(device, quantity): scene.LiveValue(value, scene.utc_us())}
    for topic, payload in scene.live_messages(said).items():
        publish(topic, payload)
