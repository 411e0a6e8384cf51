"""The list of homes in a real browser: an installer's front door, filled in by itself, on a desk and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from heatledger.home import Home
from heatledger.store.state import State
from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.looks import CONTRAST, CUT, SMALL
from tests.dashboard.test_pages_browser import house, write_winter

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]
SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SIZES = (("desk", 1280, 900, "light"), ("phone", 390, 844, "dark"))
BARE = Home(id="cedar", name="Cedar Court, flat 3", timezone="America/Chicago", currency="USD")


@pytest.fixture
def url(tmp_path, start):
    """Three homes: one heard, one whose devices were never heard, one that names no device."""
    for home in (house(), msgspec.structs.replace(house(), id="birch", name="Birch Lane 2"), BARE):
        scene.write_config(tmp_path, home)
    write_winter(tmp_path, days=10)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    scene.wait_until_served(f"{address}/healthz", start("dashboard", "--port", str(port)))
    return address


def test_an_installer_is_shown_every_home_the_neediest_first(browser, url, tmp_path):
    state = State(tmp_path / "state.db")
    state.people.keep("Ada", "owner", "no hash", at_us=1)
    secret = state.people.open_session("Bo", "installer", "paired", at_us=scene.utc_us())
    state.close()
    console: list[str] = []
    for name, width, height, scheme in SIZES:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.add_cookies([{"name": "heatledger", "value": secret, "url": url}])
        page = context.new_page()
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(url)
        page.wait_for_url("**/fleet", timeout=60_000)
        page.goto(f"{url}/fleet?scheme={scheme}")
        page.wait_for_function(
            "() => document.querySelectorAll('table.fleet tbody tr').length === 3 "
            "&& !document.querySelector('table.fleet').textContent.includes('not looked at yet')",
            timeout=60_000,
        )
        where = f"{name} {scheme}"
        rows = page.locator("table.fleet .home-link").all_inner_texts()
        assert set(rows) == {"Maple Street 14", "Birch Lane 2", "Cedar Court, flat 3"}
        assert "need a visit" in page.locator(".answer").inner_text() or "needs a visit" in page.inner_text(".answer")
        assert page.evaluate(CUT) == [], where
        assert page.evaluate(CONTRAST, 5.1 if scheme == "light" else 7) == [], where
        assert page.evaluate(SMALL) == [], where
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
        if os.environ.get("HEATLEDGER_SCREENSHOTS"):
            page.screenshot(path=SCREENSHOTS / f"fleet-{name}-{scheme}.png", full_page=name == "phone")
        if where == "desk light":
            _by_check(page, url)
        context.close()
    assert console == []


def _by_check(page, url):
    """One check is looked at alone, and a home's row leads to its checks."""
    page.locator("#fleet-menu-check summary").click()
    page.click("#fleet-menu-check .choice:has-text('Every device is heard')")
    page.wait_for_function("() => location.search.includes('check=device.heard')", timeout=30_000)
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.home-link')].some((one) => one.textContent.includes('Cedar'))",
        timeout=30_000,
    )
    page.click(".home-link:has-text('Birch Lane 2')")
    page.wait_for_selector("#commissioning-body .answer", timeout=60_000)
    assert "home=birch" in page.url
    assert "Birch Lane 2" in page.locator(".eyebrow").inner_text()
    page.click("text=All homes")
    page.wait_for_selector("table.fleet", timeout=60_000)
