"""Devices that have been heard, and the files they are told things by."""

from __future__ import annotations

import pytest

from heatledger.commands import Given
from heatledger.config import read_toml, shipped_dir
from heatledger.control import Known
from heatledger.devices import DeviceFile, Told
from heatledger.readings import SeriesKey

PATHS = sorted((shipped_dir() / "devices").glob("*.toml"))
FILES = tuple(read_toml(path, DeviceFile) for path in PATHS)
TOLD = [
    pytest.param(file, told, id=f"{file.family}-{number}") for file in FILES for number, told in enumerate(file.told)
]


def known(family: str, device: str, **values: float | str) -> Known:
    """A device heard to say values, by quantity or ``channel/quantity``."""
    split = {name: name.rpartition("/") for name in values}
    return Known({SeriesKey("home", family, device, split[name][0], split[name][2]): values[name] for name in values})


def saying(device: str, **says: str) -> DeviceFile:
    """A user's device file that says something of a device."""
    return DeviceFile(family="mine", given=(Given(device=device, says=says),))


def told_device(told: Told) -> str:
    """The device of an example, its channel left out."""
    channels = {name.rpartition("/")[0] for name in told.known}
    ends = [f":{channel}" for channel in channels if channel and told.device.endswith(f":{channel}")]
    return told.device.removesuffix(ends[0]) if ends else told.device


def scene(file: DeviceFile, told: Told) -> tuple[list[DeviceFile], Known]:
    """The files and what is known where an example is told."""
    says = {**told.says, **({"temp_unit": "F"} if told.temp_unit == "F" else {})}
    device = told_device(told)
    files = [*FILES, saying(f"{file.family}:{device}", **says)] if says else list(FILES)
    return files, known(file.family, device, **told.known)
