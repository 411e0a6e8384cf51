"""What a rung says of each interval, and its sums over a day: heat, and how far to trust it, never quantiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np

from heatledger.readings import INTERVAL_S, Floats, Ints

Rung = Literal["A", "B", "C", "D", "B?", "E", "K", "F"]
"""What sums are kept under: B? is B with the catalogue's airflow, K the share of Carnot's COP."""
Work = Literal["heating", "cooling", "dhw"]
WORKS: Final[dict[Work, tuple[str, ...]]] = {
    "heating": ("heating", "defrost"),
    "cooling": ("cooling",),
    "dhw": ("dhw",),
}
"""Kinds of work that have a COP of their own, netted by none, and the modes whose electricity is theirs."""
BIN_K: Final = 5
"""Width of an outdoor temperature bin. [K]"""
Z90: Final = 1.645
"""Half-width of a 90 % interval in standard deviations. [1]"""
_HEATS_BELOW_C: Final = 15.0


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


class Normal(NamedTuple):
    """The COP that is normal for the weather in each interval of one kind of work; NaN where nobody can say. [1]."""

    work: Work
    low: Floats
    high: Floats

    def cut(self, where: slice) -> Normal:
        """Return the same of a part of the span."""
        return self._replace(low=self.low[where], high=self.high[where])


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


class Binned(msgspec.Struct, frozen=True, kw_only=True):
    """One rung's sums of one kind of work in the hours of one outdoor temperature bin.

    Attributes
    ----------
    work, rung : str
        Whose sums they are.
    from_c : int or None
        The bin's lower edge, `BIN_K` wide; None where the outdoor temperature was not known. [°C]
    sums : HeatSum
        Over the bins they add up to the day's.
    """

    work: Work
    rung: Rung
    from_c: int | None
    sums: HeatSum


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the electricity of one kind of work would have moved by what is normal for that weather. [kWh].

    Attributes
    ----------
    drawn_kwh : float
        Electricity at work while the outdoor temperature was known.
    low_kwh, high_kwh : float
        Least and most heat that is normal for it.
    """

    work: Work
    from_c: int | None
    drawn_kwh: float
    low_kwh: float
    high_kwh: float


class PumpDay(msgspec.Struct, frozen=True, kw_only=True):
    """One heat pump's day: electricity by mode [kWh], heat by rung, the same by outdoor temperature, what is normal."""

    use: dict[str, float]
    heating: dict[str, HeatSum] = {}
    cooling: dict[str, HeatSum] = {}
    dhw: dict[str, HeatSum] = {}
    bins: tuple[Binned, ...] = ()
    expected: tuple[Expected, ...] = ()


def add(sums: Iterable[HeatSum]) -> HeatSum:
    """Add sums up: every one of their numbers adds."""
    rows = list(sums)
    return HeatSum(**{name: sum(getattr(row, name) for row in rows) for name in HeatSum.__struct_fields__})


def sum_pump(
    use: Mapping[str, Floats],
    outdoor_c: Floats,
    flows: Sequence[Flow],
    starts_s: Ints,
    normal: Sequence[Normal] = (),
) -> PumpDay:
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
    normal : sequence of Normal
        What is normal for the weather, by kind of work.

    Returns
    -------
    PumpDay
        Standby is shared among the kinds of work as the day's own work was.
    """
    none = np.zeros(len(starts_s))
    work = {name: sum((use.get(mode, none) for mode in modes), none) for name, modes in WORKS.items()}
    rest, unknown = use.get("standby", none), use.get("unknown", none)
    edges, member = _bins(outdoor_c)
    sums: dict[str, dict[str, HeatSum]] = {name: {} for name in WORKS}
    binned: list[Binned] = []
    for name, share in _shares(work, outdoor_c).items():
        drawn = work[name]
        if not (drawn.any() or (share and unknown.any())):
            continue
        for flow in flows:
            rows = _by_bin(flow, drawn, rest * share, unknown * share, member)
            sums[name][flow.rung] = _whole(rows, flow.random)
            binned += [Binned(work=name, rung=flow.rung, from_c=edge, sums=_whole(row[None], flow.random))
                       for edge, row in zip(edges, rows, strict=True) if row.any()]  # fmt: skip
    return PumpDay(
        use={mode: float(np.sum(column)) for mode, column in use.items()},
        heating=sums["heating"],
        cooling=sums["cooling"],
        dhw=sums["dhw"],
        bins=tuple(binned),
        expected=tuple(row for one in normal for row in _expected(one, work[one.work], member, edges)),
    )


def _shares(work: Mapping[Work, Floats], outdoor_c: Floats) -> dict[Work, float]:
    """Return each kind of work's share of standby: by electricity; on an idle day all to heating or to cooling."""
    drawn = {name: float(column.sum()) for name, column in work.items()}
    whole = sum(drawn.values())
    if whole > 0:
        return {name: kwh / whole for name, kwh in drawn.items()}
    known = outdoor_c[np.isfinite(outdoor_c)]
    heats = not len(known) or float(known.mean()) < _HEATS_BELOW_C
    return {"heating": float(heats), "cooling": float(not heats), "dhw": 0.0}


def _bins(outdoor_c: Floats) -> tuple[list[int | None], Floats]:
    """Return the lower edges of the bins that occur, and a row each with 1 where an interval is in it."""
    number = np.floor(outdoor_c / BIN_K)
    number[np.isnan(number)] = np.inf
    found = sorted(set(number.tolist()))
    member = (number == np.array(found, dtype=np.float64)[:, None]).astype(np.float64)
    return [None if edge == np.inf else int(edge) * BIN_K for edge in found], member


def _by_bin(flow: Flow, drawn: Floats, rest: Floats, unknown: Floats, member: Floats) -> Floats:
    """Return by bin: electricity, heat, its lasting doubt, what was not judged, what was beyond, and seconds."""
    known, works = np.isfinite(flow.heat_kwh), drawn > 0
    judged = known | ~works
    heat = np.where(known & works, flow.heat_kwh, 0.0)
    columns = (
        np.where(judged, drawn, 0.0) + rest,
        heat,
        flow.systematic * np.abs(heat),
        np.where(judged, 0.0, drawn) + unknown,
        np.where(known, drawn * flow.beyond, 0.0),
        judged * float(INTERVAL_S),
    )
    return np.asarray(member @ np.array(columns).T, dtype=np.float64)


def _whole(rows: Floats, random: float) -> HeatSum:
    drawn, heat, lasting, missing, beyond, seconds = rows.sum(axis=0).tolist()
    return HeatSum(
        electricity_kwh=drawn,
        heat_kwh=heat,
        systematic_kwh=lasting,
        variance_kwh2=(random * heat) ** 2,
        missing_kwh=missing,
        beyond_kwh=beyond,
        seconds=seconds,
    )


def _expected(normal: Normal, drawn: Floats, member: Floats, edges: Sequence[int | None]) -> list[Expected]:
    if not drawn.any():
        return []
    known = np.isfinite(normal.low)
    columns = [np.where(known, column, 0.0) for column in (drawn, drawn * normal.low, drawn * normal.high)]
    rows = member @ np.array(columns).T
    return [
        Expected(work=normal.work, from_c=edge, drawn_kwh=kwh, low_kwh=low, high_kwh=high)
        for edge, (kwh, low, high) in zip(edges, rows.tolist(), strict=True)
        if kwh > 0
    ]
