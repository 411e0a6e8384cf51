"""What each meter draws this minute, and the sums of the meter tree: every watt once, and how well it is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal

import msgspec

from heatledger.hearing import LiveValue, sources
from heatledger.home import Home, Meter, resolve
from heatledger.marks import worded
from heatledger.readings import Flag, SeriesKey

Bound = Literal["exact", "at least", "at most", "not known"]

BALANCE: Final = frozenset(("import", "export", "solar", "battery"))
"""The roles that balance the home; every other meter is a circuit of it."""


class Part(msgspec.Struct, frozen=True):
    """A part of the home's draw.

    Attributes
    ----------
    watts : float or None
        [W]
    cost : Decimal or None
        At this minute's marginal rate. [currency/h]
    bound : str
        Whether the figure is exact, a lower or an upper bound, or not known.
    reason : str
        Why it is not exact; empty where it is.
    """

    watts: float | None
    cost: Decimal | None = None
    bound: Bound = "exact"
    reason: str = ""


class Heard:
    """The latest values of one home, found by the points of its home file."""

    def __init__(self, home: Home, latest: Mapping[SeriesKey, LiveValue], at_us: int) -> None:
        self.latest = {key: value for key, value in latest.items() if key.home == home.id}
        self.sources = tuple(sources(home, self.latest, at_us=at_us))
        self.silent = {(row.family, row.device) for row in self.sources if row.silent}

    def find(self, points: Iterable[str | None], quantity: str) -> tuple[SeriesKey, LiveValue] | None:
        """Return the first series that one of the points means."""
        for point in points:
            key = resolve(point, quantity, self.latest) if point else None
            if key is not None:
                return key, self.latest[key]
        return None

    def is_silent(self, key: SeriesKey) -> bool:
        """Whether the device of a series has fallen silent."""
        return (key.family, key.device) in self.silent

    def watts(self, point: str, quantity: str) -> float | None:
        """Return a power that is heard now, never one of unknown age [W]."""
        found = self.find((point,), quantity)
        if found is None or self.is_silent(found[0]) or found[1].flags & Flag.RETAINED:
            return None
        return as_number(found[1])


def as_number(value: LiveValue) -> float | None:
    """Return a value as a finite number, else None."""
    stated = value.value
    usable = isinstance(stated, int | float) and not isinstance(stated, bool) and math.isfinite(stated)
    return float(stated) if usable else None


def exact(watts: float | None) -> Decimal:
    """Return a power as the decimal it prints as [W]."""
    return Decimal(repr(watts or 0.0))


def cost_per_watt(grid: float | None, total: Part, rate: Decimal | None) -> Decimal | None:
    """Return what a watt of use costs: bought power at the rate, own power nothing [currency/h per W]."""
    if rate is None:
        return None
    if grid is None or total.watts is None or total.bound != "exact" or grid == total.watts:
        return rate / 1000 if grid is None or grid > 0 else Decimal(0)
    return rate / 1000 * exact(max(grid, 0.0)) / exact(total.watts) if total.watts > 0 else Decimal(0)


def net_power(meter: Meter, heard: Heard) -> float | None:
    """Return a meter's net draw: power less power returned, summed over its clamps; None unless all are heard [W]."""
    if meter.sum:
        clamps = [_point_power(point, meter, heard) for point in meter.sum]
        known = [watts for watts in clamps if watts is not None]
        return sum(known) if len(known) == len(clamps) else None
    return next((watts for point in meter.points if (watts := _point_power(point, meter, heard)) is not None), None)


def _point_power(point: str, meter: Meter, heard: Heard) -> float | None:
    drawn = heard.watts(point, "power")
    if drawn is None:
        return None
    returned = heard.watts(point, "power_returned") or 0.0
    net = drawn + returned if meter.role == "solar" else drawn - returned
    return net * meter.scale * (-1 if meter.invert else 1)


def total_draw(meters: Mapping[str, Meter], power: Mapping[str, float | None]) -> tuple[float | None, Part]:
    """Return what the grid gives [W] and what the home uses: import + solar + discharge − export − charge."""
    by_role = {role: [meter for meter in meters.values() if meter.role == role] for role in BALANCE}
    signs = {"import": 1, "export": -1}
    sides = [(power[meter.id], sign) for role, sign in signs.items() for meter in by_role[role]]
    mains = by_role["import"]
    if mains and all(watts is not None for watts, _ in sides):
        grid = sum(sign * (watts or 0.0) for watts, sign in sides)
        own = [
            (power[meter.id], 1 if role == "solar" else -1) for role in ("solar", "battery") for meter in by_role[role]
        ]
        if all(watts is not None for watts, _ in own):
            return grid, Part(grid + sum(sign * (watts or 0.0) for watts, sign in own))
        return grid, Part(None, bound="not known", reason=worded("solar or battery is not heard"))
    circuits = [meter for meter in meters.values() if meter.role not in BALANCE]
    known = _floor(tops({meter.id for meter in circuits}, meters), meters, power)
    name = ", ".join(_name(meter) for meter in mains if power[meter.id] is None)
    reason = worded("{name} is not heard", name=name) if mains else worded("no meter of role import in the home file")
    if known is None:
        return None, Part(None, bound="not known", reason=reason)
    return None, Part(known, bound="at least", reason=reason)


def _name(meter: Meter) -> str:
    return meter.name or meter.id


def _floor(tops: Iterable[str], meters: Mapping[str, Meter], power: Mapping[str, float | None]) -> float | None:
    """Return the sum of what is heard at or below some meters, each watt once; None where nothing is [W]."""
    found = []
    for top in tops:
        watts = power[top]
        if watts is None:
            watts = _floor([meter.id for meter in meters.values() if meter.parent == top], meters, power)
        found.append(watts)
    known = [watts for watts in found if watts is not None]
    return sum(known) if known else None


def tops(chosen: set[str], meters: Mapping[str, Meter]) -> list[str]:
    """Return those of the chosen meters that are below none of the others."""
    return [meter for meter in meters if meter in chosen and not any(up in chosen for up in _above(meter, meters))]


def _above(meter: str, meters: Mapping[str, Meter]) -> Iterable[str]:
    parent = meters[meter].parent
    while parent is not None and parent in meters:
        yield parent
        parent = meters[parent].parent


def sum_known(chosen: list[Meter], power: Mapping[str, float | None]) -> Part:
    """Return the sum of some meters: a lower bound where one of them is not heard."""
    missing = [_name(meter) for meter in chosen if power[meter.id] is None]
    known = [watts for meter in chosen if (watts := power[meter.id]) is not None]
    reason = worded("{missing} is not heard", missing=", ".join(missing)) if missing else ""
    if missing and not known:
        return Part(None, bound="not known", reason=reason)
    return Part(sum(known), bound="at least" if missing else "exact", reason=reason)


def less(total: Part, parts: list[Part]) -> Part:
    """Return what is left of a total, and how well that is known."""
    if total.watts is None or total.bound != "exact":
        return Part(None, bound="not known", reason=total.reason)
    left = total.watts - sum(part.watts or 0.0 for part in parts)
    vague = next((part for part in parts if part.bound != "exact"), None)
    return Part(left) if vague is None else Part(left, bound="at most", reason=vague.reason)


def net_of_claims(
    meter: str, claimed: set[str], meters: Mapping[str, Meter], power: Mapping[str, float | None]
) -> float | None:
    """Return a meter's draw less what claimed meters below it draw [W]."""
    watts = power[meter]
    below = [other for other in claimed if next((up for up in _above(other, meters) if up in claimed), None) == meter]
    return None if watts is None else watts - sum(power[other] or 0.0 for other in below)
