"""In continuous integration a skipped test is a failure, but for `reference` tests where ../shared is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent / "shared"


class LeftOut:
    """Notes what was skipped and fails the run for it; in a parallel run it sits where the reports come together."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that was skipped."""
        excused = "reference" in report.keywords and not SHARED.is_dir()
        if report.skipped and not hasattr(report, "wasxfail") and not excused:
            self.names.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that was skipped before its tests were collected."""
        if report.skipped:
            self.names.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run that left something out."""
        if self.names and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was left out."""
        if self.names:
            terminalreporter.write_line(f"Left out, which CI does not allow: {', '.join(self.names)}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for skips where nobody reads them."""
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(LeftOut(), "left-out")
