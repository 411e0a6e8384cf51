"""The app in a real browser under its own policy: kept by build, nothing personal, and a page for no server."""

from __future__ import annotations

import os
import re

import pytest

from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.test_browser import MAIN, SCREENSHOTS, hear_all
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]
# Playwright waits for what a page promises; what is kept, and by which build.
KEPT = """() => caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)
  .then((cache) => cache.keys()).then((rows) => [name, rows.map((row) => row.url)])))).then(Object.fromEntries)"""
LOADED = """document.readyState === 'complete' &&
  (!document.querySelector('#react-entry-point') || document.querySelector('.beat')?.textContent)"""
IN_CHARGE = "navigator.serviceWorker.controller"
PAGES = ("/", "/zones", "/devices", "/bill", "/performance", "/compare", "/people", "/setup", "/reading", "/password")
PAGES += ("/help", "/help/home-file", "/api/docs", "/api/v1/live")
PROGRAM = re.compile(r"/(assets/.+|_dash-component-suites/.+|offline)$")


@pytest.fixture
def served(tmp_path, start, publish):
    """A port with a dashboard on it, which may be ended and begun again."""
    scene.write_config(tmp_path)
    scene.write_history(tmp_path, MAIN)
    hear_all(publish)
    port = free_port()

    def begin():
        process = start("dashboard", "--port", str(port))
        scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", process)
        return process

    return f"http://127.0.0.1:{port}", begin


def test_the_program_is_kept_by_its_build_and_nothing_of_the_home_ever(browser, served, tmp_path):
    url, begin = served
    begin()
    console: list[str] = []
    page = watched(browser.new_context(bypass_csp=False, viewport={"width": 1280, "height": 800}), console)
    page.on(
        "request", lambda asked: None if asked.url.startswith((url, "data:", "blob:")) else console.append(asked.url)
    )
    page.goto(url)
    until(page, IN_CHARGE)
    for path in PAGES:
        page.goto(url + path)
        until(page, LOADED)
    (kept,) = page.evaluate(KEPT).items()
    assert kept[0].startswith("heatledger:/:")
    assert [address for address in kept[1] if not PROGRAM.search(address.partition("?")[0])] == []
    assert len([address for address in kept[1] if "/assets/" in address]) > 10
    assert console == []
    tariff = tmp_path / "config" / "tariffs" / "flat.toml"
    tariff.write_text(tariff.read_text().replace("0.42", "0.43"))  # another configuration is another build
    build = "document.querySelector('meta[name=build]')?.content"
    page.goto(url)
    before = kept[0].removeprefix("heatledger:/:")
    until(page, f"{build} !== '{before}' || location.reload()")
    until(page, f"{IN_CHARGE} && {build}")
    now = page.evaluate(f"() => {build}")
    assert now != before
    names = "(caches.keys().then((found) => { window.names = found.join() }), window.names)"
    until(page, f"{names} === 'heatledger:/:{now}'")


def test_without_a_server_a_page_says_since_when_and_comes_back_by_itself(browser, served):
    url, begin = served
    process = begin()
    context = browser.new_context(
        bypass_csp=False, viewport={"width": 390, "height": 844}, timezone_id="America/Chicago"
    )
    page = watched(context, [])
    page.goto(url)
    until(page, f"{IN_CHARGE} && Number(document.querySelector('#now-beat')?.textContent)")
    heard = page.inner_text("#now-time")
    process.stop()
    page.goto(f"{url}/bill")
    said = page.inner_text("h1")
    assert re.fullmatch(r"Not connected since \d{1,2}:\d\d [ap]m", said), said
    assert said.endswith(heard) or abs(_minutes(said) - _minutes(heard)) <= 2
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    if os.environ.get("HEATLEDGER_SCREENSHOTS"):
        page.screenshot(path=SCREENSHOTS / "offline-phone.png")
    begin()
    until(page, "document.querySelector('#bill-body .answer')")
    assert page.url == f"{url}/bill"


def _minutes(said):
    hour, minute = re.search(r"(\d+):(\d\d)", said).groups()
    return int(hour) % 12 * 60 + int(minute)
