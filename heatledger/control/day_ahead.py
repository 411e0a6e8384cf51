"""The half hours ahead: when they begin, what a kilowatt-hour costs in each, and what a room is to be like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from heatledger.home import Home
from heatledger.limits import Limits
from heatledger.programme import Change, changes
from heatledger.readings import Floats
from heatledger.tariff.marginal import Step

HALF_HOUR_S: Final = 1800
_STEPS: Final = 48
_LEAST: Final = timedelta(hours=6)


def half_hours(now: datetime) -> Floats:
    """Return when the half hours of the clock begin, the running one now, and when the last ends, within a day.

    Parameters
    ----------
    now : datetime
        Aware.

    Returns
    -------
    array, shape (49,)
        [Unix time, s]

    Examples
    --------
    >>> instants = half_hours(datetime(2026, 1, 20, 5, 10, tzinfo=UTC))
    >>> (np.diff(instants) / 60).tolist()[:3], len(instants)
    ([20.0, 30.0, 30.0], 49)
    """
    from_s = now.timestamp()
    later = (from_s // HALF_HOUR_S + np.arange(1, _STEPS + 1)) * HALF_HOUR_S
    return np.concatenate(([from_s], later))


def prices(ahead: Sequence[Step], instants: Floats) -> Floats:
    """Return the mean price of each span between instants, as far as it is known without a gap. [currency/kWh].

    Parameters
    ----------
    ahead : sequence of Step
        Every price of the hours ahead, in order.
    instants : array, shape (n + 1,)
        [Unix time, s]

    Returns
    -------
    array, shape (m,)
        m ≤ n; nothing where less than six hours are known.
    """
    found = list[float]()
    for start_s, end_s in zip(instants[:-1].tolist(), instants[1:].tolist(), strict=True):
        parts = [(min(step.end.timestamp(), end_s) - max(step.start.timestamp(), start_s), step.rate) for step in ahead]
        known = [(span_s, float(rate)) for span_s, rate in parts if span_s > 0 and rate is not None]
        covered_s = sum(span_s for span_s, _ in known)
        if covered_s < (end_s - start_s) * 0.999:
            break
        found.append(sum(span_s * rate for span_s, rate in known) / covered_s)
    enough = found and instants[len(found)] - instants[0] >= _LEAST.total_seconds()
    return np.array(found if enough else [], dtype=np.float64)


def wanted(home: Home, zone: str, limits: Limits, instants: Floats) -> Floats:
    """Return the programme's set-point of a zone at instants [°C]; where it asks for no heat, the least that is kept.

    Parameters
    ----------
    home, zone, limits : Home, str, Limits
        Whose programme, and what the zone may be set to.
    instants : array
        Rising. [Unix time, s]
    """
    found = list[float]()
    held, until_s = None, -np.inf
    for at_s in instants.tolist():
        if at_s >= until_s:
            held, coming = changes(zone, home.programme, home.away, home.timezone, _moment(at_s))
            until_s = coming.at.timestamp() if coming else np.inf
        asks = asks_for_heat(held)
        found.append(asks if asks is not None else limits.frost_c)
    return np.array(found, dtype=np.float64)


def asks_for_heat(held: Change | None) -> float | None:
    """Return the set-point to which a programme heats; None where it does not. [°C].

    Examples
    --------
    >>> asks_for_heat(Change(datetime(2026, 1, 1, tzinfo=UTC), 20.5, None, "")), asks_for_heat(None)
    (20.5, None)
    """
    return held.setpoint if held is not None and held.mode in (None, "heat") else None


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
