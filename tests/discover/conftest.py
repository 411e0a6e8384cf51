"""What ships, what the demo home says, and the command on a real broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatledger.config import Config, load
from ingest import simulate
from tests.discover.room import Command, Words


@pytest.fixture(scope="session")
def shipped(tmp_path_factory) -> Config:
    return load(data_dir=tmp_path_factory.mktemp("empty"), environ={})


@pytest.fixture(scope="session")
def demo_words() -> tuple[Words, ...]:
    """What every device of the demo home says within a few minutes: its last word on each topic."""
    start_us = 1_768_521_600_000_000
    state = simulate.new(3, start_us)
    said = {wire.topic: wire for wire in simulate.announce(start_us)}
    for _, wires in simulate.replay(state, start_us + 3_600_000_000, 60):
        said |= {f"{wire.topic} {len(wire.payload) // 60}": wire for wire in wires}
    return tuple((wire.topic, wire.payload, wire.retain) for wire in said.values())


@pytest.fixture
def heatledger(tmp_path: Path, mosquitto) -> Command:
    return Command(tmp_path / "data", mosquitto.url)
