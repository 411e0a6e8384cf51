"""What another span's weather would have done to a span's energy, by the home's own response to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from heatledger import weather_response
from heatledger.days import Day
from heatledger.readings import Floats

HEARD: Final = 0.9
"""Of a span of which less was heard nothing is said: its gaps would pass for savings. [1]"""
_SIDE: Final = 1.645
"""Of a normal distribution, nine in ten lie within so many standard deviations. [1]"""
_MOST_ALIKE: Final = 0.9

Unknown = Literal["outdoor", "response"]
"""Why it is not known: an outdoor temperature is missing, or too few days say how the home answers to it."""


class Answer(NamedTuple):
    """How the home answers to the other weather.

    Attributes
    ----------
    factor : float
        Its energy in the other weather over its energy. [1]
    warmer_k : float
        How much warmer the other span was. [K]
    deviation_kwh : float
        How far a day lies from the response, one standard deviation. [kWh/d]
    alike : float
        How much of that a day shares with the day before. [1]
    """

    factor: float
    warmer_k: float
    deviation_kwh: float
    alike: float

    def half_kwh(self, days: int) -> float:
        """Return half of the 90 % interval of the difference of two spans of so many days. [kWh].

        Two sums of n days differ by √(2 n) standard deviations where days are independent; where each is like the one
        before, n shrinks to n (1 − ρ)/(1 + ρ) of them (ASHRAE Guideline 14-2014, annex B).
        """
        spread = (2 * days * (1 + self.alike) / (1 - self.alike)) ** 0.5
        return float(_SIDE * self.deviation_kwh * spread)


def answer(
    span: Sequence[Day], other: Sequence[Day], known: Sequence[Day], *, days: tuple[int, int]
) -> Answer | Unknown:
    """Return what a span's energy would have been in another one's weather.

    Parameters
    ----------
    span, other : sequence of Day
        The days of both that were measured.
    known : sequence of Day
        Every day that says how the home answers to the weather, in order.
    days : (int, int)
        How many days both spans have. [d]

    Returns
    -------
    Answer or str
        Else why it cannot be known.
    """
    temps = [np.array([row.outdoor_c for row in rows if row.outdoor_c is not None]) for rows in (span, other)]
    if any(row.size < HEARD * length for row, length in zip(temps, days, strict=True)):
        return "outdoor"
    whole = [row for row in known if row.outdoor_c is not None and row.covered_s >= HEARD * row.seconds > 0]
    response = weather_response.fit(
        np.array([row.outdoor_c for row in whole], dtype=np.float64), np.array([row.imported for row in whole])
    )
    mean = sum(row.imported for row in span) / len(span)
    if response is None or mean <= 0:
        return "response"
    before, after = (float(weather_response.energy(response, row).mean()) for row in temps)
    return Answer(
        factor=max(mean + after - before, 0.0) / mean,
        warmer_k=float(temps[1].mean() - temps[0].mean()),
        deviation_kwh=float(np.std(response.residuals)),
        alike=_alike(response.residuals),
    )


def _alike(residuals: Floats) -> float:
    """Return the correlation of each day's residual with the next one's, between 0 and `_MOST_ALIKE`."""
    centred = residuals - residuals.mean()
    whole = float(centred @ centred)
    return min(max(float(centred[:-1] @ centred[1:]) / whole, 0.0), _MOST_ALIKE) if whole else 0.0
