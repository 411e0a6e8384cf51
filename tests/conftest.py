"""In continuous integration a skipped test is a failure, but for `reference` tests where ../shared is absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1].parent / "shared"
left_out: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what was skipped."""
    excused = "reference" in report.keywords and not SHARED.is_dir()
    if report.skipped and not hasattr(report, "wasxfail") and not excused:
        left_out.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note what was skipped before it was even collected."""
    if report.skipped:
        left_out.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail a run in continuous integration that left something out."""
    if os.environ.get("CI") == "true" and left_out and session.exitstatus == 0:
        session.exitstatus = 1
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if os.environ.get("CI") == "true" and left_out:
        terminalreporter.write_line(f"In CI no test may be left out, but these were: {', '.join(left_out)}", red=True)
