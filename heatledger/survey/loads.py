"""Which electric loads a device measures: one, one a channel, or one in parts such as phases and tariff registers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from heatledger.home import names, resolve
from heatledger.readings import SeriesKey
from heatledger.survey.heard import Device

ELECTRIC: Final = ("energy", "power")
_TARIFF: Final = re.compile(r"tariff_\d+|T\d+")
_PHASE: Final = re.compile(r"[abc]|[Ll][123]")
_SHARE: Final = re.compile(r"heat|cool|dhw|internal_addition")
_CLAMPS: Final = ({"0", "1", "2"}, {"1", "2", "3"})


class Load(msgspec.Struct, frozen=True):
    """Something whose electric energy or power is measured.

    Attributes
    ----------
    device : Device
        Who measures it.
    points : tuple of str
        How a home file writes it; several are parts that add up.
    label : str
        What to call it.
    watts, kwh : float or None
        Last power [W] and register [kWh].
    parts : str
        What the device measures it in beside the whole: phases, tariffs, or nothing.
    returned : bool
        Whether it also counts energy fed back.
    """

    device: Device
    points: tuple[str, ...]
    label: str
    watts: float | None
    kwh: float | None
    parts: str = ""
    returned: bool = False


class Points:
    """How a home file can write what was heard, so that it means that and nothing else.

    Parameters
    ----------
    devices : sequence of Device
        All that were heard.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        rows = [(device, each) for device in devices for each in device.heard]
        self._by_name: dict[str, list[SeriesKey]] = {}
        for device, each in rows:
            key = SeriesKey(device.home, device.family, device.name, each.channel, each.quantity)
            for name in names(key):
                self._by_name.setdefault(name, []).append(key)
        self._families: dict[str, set[str]] = {}
        for device in devices:
            self._families.setdefault(device.name, set()).add(device.family)

    def write(self, device: Device, quantities: Sequence[str], channel: str | None = None) -> str | None:
        """Return the point that means these quantities of a device.

        Parameters
        ----------
        device : Device
            The device.
        quantities : sequence of str
            Those it must answer to.
        channel : str, optional
            Of which channel; by default of whichever has them.

        Returns
        -------
        str or None
            None where every way to write it means something else too.
        """
        bases = [device.name, f"{device.family}:{device.name}"]
        if len(self._families[device.name]) > 1:
            bases.reverse()
        for base in bases:
            point = f"{base}:{channel}" if channel else base
            if all(self._means(point, device, quantity, channel) for quantity in quantities):
                return point
        return None

    def _means(self, point: str, device: Device, quantity: str, channel: str | None) -> bool:
        key = resolve(point, quantity, self._by_name.get(point, ()))
        ours = key is not None and (key.family, key.device) == (device.family, device.name)
        return key is not None and ours and channel in (None, key.channel)


def loads(device: Device, points: Points) -> tuple[list[Load], list[str]]:
    """Return the electric loads a device measures, and the channels that none of them is.

    Parameters
    ----------
    device : Device
        The device.
    points : Points
        How things are written.

    Returns
    -------
    list of Load
        Those that can be written in a home file.
    list of str
        Channels left over: parts of a load, or what no point means alone.
    """
    has: dict[str, set[str]] = {}
    for each in device.heard:
        if each.quantity in ELECTRIC:
            has.setdefault(each.channel, set()).add(each.quantity)
    groups = _groups(device, has)
    found = [_load(device, group, points, has) for group in groups]
    used = {channel for group, load in zip(groups, found, strict=True) if load for channel in group}
    parts = {channel for channel in has if _is_part(channel)} if used else set()
    return [load for load in found if load], sorted(set(has) - used - parts)


def _groups(device: Device, has: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Return the channels of each load."""
    counted = [channel for channel in has if "energy" in has[channel]]
    for shape in (_TARIFF, _PHASE):
        parts = tuple(sorted(channel for channel in has if shape.fullmatch(channel)))
        registers = tuple(channel for channel in parts if channel in counted)
        if "" not in has and parts:
            return [registers or parts, *_alone(has)]
        if registers and "" not in counted:
            return [registers, *_alone(has)]
    if set(has) in _CLAMPS and all("energy_returned" in device.values(channel) for channel in has):
        return [tuple(sorted(has))]
    powered = [channel for channel in has if channel not in counted]
    if len(counted) == len(powered) == 1 and "" not in has:  # one plug whose quantities are channels of their own
        return [(counted[0], powered[0])]
    if counted and all(has[channel] == {"energy"} for channel in counted) and "" not in has:
        return [(channel,) for channel in sorted(counted)]
    return [*([("",)] if "" in has else []), *_alone(has)]


def _alone(has: dict[str, set[str]]) -> list[tuple[str, ...]]:
    return [(channel,) for channel in sorted(has) if channel and not _is_part(channel)]


def _is_part(channel: str) -> bool:
    return any(shape.fullmatch(channel) for shape in (_TARIFF, _PHASE, _SHARE))


def _load(device: Device, group: tuple[str, ...], points: Points, has: dict[str, set[str]]) -> Load | None:
    pair = len(group) == 2 and not has[group[0]] & has[group[1]]
    if pair:
        written = [points.write(device, ELECTRIC)]
    else:
        written = [points.write(device, sorted(has[channel]), channel) for channel in group]
    if None in written:
        return None
    watts = [_figure(device.values(channel).get("power")) for channel in group]
    kwh = [_figure(device.values(channel).get("energy")) for channel in group]
    alone = len([channel for channel in has if not _is_part(channel)]) <= 1 or len(group) > 1
    kinds = [name for name, shape in (("phases", _PHASE), ("tariffs", _TARIFF)) if any(map(shape.fullmatch, has))]
    phases = ["phases"] if len(group) == 3 and not kinds else []
    return Load(
        device,
        tuple(point for point in written if point),
        device.name if alone or not group[0] else f"{device.name} {group[0]}",
        _sum(watts),
        _sum(kwh),
        (kinds + phases + [""])[0],
        any("energy_returned" in device.values(channel) for channel in group),
    )


def _figure(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _sum(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
