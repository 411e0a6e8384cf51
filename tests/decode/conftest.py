"""The decoder over the device files that ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatledger.config import read_toml, shipped_dir
from heatledger.devices import DeviceFile
from ingest.decode import Decoder
from tests.decode.simple import SIMPLE

PATHS = sorted((shipped_dir() / "devices").glob("*.toml"))


@pytest.fixture(scope="session")
def files() -> dict[str, DeviceFile]:
    return {path.stem: read_toml(path, DeviceFile) for path in PATHS}


@pytest.fixture(scope="session")
def decoder(files) -> Decoder:
    return Decoder(list(files.values()))


@pytest.fixture
def decode_with(tmp_path: Path):
    """Return a decoder of one device file written in the test."""

    def make(text: str) -> Decoder:
        path = tmp_path / "made.toml"
        path.write_text(text, encoding="utf-8")
        return Decoder([read_toml(path, DeviceFile)])

    return make


@pytest.fixture
def simple(decode_with) -> Decoder:
    """A decoder of the made-up family alone."""
    return decode_with(SIMPLE)
