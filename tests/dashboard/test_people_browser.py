"""People in real browsers on a real server: the policy of scripts, logging in, two browsers and one revoked."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from playwright import sync_api as playwright

from heatledger import passwords
from heatledger.store.state import State
from tests.conftest import free_port
from tests.dashboard import scene
from tests.dashboard.looks import CONTRAST
from tests.dashboard.test_browser import MAIN, hear_all

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]
SMALL = """() => [...document.querySelectorAll('a.button, button, input')]
  .filter((e) => e.offsetHeight && e.offsetHeight < 47).map((e) => e.outerHTML)"""
PASSWORD = "four words in a row"


@pytest.fixture
def dashboard(tmp_path, start):
    scene.write_config(tmp_path)
    scene.write_history(tmp_path, MAIN)
    port = free_port()
    process = start("dashboard", "--port", str(port))
    scene.wait_until_served(f"http://127.0.0.1:{port}/healthz", process)
    return f"http://127.0.0.1:{port}"


def until(page, condition, *, seconds=60):
    """Ask a page until a condition holds; every other way to wait needs what the policy forbids."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(playwright.Error):  # the page may load anew in between
            if page.evaluate(f"() => Boolean({condition})"):
                return
        assert time.monotonic() < deadline, f"{condition}\n{page.inner_text('body')[:500]}"
        time.sleep(0.1)


def watched(context, console):
    page = context.new_page()
    page.on("console", lambda said: console.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: console.append(str(error)))
    return page


def log_in(page, url, name):
    page.goto(url)
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("button")


def test_the_first_password_two_browsers_and_one_revoked(browser, dashboard, publish, tmp_path):
    console: list[str] = []
    hear_all(publish)
    ours, theirs = (browser.new_context(bypass_csp=False, viewport={"width": 1280, "height": 800}) for _ in range(2))
    owner, guest = watched(ours, console), watched(theirs, [])
    owner.goto(f"{dashboard}/people")
    owner.click("text=Set a password")
    owner.fill("[name=name]", "Ada")
    owner.fill("[name=password]", PASSWORD)
    owner.fill("[name=again]", PASSWORD)
    owner.click("text=Set it")
    assert owner.url == f"{dashboard}/people"
    state = State(tmp_path / "state.db")
    state.people.keep("Bo", "viewer", passwords.hashed(PASSWORD), at_us=1)
    log_in(guest, f"{dashboard}/devices", "Bo")
    assert guest.url == f"{dashboard}/devices"
    guest.goto(f"{dashboard}/")
    second = watched(ours, console)
    second.goto(f"{dashboard}/")
    for page in (guest, second):
        until(page, "document.getElementById('now-cost')?.textContent === '$1.09'")
    owner.reload()
    owner.click("[aria-label='Revoke Bo']")
    until(guest, "document.querySelector('[name=password]')")
    assert "Maple" not in guest.content()
    beat = second.text_content("#now-beat")
    until(second, f"document.getElementById('now-beat').textContent !== '{beat}'", seconds=5)
    assert console == []


def test_the_health_check_of_the_container_holds_with_and_without_a_password(dashboard, publish, start, tmp_path):
    scene.listening(start("ingest"))
    compose = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text(encoding="utf-8"))
    _, _, option, check = compose["services"]["dashboard"]["healthcheck"]["test"]
    check = check.replace("http://127.0.0.1:8050", dashboard)
    people = State(tmp_path / "state.db").people
    for give in (lambda: None, lambda: people.keep("Ada", "owner", "no hash", at_us=1)):
        give()
        deadline = time.monotonic() + 60
        while subprocess.run([sys.executable, option, check], capture_output=True).returncode != 0:
            assert time.monotonic() < deadline
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{dashboard}/metrics")
    refused.value.close()
    assert refused.value.code == 401


def test_the_pages_of_people_fit_a_phone_and_their_text_is_not_faint(browser, dashboard, tmp_path):
    state = State(tmp_path / "state.db")
    page = browser.new_page(bypass_csp=False, viewport={"width": 390, "height": 844})
    page.goto(f"{dashboard}/people")
    page.fill("form[action$=screen] [name=name]", "Hall")
    page.click("text=Make its code")
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", page.inner_text("#new-code"))
    for scheme in ("dark", "light"):
        page.goto(f"{dashboard}/people?scheme={scheme}")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(f"() => ({CONTRAST.replace('.wall *, .page *', '.form-page *')})(4.5)") == []
        assert page.evaluate(SMALL) == []
    assert [row.name for row in state.people.invitations(at_us=scene.utc_us())] == ["Hall"]
