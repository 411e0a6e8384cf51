"""The pages of the books in a real browser, over a store with five weeks of a house: sizes, schemes, keyboard, axe."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import paho.mqtt.client as paho
import pytest

from heatledger.home import Home
from heatledger.readings import Flag, Intervals
from heatledger.store import open_store
from tests.conftest import Mosquitto, free_port
from tests.dashboard import scene
from tests.dashboard.house import HOUSE, key, latest
from tests.dashboard.looks import CONTRAST, CUT, SMALL

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SIZES = [("desk", 1280, 900), ("tablet", 768, 1024), ("phone", 390, 844), ("small", 320, 700)]
SHOWN = {("desk", "light"), ("phone", "light"), ("desk", "dark")}
PAGES = ("bill", "zones", "performance", "compare", "commissioning")
TARIFF = """
name = "TOU-3 winter"
currency = "USD"
source = "invented for the tests"
[[lines]]
kind = "energy"
label = "Energy, peak"
rate = "0.36180"
when = [{ days = ["weekday"], hours = ["16:00-21:00"] }]
[[lines]]
kind = "energy"
label = "Energy, off-peak"
rate = "0.14180"
when = [{ hours = ["23:00-06:00"] }]
[[lines]]
kind = "energy"
label = "Energy, mid-peak"
rate = "0.22360"
otherwise = true
[[lines]]
kind = "fixed"
label = "Customer charge"
rate = "0.49310"
[[lines]]
kind = "percent"
label = "City utility tax"
rate = "2.5"
"""


def house() -> Home:
    """The small house, its heat known by maps of its units' kind and by the kids' heater, and an outdoor sensor."""
    raw = msgspec.to_builtins(HOUSE)
    rated = {"mini": ("Mini-split", 3500.0), "duo": ("Multi-split", 7000.0)}
    for pump in raw["heat_pumps"]:
        name, watts = rated[pump["id"]]
        pump |= {"unit": "standard_mini_split", "rated_w": watts, "name": name}
    raw["meters"][-1]["heater"] = True
    return msgspec.convert(raw | {"outdoor_temperature": "station"}, Home)


def write_winter(data: Path, *, days: int = 36) -> None:
    """Write five-minute intervals of a cold spell: the colder it is, the more the heat pumps draw."""
    end_s = int(datetime.now(UTC).timestamp()) // 300 * 300
    start_s = np.arange(end_s - days * 86_400, end_s, 300)
    hours = start_s / 3600.0
    outdoor = 1.0 + 6.0 * np.sin(hours * 2 * np.pi / (24 * 9)) + 4.0 * np.sin((hours - 15) * 2 * np.pi / 24)
    cold = np.clip(18.0 - outdoor, 0.0, None)
    rest = 300.0 + 250.0 * (1 + np.sin((hours - 14) * 2 * np.pi / 24))
    rows = {"plug1": 38.0 * cold, "pm1": 55.0 * cold, "plug2": 12.0 * cold}
    store = open_store(f"sqlite:///{data / 'heatledger.db'}")
    power = {(name, ""): watts for name, watts in rows.items()}
    whole = rest + sum(rows.values())
    power |= {("em", "a"): whole * 0.6, ("em", "b"): whole * 0.4}
    silent = np.arange(len(start_s)) // 24 == len(start_s) // 24 - 100  # two hours, bridged by the registers
    for (name, channel), watts in power.items():
        kwh, flags = watts / 12_000, np.where(silent, int(Flag.GAP | Flag.ESTIMATED), 0)
        store.write_intervals([_block(key(name, "power", channel), start_s[~silent], watts[~silent], kwh[~silent])])
        register = _block(key(name, "energy", channel), start_s, np.cumsum(kwh), kwh)
        store.write_intervals([register._replace(coverage=np.where(silent, 0.0, 1.0), flags=flags)])
    none = np.full(len(start_s), np.nan)
    heard = {
        key("station", "outdoor_temp", family="ecowitt"): outdoor,
        key("trv1", "temperature"): np.full(len(start_s), 20.0),
        key("Bed", "heating_demand"): np.full(len(start_s), 3.0),
        key("Desk", "heating_demand"): np.full(len(start_s), 2.0),
    }
    for name, room_c in {"Living": 21.0, "Bed": 18.0, "Desk": 17.0}.items():
        heard |= {key(name, quantity): np.full(len(start_s), room_c) for quantity in ("temperature", "setpoint")}
        store.write_intervals([_block(key(name, "mode"), start_s, none, none, state="heat")])
    for series, values in heard.items():
        store.write_intervals([_block(series, start_s, values, none)])
    store.close()


def _block(series, start_s, values, energy, *, state=None) -> Intervals:
    size = len(start_s)
    flags, words = np.zeros(size, dtype=np.int64), None if state is None else [state] * size
    return Intervals(series, start_s, energy, values, values, values, values, np.ones(size), flags, words)


SPILT = """() => [...document.querySelectorAll('.card .picture, .card .course, .card table')].filter((one) =>
  one.checkVisibility() && one.getBoundingClientRect().bottom > one.closest('.card').getBoundingClientRect().bottom + 1
).map((one) => `${one.closest('.card').id}: ${one.className}`)"""
"""What hangs out of its card, onto the one below."""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """One dashboard for all: no page changes anything."""
    data = tmp_path_factory.mktemp("home")
    scene.write_config(data, house())
    (data / "config" / "tariffs" / "flat.toml").write_text(TARIFF, encoding="utf-8")
    write_winter(data)
    broker = Mosquitto(tmp_path_factory.mktemp("broker")).start()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    values = {series: scene.LiveValue(live.value, scene.utc_us()) for series, live in latest().items()}
    for topic, payload in (scene.live_messages(values) | {"heatledger/ingest": b'{"online":true}'}).items():
        client.publish(topic, payload, 1, retain=True).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = scene.Process(data, broker.url, "dashboard", "--port", str(port), log=data / "dashboard.log")
    scene.wait_until_served(f"{address}/healthz", process)
    yield address
    process.stop()
    broker.stop()


def window(browser, url, console):
    page = browser.new_page()
    page.on(
        "console",
        lambda said: console.append(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: console.append(f"pageerror: {error}"))
    page.on(
        "request", lambda asked: None if asked.url.startswith((url, "data:", "blob:")) else console.append(asked.url)
    )
    return page


def show(browser, url, name, console, *, width=1280, height=900, scheme="light", query="", page=None):
    """Load a page in a new browser window, or in one that has the program already."""
    page = page or window(browser, url, console)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{url}/{name}?scheme={scheme}{query}")
    stands(page, name)
    return page


def stands(page, name):
    page.wait_for_selector(f"#{name}-body .answer", timeout=30_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.picture')].every((one) => one.querySelector('.main-svg'))",
        timeout=20_000,
    )


@pytest.mark.parametrize(
    ("scheme", "sizes"),
    [
        pytest.param("light", SIZES[::3], id="light"),
        pytest.param("light", SIZES[1:3], id="light, tablet and phone", marks=pytest.mark.long),
        pytest.param("dark", SIZES[:1], id="dark"),
    ],
)
def test_every_page_fits_reads_and_has_no_serious_fault_of_access(browser, url, console, scheme, sizes):
    page = window(browser, url, console)
    for name in PAGES:
        for size, width, height in sizes:
            show(browser, url, name, console, width=width, height=height, scheme=scheme, page=page)
            page.wait_for_function(
                "() => document.querySelector('.rail-state')?.textContent.startsWith('Live')", timeout=40_000
            )
            if os.environ.get("HEATLEDGER_SCREENSHOTS") and (size, scheme) in SHOWN:
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                page.wait_for_timeout(500)
                page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{scheme}.png")
            where = f"{name} {size} {scheme}"
            assert page.evaluate(CUT) == [], where
            assert page.evaluate(CONTRAST, 5.1 if scheme == "light" else 7) == [], where
            assert page.evaluate(SMALL) == [], where
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
            assert page.evaluate("document.querySelectorAll('h1').length") == 1
            assert page.evaluate(SPILT) == [], where
            if page.locator(".menu.period summary").count():
                page.locator(".menu.period summary").click()
                assert page.evaluate(CUT) == [], f"{where}, menu open"
                assert page.evaluate(SMALL) == [], f"{where}, menu open"
                page.keyboard.press("Escape")
            if size in ("desk", "phone", "small"):
                found = axe_playwright.Axe().run(
                    page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
                )
                grave = [
                    (row["id"], row["nodes"][0]["html"][:200])
                    for row in found.response["violations"]
                    if row["impact"] in ("serious", "critical")
                ]
                assert grave == [], where
    assert console == []


def test_a_period_is_picked_and_stands_in_the_address(browser, url, console):
    page = show(browser, url, "bill", console)
    first = page.locator(".answer").inner_text()
    page.click(".segment:has-text('Last bill')")
    page.wait_for_function("(was) => document.querySelector('.answer')?.textContent.trim() !== was.trim()", arg=first)
    assert "period=cycle" in page.url
    assert "at=" in page.url
    stands(page, "bill")
    last = page.locator(".answer").inner_text()
    page.click(".rail .door:has-text('Zones')")
    stands(page, "zones")
    page.go_back()
    page.wait_for_function("(was) => document.querySelector('.answer')?.textContent.trim() === was.trim()", arg=last)
    today = datetime.now(UTC) - timedelta(days=4)
    page.click(".menu.period summary")
    page.fill(".day-field input, input.day-field >> nth=0", f"{today - timedelta(days=2):%Y-%m-%d}")
    page.locator("[name=through]").fill(f"{today:%Y-%m-%d}")
    page.click(".custom button")
    stands(page, "bill")
    assert "through=" in page.url
    assert page.locator("#bill-days .chart").count() == 1
    assert console == []


def test_a_chart_is_a_table_a_picture_and_a_file(browser, url, console):
    page = show(browser, url, "bill", console)
    card = page.locator("#bill-days")
    card.locator(".as-table").click()
    assert card.locator("table.figures tbody tr").count() >= 17
    assert card.locator("table.figures").is_visible()
    assert not card.locator(".picture").is_visible()
    with page.expect_download() as got:
        card.locator(".as-csv").click()
    rows = Path(got.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].split(",")[0] == "from"
    assert float(rows[1].split(",")[-1]) > 0
    card.locator(".as-table").click()
    with page.expect_download() as got:
        card.locator(".as-png").click()
    assert Path(got.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as got:
        page.locator("#bill-lines .rows-csv").click()
    lines = Path(got.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Line,Quantity,Rate,Amount"
    assert console == []


def test_all_is_reached_by_keyboard(browser, url, console):
    page = show(browser, url, "bill", console)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(160):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 12)"))
    assert {"Zones", "Last bill", "Table", "PNG", "CSV"} <= reached
    page.locator(".menu.period summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".menu-sheet").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".menu-sheet").is_visible()
    assert page.evaluate("document.activeElement.matches('summary')")
    assert console == []


def test_a_chart_follows_the_scheme_and_nothing_moves_where_that_is_asked(browser, url, console):
    context = browser.new_context(
        color_scheme="light", reduced_motion="reduce", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(f"{url}/bill")
    stands(page, "bill")
    ink = "document.querySelector('#bill-days .xtick text').style.fill"
    was = page.evaluate(ink)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function(f"() => {ink} !== {was!r}", timeout=40_000)
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).transitionDuration") == "0s"
    context.close()
    assert console == []


def test_an_address_that_asks_nothing_is_one_line_and_a_door(browser, url, console):
    page = show(browser, url, "bill", console, query="&period=fortnight")
    assert "unknown period 'fortnight'" in page.locator(".card").inner_text().lower()
    page.click(".button:has-text('This bill')")
    page.wait_for_selector("#bill-lines")
    assert console == []


def test_a_commissioning_run_is_kept_and_a_later_one_is_held_against_it(browser, url, console):
    page = show(browser, url, "commissioning", console)
    assert page.locator("table.checks tbody tr").count() > 20
    page.fill("[name=installer]", "the one who came")
    page.fill("[name=address]", "1 Example Street")
    page.fill("[name='serial.duo']", "0042")
    page.click("text=Keep this run")
    page.wait_for_selector("text=Since run 1")
    stands(page, "commissioning")
    assert page.input_value("[name='serial.duo']") == "0042"
    assert "run 2" in page.locator(".eyebrow").inner_text()
    answer = page.request.get(f"{url}/api/v1/commissioning").json()
    assert {one["result"] for one in answer["findings"]} >= {"pass", "not_testable"}
    assert (answer["since"]["version"], answer["job"]["address"]) == (1, "1 Example Street")
    for link, name in (
        (page.locator(".eyebrow a", has_text="PDF"), "20"),
        (page.locator("li a", has_text="PDF"), "run-1"),
    ):
        with page.expect_download() as paper:
            link.click()
        assert f"-commissioning-{name}" in paper.value.suggested_filename
        assert paper.value.path().read_bytes().startswith(b"%PDF-")
    assert page.locator(".placed .layer.of-line").count() == page.locator(".placed").count() > 0
    missing = page.request.get(f"{url}/commissioning/handover.pdf?run=7")
    assert (missing.status, "was never kept" in missing.text()) == (400, True)
    assert console == []


def test_the_wall_page_loads_no_plotly(browser, url, console):
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_function("Number(document.querySelector('#now-beat')?.textContent) > 0", timeout=40_000)
    assert not [one for one in asked if "plotly.min" in one or "async-graph" in one]


def opened(page):
    page.wait_for_selector("dialog.explanation[open] .equation", timeout=60_000)
    return page.locator("dialog.explanation").inner_text()


def test_a_figure_opens_how_it_was_found_by_pointer_and_by_keyboard(browser, url, console):
    page = show(browser, url, "bill", console)
    page.locator("#bill-table tbody tr").first.locator(".amount .explains").click()
    said = opened(page)
    assert "tariffs/flat.toml, line" in said
    assert "kWh × 0.36180 =" in said
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.explanation:not([open])", state="attached")
    page.locator(".answer .explains").first.focus()
    page.keyboard.press("Enter")
    assert "bill.total" in opened(page)
    page.locator("dialog.explanation .explains").first.click()  # what it is made of opens too
    page.wait_for_function("() => document.querySelector('.explanation .mono')?.textContent.endsWith('.amount')")
    page.locator("dialog.explanation .closes").click()
    page.goto(url)
    page.wait_for_selector("#now-cost", timeout=60_000)
    page.locator("#now-cost").click()
    assert "now.total" in opened(page)
    assert console == []


def test_a_reader_picks_what_the_home_is_compared_with(browser, url, console):
    page = show(browser, url, "compare", console)
    first = page.locator(".answer").inner_text()
    page.locator(".compared-with summary").click()
    page.click(".compared-with .choice:has-text('round-source')")
    page.wait_for_function(
        "(was) => document.querySelector('.answer')?.textContent.trim() !== was.trim()", arg=first, timeout=60_000
    )
    assert "against=ground_source" in page.url
    assert "ground-source" in page.locator(".answer").inner_text()
    assert "against=ground_source" in page.locator(".rail .door:has-text('Bill')").first.get_attribute("href")
    assert console == []
