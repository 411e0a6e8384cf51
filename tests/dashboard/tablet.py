"""A tablet that sleeps: nothing of its pages and workers runs, and its connections stay open."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

from playwright.sync_api import Page


@contextlib.contextmanager
def asleep(page: Page) -> Iterator[None]:
    """Let the page's browser sleep meanwhile; the page cannot be asked anything till it wakes."""
    browser = page.context.browser
    assert browser is not None
    asking = browser.new_browser_cdp_session()
    told = asking.send("SystemInfo.getProcessInfo")["processInfo"]
    asking.detach()
    pids = [row["id"] for row in told if row["type"] == "renderer"]
    assert pids, told
    _signal(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
