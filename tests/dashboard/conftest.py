"""A browser, a client of the broker, and processes of heatledger on one data folder."""

from __future__ import annotations

import shutil

import paho.mqtt.client as paho
import pytest

from tests.dashboard import scene

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--ignore-certificate-errors",  # nginx's is made by the test; a page's own leniency does not reach its workers
]


class Chromium:
    """A browser whose pages may be asked by text: `wait_for_function` evaluates it, which our own policy forbids.

    What is tested under the policy opens its pages with ``bypass_csp=False``.
    """

    def __init__(self, chromium):
        self._chromium = chromium

    def new_page(self, **options):
        return self._chromium.new_page(**{"bypass_csp": True, **options})

    def new_context(self, **options):
        return self._chromium.new_context(**{"bypass_csp": True, **options})

    def close_pages(self):
        for context in self._chromium.contexts:
            context.close()

    def close(self):
        self._chromium.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    """Close a test's pages before its servers end: left open they would look for them until the module's last test."""
    if "browser" in item.funcargs:
        item.funcargs["browser"].close_pages()


@pytest.fixture(scope="module")
def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=FLAGS)
        yield Chromium(chromium)
        chromium.close()


@pytest.fixture
def publish(mosquitto):
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    yield lambda topic, payload, retain=False: client.publish(topic, payload, 1, retain=retain).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def start(tmp_path, mosquitto):
    """Start a process of heatledger on the same data; all are ended with the test."""
    started: list[scene.Process] = []

    def begin(*arguments):
        started.append(scene.Process(tmp_path, mosquitto.url, *arguments, log=tmp_path / f"{arguments[0]}.log"))
        return started[-1]

    yield begin
    for process in started:
        process.stop()


@pytest.fixture
def console():
    return []
