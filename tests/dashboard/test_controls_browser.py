"""The controls of `/zones` in a real browser: a phone sets a room over the broker, the wall only looks."""

from __future__ import annotations

import pytest

from tests.conftest import free_port
from tests.control.wired import HOME, Split
from tests.dashboard import scene
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

SAID = "document.getElementById('zones-said-home-living')?.textContent ?? ''"
SEEN = "getComputedStyle(document.querySelector('.zone-control')).display"


@pytest.fixture
def split(mosquitto):
    made = Split(mosquitto.url)
    made.start()
    yield made
    made.end()


def test_a_phone_sets_a_room_and_the_wall_may_only_look(browser, start, split, tmp_path):
    (tmp_path / "config" / "homes").mkdir(parents=True)
    (tmp_path / "config" / "homes" / "home.toml").write_text(HOME.replace('"EUR"', '"EUR"\ntemperature_unit = "C"'))
    (tmp_path / "config" / "settings.toml").write_text("[control]\non = true\n")
    port = free_port()
    start("ingest")
    start("control")
    scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", start("dashboard", "--port", str(port)))
    console: list[str] = []
    phone = watched(browser.new_context(bypass_csp=False, viewport={"width": 390, "height": 844}), console)
    phone.goto(f"http://127.0.0.1:{port}/zones")
    until(phone, "document.querySelector('.zone-control .begins')?.dataset.celsius === '20'")
    assert phone.evaluate(SEEN) == "block"
    box = phone.locator(".zone-control .step").first.bounding_box()
    assert box["width"] >= 48
    assert box["height"] >= 48
    phone.click("[aria-label='Living room: warmer']")
    phone.click("[aria-label='Living room: warmer']")
    until(phone, f"/^21.0 °C: confirmed at /.test({SAID})")
    assert split.told == [{"temp": 21.0}]  # two steps are one command
    phone.click("[aria-label='Living room: switch off']")
    until(phone, f"/^Off: not yet, the compressor runs 5 min at least/.test({SAID})")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.screenshot(path=tmp_path / "phone.png", full_page=True)
    phone.evaluate("document.documentElement.dataset.may = ''; document.documentElement.dataset.role = 'wall'")
    assert phone.evaluate(SEEN) == "none"
    assert console == []
