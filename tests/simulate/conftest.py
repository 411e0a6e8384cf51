"""One simulated year for all tests that look at the truth."""

from datetime import UTC, datetime

import pytest

from ingest import simulate

START = datetime(2025, 11, 1, tzinfo=UTC)
START_US = int(START.timestamp()) * 1_000_000
DAY_US = 86_400 * 1_000_000


@pytest.fixture(scope="session")
def year():
    state = simulate.new(7, START_US)
    return simulate.advance(state, START_US + 365 * DAY_US, simulate.HISTORY_STEP_S)
