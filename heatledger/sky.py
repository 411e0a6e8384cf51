"""Where the sun stands: whether it is day at a place."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

_RISEN_DEG: Final = -0.833
"""The sun rises when its middle is so far below the horizon: its radius and the refraction of the air (NOAA)."""


def sun_height(at: datetime, latitude: float, longitude: float) -> float:
    """Return how high the middle of the sun stands, without the air's refraction.

    Declination by Cooper (1969), equation of time by Duffie and Beckman, Solar Engineering of Thermal Processes, 1.5.3;
    sunrise comes out within five minutes below the polar circles.

    Parameters
    ----------
    at : datetime
        Aware.
    latitude, longitude : float
        North and east are positive. [°]

    Returns
    -------
    float
        [°]

    Examples
    --------
    >>> round(sun_height(datetime(2026, 6, 21, 12, tzinfo=UTC), 42.0, 0.0))
    71
    """
    moment = at.astimezone(UTC)
    day = moment.timetuple().tm_yday
    turn = 2 * math.pi * (day - 1) / 365
    late_min = 229.2 * (
        0.000075
        + 0.001868 * math.cos(turn)
        - 0.032077 * math.sin(turn)
        - 0.014615 * math.cos(2 * turn)
        - 0.04089 * math.sin(2 * turn)
    )
    hour = moment.hour + moment.minute / 60 + moment.second / 3600 + longitude / 15 + late_min / 60
    tilt, here = math.radians(23.45 * math.sin(2 * math.pi * (284 + day) / 365)), math.radians(latitude)
    height = math.sin(here) * math.sin(tilt) + math.cos(here) * math.cos(tilt) * math.cos(
        math.radians(15 * (hour - 12))
    )
    return math.degrees(math.asin(max(-1.0, min(height, 1.0))))


def is_day(at: datetime, latitude: float, longitude: float) -> bool:
    """Return whether the sun is up.

    Examples
    --------
    >>> is_day(datetime(2026, 1, 20, 23, tzinfo=UTC), 41.9, -87.6)
    False
    """
    return sun_height(at, latitude, longitude) > _RISEN_DEG
