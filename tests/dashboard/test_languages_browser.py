"""Every page in German and French, and in high contrast: nothing stays English, nothing is cut, axe finds no fault."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dashboard.reading import COOKIE
from heatledger.wording import _read
from tests.dashboard.looks import CONTRAST, CUT
from tests.dashboard.test_pages_browser import TARIFF, house, stands, url  # noqa: F401 - the same house, served once here

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]

SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SIZES = [("desk", 1280, 900), ("tablet", 768, 1024), ("phone", 390, 844)]
BOOKS = ("bill", "zones", "performance", "compare")
FORMS = ("reading", "people", "password", "join")
# What is read or read aloud: every text, and the names and hints that screen readers and pointers get.
TEXTS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && !walker.currentNode.parentElement.closest('script, style, footer, code, pre, bdi')) found.push(text);
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
    if (!element.closest('.c-who, .c-topic'))
      for (const name of ['aria-label', 'title', 'placeholder'])
        if (element.getAttribute(name)) found.push(element.getAttribute(name).trim());
  return [...new Set(found)];
}"""


def page_of(browser, url, name, *, cookie="", width=1280, height=900, **options):  # noqa: F811
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    page = context.new_page()
    go(page, url, name)
    return page


def go(page, url, name):  # noqa: F811
    page.goto(f"{url}/{name}")
    if name in BOOKS:
        stands(page, name)
    elif name in ("", "devices"):
        page.wait_for_function("() => Number(document.querySelector('.beat')?.textContent) > 0", timeout=60_000)


def texts(browser, url, language):  # noqa: F811
    """Every text of every page in a language."""
    page, found = page_of(browser, url, "reading", cookie=f"{language}.-.-.light"), {}
    for name in ("", *BOOKS, "devices", *FORMS):
        go(page, url, name)
        assert page.evaluate("document.documentElement.lang") == language, name
        found[name or "now"] = set(page.evaluate(TEXTS))
    page.context.close()
    return found


@pytest.fixture(scope="module")
def english(browser, url):  # noqa: F811
    return texts(browser, url, "en")


def same_in(language):
    """The texts that a language has as English has them, by its catalogue."""
    rows = (row for row in _read(language) if isinstance(row.id, str))
    return {row.id for row in rows if row.id == row.string}


def names():
    """What people named: rooms, meters, heat pumps, the lines of the rate plan."""
    home = house()
    rooms = {zone.name for zone in home.zones}
    meters = {meter.name or meter.id for meter in home.meters} | {pump.name for pump in home.heat_pumps}
    plan = set(re.findall(r'(?:label|name) = "([^"]+)"', TARIFF))
    return rooms | meters | plan | {home.name, "Home Assistant"}


def is_prose(text, known):
    """Whether a text has two words or more beside names, figures and units."""
    for name in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(name, " ")
    return len(re.findall(r"\b[a-z]{3,}\b|\b[A-Z][a-z]{2,}\b", text)) >= 2


@pytest.mark.parametrize("language", ["de", pytest.param("fr", marks=pytest.mark.long)])
def test_no_english_is_left_on_any_page(browser, url, english, language):  # noqa: F811
    known = names() | same_in(language)
    other = texts(browser, url, language)
    left = {
        name: sorted(text for text in english[name] & said if text not in known and is_prose(text, known))
        for name, said in other.items()
    }
    assert {name: said for name, said in left.items() if said} == {}


@pytest.mark.long
def test_german_is_not_cut_at_any_size(browser, url):  # noqa: F811
    page = page_of(browser, url, "reading", cookie="de.-.-.light")
    for name in (*BOOKS, "devices"):
        go(page, url, name)
        for size, width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth", timeout=30_000)
            page.wait_for_timeout(300)  # plotly draws a new width on the next frames
            cut = [text for text in page.evaluate(CUT) if not text.startswith("explains inline")]  # its line is wider
            assert cut == [], f"{name} {size}"
            if os.environ.get("HEATLEDGER_SCREENSHOTS") and size != "tablet":
                page.screenshot(path=SCREENSHOTS / f"{name}-{size}-de.png")
    page.context.close()


def test_high_contrast_is_black_on_white_or_the_other_way_and_axe_is_content(browser, url):  # noqa: F811
    page = page_of(browser, url, "reading", cookie="-.-.-.contrast")
    for name in BOOKS:
        go(page, url, name)
        assert page.evaluate("document.documentElement.dataset.scheme") == "contrast"
        assert page.evaluate(CONTRAST, 10) == [], name  # 7 is AAA
        found = axe_playwright.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        grave = [row["id"] for row in found.response["violations"] if row["impact"] in ("serious", "critical")]
        assert grave == [], name
        if os.environ.get("HEATLEDGER_SCREENSHOTS"):
            page.screenshot(path=SCREENSHOTS / f"{name}-desk-contrast.png")
    page.context.close()


def test_who_asks_their_browser_for_more_contrast_is_given_it(browser, url):  # noqa: F811
    page = page_of(browser, url, "bill", contrast="more")
    assert page.evaluate("document.documentElement.dataset.scheme") == "contrast"
    page.context.close()


def test_language_and_units_are_chosen_in_a_form_and_kept(browser, url):  # noqa: F811
    page = page_of(browser, url, "performance", locale="fr-FR")
    assert page.evaluate("document.documentElement.lang") == "fr"
    go(page, url, "reading")
    page.select_option("[name=language]", "de")
    page.select_option("[name=units]", "metric")
    page.keyboard.press("Tab")
    page.click("form button")
    page.wait_for_function("() => document.documentElement.lang === 'de'", timeout=30_000)
    go(page, url, "performance")
    assert page.evaluate("document.documentElement.lang") == "de"
    ticks = page.locator("#performance-cop .xtick").all_text_contents()
    assert all(-30 <= float(tick.rstrip("°").replace("−", "-")) <= 30 for tick in ticks)  # °C: the house counts in °F
    page.context.close()
