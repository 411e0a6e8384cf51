"""What a rung says of each interval, and its sums over days: heat, and how far to trust it, never quantiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np

from heatledger.cuts import Cuts
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
_LAST_BIN: Final = 1000
_BINS: Final = 2 * _LAST_BIN + 1
_COLUMNS: Final = 6
_Rows = list[tuple[int | None, list[float]]]


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


class Normal(NamedTuple):
    """The COP that is normal for the weather in each interval of one kind of work; NaN where nobody can say. [1]."""

    work: Work
    low: Floats
    high: Floats


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
    columns = zip(*map(msgspec.structs.astuple, sums), strict=True)
    return HeatSum(**{name: sum(column) for name, column in zip(HeatSum.__struct_fields__, columns, strict=False)})


def pump_days(
    use: Mapping[str, Floats], outdoor_c: Floats, flows: Sequence[Flow], cuts: Cuts, normal: Sequence[Normal] = ()
) -> list[PumpDay]:
    """Sum one heat pump's spans of at most a day.

    Parameters
    ----------
    use : mapping
        Its electricity by mode. [kWh]
    outdoor_c : array, shape (n,)
        Outdoor temperature. [°C]
    flows : sequence of Flow
        What each rung says.
    cuts : Cuts
        The spans among the n rows.
    normal : sequence of Normal
        What is normal for the weather, by kind of work.

    Returns
    -------
    list of PumpDay
        One a span; standby is shared among the kinds of work as the span's own work was.
    """
    none = np.zeros(len(outdoor_c))
    work = {name: sum((use.get(mode, none) for mode in modes), none) for name, modes in WORKS.items()}
    rest, unknown = use.get("standby", none), use.get("unknown", none)
    cells, owner = _cells(outdoor_c, cuts), cuts.owner(len(outdoor_c))
    totals = {mode: cuts.sum(column).tolist() for mode, column in use.items()}
    days = [PumpDay(use={mode: kwh[day] for mode, kwh in totals.items()}) for day in range(len(cuts.low))]
    unjudged = cuts.sum(unknown != 0) > 0
    for name, share in _shares(work, outdoor_c, cuts).items():
        part = np.append(share, 0.0)[owner]
        wanted = (cuts.sum(work[name] != 0) > 0) | ((share > 0) & unjudged)
        for flow in flows if wanted.any() else ():
            rows = cells.sum(_columns(flow, work[name], rest * part, unknown * part))
            days = [_with(day, name, flow, mine) if asked else day
                    for day, asked, mine in zip(days, wanted.tolist(), cells.of(rows), strict=True)]  # fmt: skip
    for one in normal:
        days = [msgspec.structs.replace(day, expected=(*day.expected, *more))
                for day, more in zip(days, _expected(one, work[one.work], cells), strict=True)]  # fmt: skip
    return days


def _with(day: PumpDay, work: Work, flow: Flow, rows: _Rows) -> PumpDay:
    """Return a day with what one rung says of one kind of work, whole and by bin."""
    whole = np.sum([row for _, row in rows], axis=0) if rows else np.zeros(_COLUMNS)
    sums = {**getattr(day, work), flow.rung: _whole(whole.tolist(), flow.random)}
    binned = [Binned(work=work, rung=flow.rung, from_c=edge, sums=_whole(row, flow.random))
              for edge, row in rows if any(row)]  # fmt: skip
    return msgspec.structs.replace(day, **{work: sums}, bins=(*day.bins, *binned))


def _shares(work: Mapping[Work, Floats], outdoor_c: Floats, cuts: Cuts) -> dict[Work, Floats]:
    """Return each kind of work's share of standby: by electricity; on an idle day all to heating or to cooling."""
    drawn = {name: cuts.sum(column) for name, column in work.items()}
    whole = np.sum(list(drawn.values()), axis=0)
    mean = cuts.mean(outdoor_c)
    heats = np.where(np.isnan(mean) | (mean < _HEATS_BELOW_C), 1.0, 0.0)
    idle: dict[Work, Floats] = {"heating": heats, "cooling": 1.0 - heats, "dhw": np.zeros(len(heats))}
    at_work = np.where(whole > 0, whole, 1.0)
    return {name: np.where(whole > 0, kwh / at_work, idle[name]) for name, kwh in drawn.items()}


class _Cells(NamedTuple):
    """The outdoor temperature bins of each span, as cells that rows are summed into.

    Attributes
    ----------
    rows, cell : array
        The rows inside spans, and which cell each is summed into.
    span : list of int
        Whose each cell is; by span, then by temperature.
    edges : list of int or None
        Its lower edge; None, the last of a span, where the outdoor temperature was not known. [°C]
    spans : int
        How many spans there are.
    """

    rows: Ints
    cell: Ints
    span: list[int]
    edges: list[int | None]
    spans: int

    def sum(self, columns: Floats) -> Floats:
        """Sum columns over each cell, shape (cells, columns)."""
        size = len(self.span)
        return np.array([np.bincount(self.cell, column[self.rows], size) for column in columns]).T

    def of(self, sums: Floats) -> list[_Rows]:
        """Return the edges and sums of each span's cells."""
        found: list[_Rows] = [[] for _ in range(self.spans)]
        for span, edge, row in zip(self.span, self.edges, sums.tolist(), strict=True):
            found[span].append((edge, row))
        return found


def _cells(outdoor_c: Floats, cuts: Cuts) -> _Cells:
    rows = cuts.rows()
    number = np.floor(outdoor_c[rows] / BIN_K)
    known = np.clip(np.nan_to_num(number), 1 - _LAST_BIN, _LAST_BIN - 1)
    at = np.where(np.isnan(number), _LAST_BIN, known).astype(np.int64)
    span = np.repeat(np.arange(len(cuts.low)), cuts.sizes)
    keys, cell = np.unique(span * _BINS + at + _LAST_BIN, return_inverse=True)
    edges = [None if edge == _LAST_BIN else edge * BIN_K for edge in (keys % _BINS - _LAST_BIN).tolist()]
    return _Cells(rows, cell, (keys // _BINS).tolist(), edges, len(cuts.low))


def _columns(flow: Flow, drawn: Floats, rest: Floats, unknown: Floats) -> Floats:
    """Return electricity, heat, its lasting doubt, what was not judged, what was beyond, and seconds."""
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
    return np.array(columns)


def _whole(row: Sequence[float], random: float) -> HeatSum:
    drawn, heat, lasting, missing, beyond, seconds = row
    return HeatSum(
        electricity_kwh=drawn,
        heat_kwh=heat,
        systematic_kwh=lasting,
        variance_kwh2=(random * heat) ** 2,
        missing_kwh=missing,
        beyond_kwh=beyond,
        seconds=seconds,
    )


def _expected(normal: Normal, drawn: Floats, cells: _Cells) -> list[list[Expected]]:
    known = np.isfinite(normal.low)
    columns = np.where(known, np.array((drawn, drawn * normal.low, drawn * normal.high)), 0.0)
    return [
        [
            Expected(work=normal.work, from_c=edge, drawn_kwh=kwh, low_kwh=low, high_kwh=high)
            for edge, (kwh, low, high) in rows
            if kwh > 0
        ]
        for rows in cells.of(cells.sum(columns))
    ]
