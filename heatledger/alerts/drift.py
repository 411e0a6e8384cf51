"""Whether a heat pump does worse than it used to in the same weather: a week beside its own curve, with its interval.

Only measured heat can tell. A COP that is read from a map moves with the power alone and never drifts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from heatledger.days import Day
from heatledger.heat.flows import BIN_K, Work
from heatledger.readings import Floats

WEEK_D: Final = 7
LEAST_DAYS: Final = 5
"""Days of the week that must have heated."""
LEAST_PAST: Final = 28
"""Days of its past that its curve needs."""
_LAGS_D: Final = (28, 7)
"""How long before now the past ends: a slow drift must not become the curve, where there is past enough."""
_LEAST_KWH: Final = 1.0
_MEASURED: Final = ("A", "B")
_LEAST_WEEKS: Final = 4
_T95: Final = (6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81, 1.80, 1.78, 1.77, 1.76, 1.75)
"""Student's t at 95 %, one-sided, by degrees of freedom from 1: the ends of a 90 % interval. [1]"""


class HeatDay(NamedTuple):
    """One day's work: by lower edge of the outdoor temperature bin [°C], electricity and measured heat. [kWh]."""

    day: date
    rows: tuple[tuple[int, float, float], ...]

    @property
    def kwh(self) -> float:
        """The day's electricity at work. [kWh]."""
        return sum(kwh for _, kwh, _ in self.rows)


class Drift(NamedTuple):
    """A week beside a machine's own curve.

    Attributes
    ----------
    cop, expected : float
        Of the week, and by its curve for the week's weather. [1]
    below : float
        How far the week lies below its curve. [1]
    half : float
        Half-width of the 90 % interval of a week around that curve. [1]
    days, past_days : int
        Days of the week that heated, and days that the curve is made from.
    """

    cop: float
    expected: float
    below: float
    half: float
    days: int
    past_days: int

    @property
    def beyond(self) -> bool:
        """Whether chance alone would seldom put a week there."""
        return self.below > self.half


def heat_days(pump: str, days: Iterable[tuple[date, Day]], work: Work) -> tuple[HeatDay, ...]:
    """Return the measured heat of each day, by the better of the two rungs that measure.

    Parameters
    ----------
    pump : str
        A heat pump's id.
    days : iterable of (date, Day)
        In order.
    work : str
        heating, cooling or dhw.

    Returns
    -------
    tuple of HeatDay
        Empty where no heat is measured.
    """
    by_rung: dict[str, list[HeatDay]] = {rung: [] for rung in _MEASURED}
    for day, row in days:
        bins = row.pumps[pump].bins if pump in row.pumps else ()
        for rung, found in by_rung.items():
            cells = tuple(
                (one.from_c, one.sums.electricity_kwh, one.sums.heat_kwh)
                for one in bins
                if one.rung == rung and one.work == work and one.from_c is not None
            )
            if cells:
                found.append(HeatDay(day, cells))
    return tuple(next((rows for rows in by_rung.values() if rows), []))


def drift(days: Sequence[HeatDay], today: date) -> Drift | None:
    """Compare the last seven whole days with the same machine's past.

    The curve is COP = a + b · outdoor temperature, by weighted least squares over the past's temperature bins; the
    interval comes from how far the past's own weeks lie from it (Student's t), so days that are alike count once.

    Parameters
    ----------
    days : sequence of HeatDay
        Whole days, in order.
    today : date
        The week ends the day before.

    Returns
    -------
    Drift or None
        None where the week heated too little, the past is too short, or its weather was another.
    """
    heated = [row for row in days if row.kwh >= _LEAST_KWH]
    week = [row for row in heated if today - timedelta(days=WEEK_D) <= row.day < today]
    if len(week) < LEAST_DAYS:
        return None
    for lag in _LAGS_D:
        past = [row for row in heated if row.day < today - timedelta(days=lag)]
        if len(past) >= LEAST_PAST:
            return _beside(week, past)
    return None


def _beside(week: Sequence[HeatDay], past: Sequence[HeatDay]) -> Drift | None:
    temps, kwh, heat = _columns(past)
    now_temps, now_kwh, now_heat = _columns(week)
    mean_c = float(np.average(now_temps, weights=now_kwh))
    if np.unique(temps).size < 2 or not temps.min() - BIN_K <= mean_c <= temps.max() + BIN_K:
        return None
    design = np.column_stack((np.ones_like(temps), temps)) * np.sqrt(kwh)[:, None]
    curve: Floats = np.linalg.lstsq(design, heat / np.sqrt(kwh), rcond=None)[0].astype(np.float64)
    ratios = [_ratio(block, curve) for block in _weeks(past)]
    if len(ratios) < _LEAST_WEEKS:
        return None
    spread = float(np.std(ratios, ddof=1)) * np.sqrt(1 + 1 / len(ratios))
    expected = float((now_kwh * (curve[0] + curve[1] * now_temps)).sum() / now_kwh.sum())
    cop = float(now_heat.sum() / now_kwh.sum())
    return Drift(
        cop=cop,
        expected=expected,
        below=1.0 - cop / expected,
        half=_T95[min(len(ratios) - 1, len(_T95)) - 1] * float(spread),
        days=len(week),
        past_days=len(past),
    )


def _columns(days: Sequence[HeatDay]) -> tuple[Floats, Floats, Floats]:
    rows = np.array([row for day in days for row in day.rows if row[1] > 0], dtype=np.float64)
    return rows[:, 0] + BIN_K / 2, rows[:, 1], rows[:, 2]


def _ratio(days: Sequence[HeatDay], curve: Floats) -> float:
    temps, kwh, heat = _columns(days)
    return float(heat.sum() / (kwh * (curve[0] + curve[1] * temps)).sum())


def _weeks(days: Sequence[HeatDay]) -> list[list[HeatDay]]:
    """Return the past by weeks, counted back from its end; those of a few days are left out."""
    weeks: dict[int, list[HeatDay]] = {}
    for row in days:
        weeks.setdefault((days[-1].day - row.day).days // WEEK_D, []).append(row)
    return [week for week in weeks.values() if len(week) >= LEAST_DAYS]
