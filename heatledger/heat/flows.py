"""What a rung says of each interval, and its sums over a day: heat, and how far to trust it, never quantiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np

from heatledger.readings import INTERVAL_S, Floats, Ints

Rung = Literal["A", "B", "C", "D", "B?", "E", "K"]
"""What sums are kept under: B? is B with the catalogue's airflow, K the share of Carnot's COP."""
Z90: Final = 1.645
"""Half-width of a 90 % interval in standard deviations. [1]"""
_HEATS_BELOW_C: Final = 15.0
_HEATING: Final = ("heating", "defrost")


class Flow(NamedTuple):
    """What one rung says of each interval of a span.

    Attributes
    ----------
    rung : str
        As the ladder's steps name it.
    heat_kwh : array
        Heat delivered, negative in defrost; heat removed in intervals of cooling; NaN where the rung cannot say. [kWh]
    systematic : array
        Standard deviation of what never averages out, relative to the heat. [1]
    random : float
        Standard deviation of what does from day to day, relative to the heat. [1]
    beyond : array
        Where the unit drew more than the rung knows of. [bool as 0 or 1]
    """

    rung: Rung
    heat_kwh: Floats
    systematic: Floats
    random: float
    beyond: Floats

    def cut(self, where: slice) -> Flow:
        """Return the same of a part of the span."""
        return self._replace(
            heat_kwh=self.heat_kwh[where], systematic=self.systematic[where], beyond=self.beyond[where]
        )


class HeatSum(msgspec.Struct, frozen=True, kw_only=True):
    """One rung's sums over a span of one kind of work (heating, or cooling).

    Attributes
    ----------
    electricity_kwh, heat_kwh : float
        Of the intervals that the rung could judge, the share of standby included. [kWh]
    systematic_kwh, variance_kwh2 : float
        Standard deviation that adds up linearly [kWh] and variance that adds up [kWh²].
    missing_kwh : float
        Electricity of the same work that the rung could not judge. [kWh]
    beyond_kwh : float
        Electricity of intervals beyond what the rung knows of. [kWh]
    seconds : float
        How much of the span it could judge, rest included. [s]
    """

    electricity_kwh: float = 0.0
    heat_kwh: float = 0.0
    systematic_kwh: float = 0.0
    variance_kwh2: float = 0.0
    missing_kwh: float = 0.0
    beyond_kwh: float = 0.0
    seconds: float = 0.0


class PumpDay(msgspec.Struct, frozen=True, kw_only=True):
    """One heat pump's day: electricity by mode [kWh], and heat by rung."""

    use: dict[str, float]
    heating: dict[str, HeatSum] = {}
    cooling: dict[str, HeatSum] = {}


def add(sums: Iterable[HeatSum]) -> HeatSum:
    """Add sums up: every one of their numbers adds."""
    rows = list(sums)
    return HeatSum(**{name: sum(getattr(row, name) for row in rows) for name in HeatSum.__struct_fields__})


def sum_pump(use: Mapping[str, Floats], outdoor_c: Floats, flows: Sequence[Flow], starts_s: Ints) -> PumpDay:
    """Sum one heat pump's span of at most a day.

    Parameters
    ----------
    use : mapping
        Its electricity by mode. [kWh]
    outdoor_c : array
        Outdoor temperature. [°C]
    flows : sequence of Flow
        What each rung says.
    starts_s : array
        Start of each interval. [s]

    Returns
    -------
    PumpDay
        Standby is shared between heating and cooling as the day's own work was.
    """
    totals = {mode: float(np.sum(column)) for mode, column in use.items()}
    size = len(starts_s)
    none = np.zeros(size)
    work = {
        "heating": sum((use.get(mode, none) for mode in _HEATING), none),
        "cooling": use.get("cooling", none),
    }
    rest = use.get("standby", none)
    heats = _share_of_heating(float(work["heating"].sum()), float(work["cooling"].sum()), outdoor_c)
    unknown = use.get("unknown", none)
    sums: dict[str, dict[str, HeatSum]] = {}
    for name, share in (("heating", heats), ("cooling", 1.0 - heats)):
        drawn = work[name]
        sums[name] = {
            f.rung: _sum(f, drawn, rest * share, unknown * share) for f in flows if drawn.any() or unknown.any()
        }
    return PumpDay(use=totals, heating=sums["heating"], cooling=sums["cooling"])


def _share_of_heating(heating: float, cooling: float, outdoor_c: Floats) -> float:
    if heating + cooling > 0:
        return heating / (heating + cooling)
    known = outdoor_c[np.isfinite(outdoor_c)]
    return 1.0 if not len(known) or float(known.mean()) < _HEATS_BELOW_C else 0.0


def _sum(flow: Flow, drawn: Floats, rest: Floats, unknown: Floats) -> HeatSum:
    known = np.isfinite(flow.heat_kwh)
    works = drawn > 0
    heat = float(flow.heat_kwh[known & works].sum())
    judged = known | ~works
    beyond = float((drawn * flow.beyond)[known].sum())
    missing = float(drawn[~judged].sum() + unknown.sum())
    return HeatSum(
        electricity_kwh=float(drawn[judged].sum() + rest.sum()),
        heat_kwh=heat,
        systematic_kwh=float((flow.systematic * np.abs(flow.heat_kwh))[known & works].sum()),
        variance_kwh2=(flow.random * heat) ** 2,
        missing_kwh=missing,
        beyond_kwh=beyond,
        seconds=float(np.count_nonzero(judged)) * INTERVAL_S,
    )
