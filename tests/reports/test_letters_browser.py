"""The letters as Chromium draws them: on a desk and on a phone, light and dark, with pictures and without."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from heatledger.commissioning.fleet import Quiet, Row
from heatledger.config import load
from heatledger.reader import of_home, reading
from reports.fleet import Homes, render_fleet
from reports.monthly import render
from reports.printing import Around
from reports.weekly import render_week
from tests.commissioning.test_record import AT, finding
from tests.dashboard.conftest import browser as browser
from tests.statement.december import HOME, LINES, SUMMARY
from tests.statement.week import BUDGET, SILENT, WEEK

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
AROUND = Around(
    "https://home.example.org/bill", ["Sent because this address was entered on Nov 2, 2025."], "https://home.example.org/stop"
)  # fmt: skip
SIZES = {"desk": 700, "phone": 390}
LEAST = 4.5
"""Contrast of text, WCAG 2.2 success criterion 1.4.3; large text 3."""
CONTRAST = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number)
    const linear = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const colour = parts(getComputedStyle(node).backgroundColor)
            if (colour.length === 3 || colour[3] === 1) return colour
        }
        return [255, 255, 255]
    }
    const low = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) {
        const said = walk.currentNode.textContent.trim(), node = walk.currentNode.parentElement
        if (!said || said === '\\u00a0' || !node.getClientRects().length) continue
        const style = getComputedStyle(node)
        const pair = [light(parts(style.color)), light(ground(node))].sort((a, b) => b - a)
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05)
        const large = parseFloat(style.fontSize) >= 24
        if (ratio < (large ? 3 : 4.5)) low.push(`${said}: ${ratio.toFixed(2)}`)
    }
    return low
}"""


def statement():
    with reading(of_home(HOME)):
        return render(SUMMARY, HOME, around=AROUND)


def week():
    return render_week(msgspec.structs.replace(WEEK, episodes=[SILENT]), BUDGET, AROUND)


def homes(tmp_path):
    (tmp_path / "config" / "homes").mkdir(parents=True)
    text = 'id = "{0}"\nname = "{0}"\ntimezone = "America/Chicago"\ncurrency = "USD"\n'
    (tmp_path / "config" / "homes" / "maple.toml").write_text(text.format("maple"), encoding="utf-8")
    (tmp_path / "config" / "settings.toml").write_text(
        '[dashboard]\npublic_url = "https://home.example.org/"\n', encoding="utf-8"
    )
    quiet = Quiet(device="Bedroom", since=datetime(2025, 12, 19, tzinfo=UTC))
    fails = {"wrong": (finding("fail"),), "counts": {"fail": 1}, "alerts": (SILENT,)}
    rows = [
        Row(home="oak", name="Oak Lane 2", looked_at=AT, **fails),
        Row(home="elm", name="Elm Court 7", looked_at=AT, silent=(quiet,)),
        Row(home="maple", name="Maple Street 14", looked_at=AT),
    ]
    return render_fleet(load(data_dir=tmp_path, environ={}), Homes(end=WEEK.end, rows=rows), AROUND)


WEEKS = {"$73.39", "$67.06", "$331", "$298–$366", "$66 to $76", "83%", "Bedroom is not heard any more"}
HOMES = {"2 of 3 need a look", "Oak Lane 2", "Elm Court 7", "Maple Street 14", "Silent: Bedroom."}
SHOWN = {
    "mail": (lambda _: statement(), {"$340.17", *(f"${line.amount}" for line in LINES)}),
    "week": (lambda _: week(), WEEKS),
    "homes": (homes, HOMES),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_letter_is_read_at_both_sizes_in_both_schemes_with_pictures_and_without(browser, tmp_path, name):
    make, figures = SHOWN[name]
    body = make(tmp_path)
    shown = {"with": body.page, "without": body.html}  # cid: names no picture outside a mail program
    for kind, text in shown.items():
        (tmp_path / f"{kind}.html").write_text(text, encoding="utf-8")
    for size, width in SIZES.items():
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
            try:
                for kind in shown:
                    page.goto(f"file://{tmp_path / kind}.html")
                    read(page, figures)
                    seen = page.evaluate(
                        "() => [...document.images].filter((one) => one.getClientRects().length).length"
                    )
                    assert seen == (1 if body.pictures else 0), (size, scheme)
                    if (
                        kind == "with"
                        and os.environ.get("HEATLEDGER_SCREENSHOTS")
                        and (size, scheme) != ("phone", "dark")
                    ):
                        page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            finally:
                page.close()


def read(page, figures):
    """No sideways scroll, nothing cut off, every figure there, and every word against its ground."""
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    words = re.sub(r"\s+", " ", page.inner_text("body"))
    assert {figure for figure in figures if figure not in words} == set()
    assert page.evaluate(CONTRAST) == []


def test_without_pictures_the_days_are_told_in_words(browser, tmp_path):
    body = statement()
    (tmp_path / "mail.html").write_text(body.html, encoding="utf-8")
    page = browser.new_page(viewport={"width": 700, "height": 844})
    try:
        page.goto(f"file://{tmp_path / 'mail.html'}")
        told = page.evaluate("() => document.querySelector('img').alt")
        assert told.startswith("Dearest: ")
        assert told in re.sub(r"\s+", " ", page.inner_text("body"))
    finally:
        page.close()
