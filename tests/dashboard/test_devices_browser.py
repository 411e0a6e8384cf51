"""The page of devices in a real browser, over a real broker, a real ingest and a real dashboard process."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.devices_house import DEVICES, FOURTEEN, write_day
from tests.dashboard.looks import CONTRAST, CUT, SMALL

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SIZES = [("desk", 1280, 900), ("phone", 390, 844), ("small", 320, 700)]
SHOWN = {("desk", "light"), ("desk", "dark"), ("phone", "light")}
UNREAD = {
    "attic-relay/0/power": (b"218.44", 41),
    "hall/debug/words": (b"\x1b[0;32m[I][wifi:1234]: strength -61 dB\x1b[0m", 20),
    "boiler-room/thermostat": (b'{"seltemp":21.5,"curr', 2),
}
HOSTILE = {
    '<img src=x onerror="window.hurt=1">/\'/"': b"<script>window.hurt=1</script>" + b"\x00\x01" * 5_000,
    "\u202eevil\u200f/" + "x" * 3_000: "\u202e\u0627\u0644".encode() * 500,
    "\u05d0\u05d1/" + "\u0301" * 400: b"\xff\xfe" * 5_000,
}


@pytest.fixture
def house(tmp_path, start):
    """The house of fourteen, ingest and dashboard; the address."""
    scene.write_config(tmp_path, FOURTEEN)
    write_day(tmp_path)
    scene.listening(start("ingest"))
    return served(start)


def served(start):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    scene.wait_until_served(f"{url}/healthz", start("dashboard", "--port", str(port)))
    return url


def window(browser, url, console):
    page = browser.new_page()
    page.on(
        "console",
        lambda said: console.append(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: console.append(f"pageerror: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((url, "data:")) else console.append(f"fetched: {asked.url}"),
    )
    return page


def show(browser, url, console, *, width=1280, height=900, scheme="dark", page=None):
    page = page or window(browser, url, console)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{url}/devices?scheme={scheme}")
    page.wait_for_function("Number(document.querySelector('#devices-beat')?.textContent) > 0", timeout=20_000)
    return page


def text_is(page, name, words, *, timeout_s=40.0):
    page.wait_for_function(
        "([name, words]) => document.getElementById(name)?.textContent === words",
        arg=[name, words],
        timeout=timeout_s * 1000,
    )


def table_has(page, table, words, *, timeout_s=40.0):
    page.wait_for_function(
        "([name, words]) => document.getElementById(name)?.textContent.includes(words)",
        arg=[table, words],
        timeout=timeout_s * 1000,
    )


def sensor(watts, kwh=1.0):
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return json.dumps({"Time": at, "ENERGY": {"Total": kwh, "Power": watts, "Voltage": 121, "Current": 4.3}}).encode()


@contextmanager
def speaking(publish):
    """Let every device of the house that is not silent speak, until left."""
    over = threading.Event()

    def speak():
        while not over.wait(1.0):
            for device in DEVICES:
                if not device.silent_s and device.family == "tasmota":
                    publish(f"tele/{device.name}/SENSOR", sensor(device.says["power"], device.says["energy"]))

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5)


def test_what_was_never_heard_shows_up_without_a_reload(browser, house, publish, console, bar_s):
    page = show(browser, house, console)
    page.wait_for_function("fetch('healthz').then((answer) => answer.ok)", timeout=40_000)
    text_is(page, "topics-empty", "Everything heard is understood.")
    page.evaluate("window.notReloaded = true")
    began = time.monotonic()
    publish("tele/new-plug/SENSOR", sensor(1234))
    table_has(page, "devices-rows", "new-plug")
    table_has(page, "devices-rows", "1.23 kW")
    assert time.monotonic() - began < bar_s(6)
    publish("tele/new-plug/SENSOR", sensor(555))
    table_has(page, "devices-rows", "555 W")
    publish("odd/thing/power", b"218.44")
    table_has(page, "devices-topics", "odd/thing/power")
    text_is(page, "devices-unread", "1")
    assert page.locator("#devices-topics .guess").inner_text() == "looks like power, W"
    for _ in range(2):
        publish("odd/thing/power", b"219")
    text_is(page, "devices-unread", "3")
    table_has(page, "devices-topics", "219")
    assert page.evaluate("window.notReloaded")
    assert console == []


def test_ages_move_by_themselves_and_what_is_open_stays_open(browser, house, publish, console):
    publish("odd/first", b"hello")
    page = show(browser, house, console)
    table_has(page, "devices-topics", "odd/first")
    page.click("#devices-topics summary:has-text('Show bytes')")
    assert "68 65 6c 6c 6f" in page.locator(".bytes").first.inner_text()
    age = page.locator("#devices-rows .row:has-text('Guest room') .age")
    before = age.inner_text()
    publish("odd/second", b"hello too")
    table_has(page, "devices-topics", "odd/second")
    row = page.locator("#devices-topics .row:has-text('odd/first')")
    assert row.locator("details[open]").count() == 1
    assert page.locator("#devices-topics details[open]").count() == 1
    assert page.evaluate("document.activeElement.textContent") == "Show bytes"
    row.locator("details[open] summary").click()
    publish("odd/third", b"hello three")
    table_has(page, "devices-topics", "odd/third")
    assert page.locator("#devices-topics details[open]").count() == 0
    assert age.inner_text() != before
    assert console == []


def test_the_command_is_copied_and_all_rows_are_shown_by_keyboard(browser, house, publish, console):
    for number in range(10):
        publish(f"odd/{number}/power", b"1")
    page = show(browser, house, console)
    table_has(page, "devices-topics", "odd/9/power")
    page.locator("#devices-topics summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.copy').textContent.startsWith('Copied')")
    assert page.evaluate("String(getSelection())").startswith("heatledger discover --map odd/")
    assert page.locator("#devices-topics .row:visible").count() == 8
    page.locator("#topics-all").focus()
    page.keyboard.press("Enter")
    assert page.locator("#devices-topics .row:visible").count() == 10
    assert page.locator("#devices-rows .row:visible").count() == 8
    page.click("#devices-all")
    assert page.locator("#devices-rows .row:visible").count() == 14
    assert console == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_is_cut_faint_or_too_small_to_press(browser, house, publish, console, scheme):
    for name, (payload, count) in UNREAD.items():
        for _ in range(count):
            publish(name, payload)
    page = window(browser, house, console)
    with speaking(publish):
        for name, width, height in SIZES:
            show(browser, house, console, width=width, height=height, scheme=scheme, page=page)
            text_is(page, "devices-unread", "63")
            table_has(page, "devices-rows", "18,204 kWh")
            page.wait_for_selector("#devices-rows .strip .gap", timeout=10_000)
            if os.environ.get("HEATLEDGER_SCREENSHOTS") and (name, scheme) in SHOWN:
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=SCREENSHOTS / f"devices-{name}-{scheme}.png")
            for summary in page.locator(".page-body summary:visible").all():
                summary.click()
            assert page.evaluate(CUT) == [], name
            assert page.evaluate(CONTRAST, 5.1 if scheme == "light" else 7) == [], name
            assert page.evaluate(SMALL) == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert console == []


def test_hostile_names_and_payloads_do_not_break_the_page(browser, house, publish, console):
    for name, payload in HOSTILE.items():
        publish(name, payload)
    page = window(browser, house, console)
    for name, width, height in SIZES:
        show(browser, house, console, width=width, height=height, page=page)
        table_has(page, "devices-topics", "<img src=x")
        text_is(page, "devices-unread-aside", f"on {len(HOSTILE)} topics")
        for summary in page.locator("#devices-topics summary").all():
            summary.click()
        assert page.evaluate(CUT) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.evaluate("window.hurt === undefined && !document.querySelector('img, #devices-topics script')")
        assert page.locator("#devices-topics .c-topic").first.get_attribute("title")
    assert console == []


def test_broker_and_ingest_away_are_said(browser, tmp_path, start, mosquitto, console):
    scene.write_config(tmp_path, FOURTEEN)
    write_day(tmp_path)
    ingest = scene.listening(start("ingest"))
    url = served(start)
    page = show(browser, url, console)
    page.wait_for_function("fetch('healthz').then((answer) => answer.ok)", timeout=40_000)
    text_is(page, "devices-live", "Live")
    ingest.stop()
    text_is(page, "devices-answer", "Ingest is stopped.")
    text_is(page, "devices-live", "Not live")
    mosquitto.stop()
    text_is(page, "devices-answer", "The broker is not reached")
    mosquitto.start()
    text_is(page, "devices-answer", "Ingest is stopped.")


def test_nothing_heard_yet_and_the_doors_between_the_pages(browser, start, console):
    url = served(start)
    page = show(browser, url, console)
    text_is(page, "devices-answer", "Nothing is heard yet.")
    text_is(page, "topics-empty", "No topic is heard yet.")
    assert page.evaluate(CUT) == []
    page.click(".rail .door:has-text('Now')")
    page.wait_for_function("Number(document.querySelector('#now-beat')?.textContent) > 0", timeout=40_000)
    page.click("#now-badge")
    page.click(".sheet .door")
    page.wait_for_function("Number(document.querySelector('#devices-beat')?.textContent) > 0", timeout=40_000)
    assert page.url.endswith("/devices")
    assert console == []
