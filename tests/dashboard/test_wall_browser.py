"""The tablet on the wall in a real browser: paired, awake, dark at night, moving its pixels, and back by itself."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as paho
import pytest

from heatledger.store.state import State
from tests.conftest import Mosquitto, free_port
from tests.dashboard import scene
from tests.dashboard.looks import OVERFLOW
from tests.dashboard.test_browser import MAIN, SCREENSHOTS, hear_all
from tests.dashboard.test_people_browser import until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]
THEN = datetime(2026, 10, 4, tzinfo=UTC)
SIZES = [("wall", 1280, 800), ("portrait", 800, 1280), ("small", 1024, 600)]
LIVE = "document.getElementById('now-cost')?.textContent === '$1.09'"
ROOT = "document.documentElement"
# What is drawn of the night is inside the window, and every text of it at least so strong on black.
NIGHT = """() => [...document.querySelectorAll('.night-page *')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight);
}).map((e) => e.className + e.textContent)"""
FAINT = """() => [...document.querySelectorAll('.night-page span')].filter((e) => e.textContent).map((e) => {
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const [r, g, b] = getComputedStyle(e).color.match(/[\\d.]+/g).map((v) => linear(v / 255));
  return (.2126 * r + .7152 * g + .0722 * b + .05) / .05;
})"""
# ui.md's sizes at 3 m, in the wall's own pixel: of every text with its class, how large it is drawn.
LETTERS = """() => {
  const [wide, high] = innerWidth > innerHeight ? [1280, 800] : [800, 1280];
  const unit = Math.min(innerWidth / wide, innerHeight / high), unseen = '.hidden, .sheet, .night-page, .beat-of-day';
  const letters = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll('.wall *')].filter((e) => e.offsetWidth && !e.closest(unseen) && letters(e))
    .map((e) => [e.id || e.className || e.tagName, parseFloat(getComputedStyle(e).fontSize) / unit]);
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A dashboard that is never dark by itself, and its data."""
    data = tmp_path_factory.mktemp("home")
    scene.write_config(data)
    (data / "config" / "settings.toml").write_text('[dashboard]\nnight = ""\n')
    scene.write_history(data, MAIN, days=3)
    broker = Mosquitto(tmp_path_factory.mktemp("broker")).start()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    hear_all(lambda topic, payload, retain: client.publish(topic, payload, 1, retain=retain).wait_for_publish(30))
    client.disconnect()
    client.loop_stop()
    port = free_port()
    process = scene.Process(data, broker.url, "dashboard", "--port", str(port), log=data / "dashboard.log")
    scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", process)
    yield f"http://127.0.0.1:{port}", data
    process.stop()
    broker.stop()


@pytest.fixture
def url(served):
    return served[0]


def test_a_tablet_is_paired_by_its_code_looks_and_changes_nothing(browser, served):
    url, data = served
    console: list[str] = []
    ours, tablet = (browser.new_context(bypass_csp=False, viewport={"width": 1280, "height": 800}) for _ in range(2))
    owner = watched(ours, console)
    owner.goto(f"{url}/people")
    owner.fill("form[action$=screen] [name=name]", "Hall")
    owner.click("text=Make its code")
    assert owner.locator(".qr svg").is_visible()
    link = owner.get_attribute("#new-link", "href")
    assert link == f"{url}/join?code={owner.inner_text('#new-code')}"
    wall = watched(tablet, console)
    wall.goto(link)
    wall.click("text=Show it")
    assert wall.url == f"{url}/?wall"
    until(wall, f"{LIVE} && {ROOT}.dataset.role === 'wall' && {ROOT}.classList.contains('on-wall')")
    until(wall, f"{ROOT}.dataset.awake === 'held' || {ROOT}.dataset.awake === 'refused'")
    wall.click(".more summary")
    doors = wall.locator(".more-doors > :visible").all_inner_texts()
    assert doors[:6] == ["Now", "Zones", "Bill", "COP", "Compare", "Devices"]
    assert {"People and devices", "Set up"}.isdisjoint(doors)
    assert {"Help", "This screen"} < set(doors)
    assert console == []
    for path, status in (("/people", 403), ("/setup", 403), ("/help", 200)):
        assert wall.goto(url + path).status == status
    (screen,) = State(data / "state.db").people.sessions()
    assert (screen.name, screen.role, screen.way) == ("Hall", "wall", "screen")


def test_the_wall_holds_its_layout_wherever_it_is_moved_and_can_be_read_at_three_metres(browser, url):
    console: list[str] = []
    swapped: set[bool] = set()
    page = watched(browser.new_context(), console)
    for name, width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for day in (0, 1):  # another day has the first row's sides changed, and the pixels moved
            page.clock.set_fixed_time(THEN + timedelta(days=day, seconds=270))
            page.goto(f"{url}/?wall&scheme=dark")
            until(page, LIVE)
            until(page, f"{ROOT}.classList.contains('on-wall')")
            swapped.add(page.evaluate(f"() => {ROOT}.classList.contains('swapped')"))
            assert page.evaluate(OVERFLOW) == [], name
            assert page.evaluate("() => [document.scrollingElement.scrollTop, scrollX]") == [0, 0]
            page.mouse.wheel(0, 400)
            assert page.evaluate("() => scrollY") == 0
            sizes = dict(page.evaluate(LETTERS))
            assert min(sizes.values()) >= 20 - 0.01, sizes
            assert sizes["now-cost"] >= 138
            assert sizes["now-bill"] >= 112 * 0.85  # a long bill may be drawn at 85 %
            assert sizes["now-zone-living-temp"] >= 60
    assert swapped == {True, False}
    assert console == []


def test_the_pixels_move_but_not_for_who_asked_for_rest(browser, url):
    shift = f"{ROOT}.style.getPropertyValue('--shift-x') + {ROOT}.style.getPropertyValue('--shift-y')"
    seen: dict[str, set[str]] = {}
    for motion in ("no-preference", "reduce"):
        context = browser.new_context(reduced_motion=motion, viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.clock.set_fixed_time(THEN)
        page.goto(f"{url}/?wall")
        until(page, LIVE)
        page.route("**/me", lambda asked: asked.abort())  # a clock that jumps looks like a lost server
        for step in range(9):
            page.clock.set_fixed_time(THEN + timedelta(seconds=90 * step))
            page.evaluate("() => dispatchEvent(new Event('resize'))")  # looks at once, and not in a second
            seen.setdefault(motion, set()).add(page.evaluate(f"() => {shift}"))
        context.close()
    assert len(seen["no-preference"]) == 9
    assert all(abs(int(part)) <= 4 for text in seen["no-preference"] for part in text.split("px")[:2])
    assert seen["reduce"] == {"0px0px"}


def test_the_night_is_dim_wanders_and_a_touch_ends_it_for_a_minute(browser, url):
    for name, width, height in SIZES:
        page = browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.clock.set_fixed_time(THEN)
        page.goto(f"{url}/?wall&scheme=dark")
        until(page, LIVE)
        page.evaluate("() => localStorage.setItem('heatledger-night', '00:00-24:00')")
        until(page, "document.querySelector('.night-page').offsetWidth")
        page.route("**/me", lambda asked: asked.abort())  # a clock that jumps looks like a lost server
        places = set()
        for minute in range(10):
            page.clock.set_fixed_time(THEN + timedelta(minutes=minute))
            page.evaluate("() => dispatchEvent(new Event('resize'))")
            assert page.evaluate(NIGHT) == [], name
            places.add(page.evaluate(f"() => {ROOT}.style.getPropertyValue('--night-x')"))
        assert len(places) == 10
        until(page, f"!{ROOT}.classList.contains('away')")
        assert min(page.evaluate(FAINT)) >= 5
        assert page.inner_text("#now-night-cost") == "$1.09/h"
        if os.environ.get("HEATLEDGER_SCREENSHOTS") and name == "wall":
            page.screenshot(path=SCREENSHOTS / "now-wall-night.png")
        page.mouse.click(width / 2, height / 2)
        assert not page.locator(".night-page").is_visible()
        assert page.url.startswith(f"{url}/?wall"), "the touch that wakes presses nothing"
        page.clock.set_fixed_time(THEN + timedelta(minutes=11))
        until(page, "document.querySelector('.night-page').offsetWidth")
        page.context.close()


def test_a_long_press_opens_what_the_screen_has_of_its_own_and_a_page_left_alone_goes_home(browser, url):
    console: list[str] = []
    page = watched(browser.new_context(viewport={"width": 1280, "height": 800}), console)
    page.goto(f"{url}/?wall")
    until(page, LIVE)
    page.mouse.move(300, 500)
    page.mouse.down()
    until(page, "document.getElementById('screen').open")
    page.mouse.up()
    assert page.locator(".awake-line:visible").count() == 1
    page.click(".night-choice[data-night='20:00-07:00']")
    assert page.evaluate("() => localStorage.getItem('heatledger-night')") == "20:00-07:00"
    page.click(".night-choice[data-night='never']")
    if os.environ.get("HEATLEDGER_SCREENSHOTS"):
        page.screenshot(path=SCREENSHOTS / "now-wall-this-screen.png")
    page.click(".screen .closes")
    page.clock.set_fixed_time(THEN)
    page.goto(f"{url}/devices")
    until(page, "document.querySelector('.page')")
    page.clock.set_fixed_time(THEN + timedelta(seconds=119))
    page.evaluate("() => dispatchEvent(new Event('resize'))")
    assert page.url == f"{url}/devices"
    page.clock.set_fixed_time(THEN + timedelta(seconds=121))
    until(page, "location.search === '?wall' && document.querySelector('.wall')")
    assert console == []


def test_over_plain_http_the_screen_says_why_it_may_sleep(browser, url):
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(
        "delete Navigator.prototype.wakeLock; Object.defineProperty(window, 'isSecureContext', { value: false })"
    )
    page.goto(f"{url}/?wall")
    until(page, f"{LIVE} && {ROOT}.dataset.awake === 'insecure'")
    page.click(".more summary")
    page.click(".opens-screen")
    assert "https" in page.locator(".awake-line:visible").inner_text()
    assert not page.locator(".more-doors").is_visible()
