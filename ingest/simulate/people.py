"""What the people of the demo home do: set-points by the clock, hot water, lights and cooking, as columns."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.readings import Floats, Ints
from ingest.simulate.weather import DAY_S, Weather, chance, noise

TIMEZONE: Final = "America/Chicago"
HEAT_BELOW_C: Final = 14.5
"""A day whose season and front stay below this is a heating day [°C]."""
COOL_ABOVE_C: Final = 15.5

_COOKING, _SHOWER, _LAUNDRY, _HUM, _AIRING = 21, 22, 23, 24, 25


class Comfort(NamedTuple):
    """One zone's thermostat: comfort hours in local time and the four set-points [h, °C]."""

    begins: float
    ends: float
    heat: float
    setback: float
    cool: float
    setup: float


COMFORT: Final = (
    Comfort(6.0, 22.5, 21.0, 18.0, 25.0, 26.5),  # living
    Comfort(17.0, 30.5, 19.5, 17.5, 24.5, 26.5),  # bedroom: comfort from evening to 06:30
    Comfort(7.5, 18.5, 20.5, 17.0, 25.0, 27.0),  # study
    Comfort(6.5, 20.5, 20.5, 18.5, 25.0, 26.0),  # kids (the panel heater cannot cool)
)
_AIRINGS: Final = (8.2, 12.6, 16.1)
"""When the study's window is opened, on some days [h], for so long [h], and what goes out through it [W/K]."""
_AIRED_H: Final = 0.2
_AIRED_W_K: Final = 60.0
_STUDY: Final = 2
_SOLAR_M2: Final = (1.2, 0.5, 0.7, 0.4)
_BODIES_W: Final = (110.0, 70.0, 60.0, 60.0)
_BASE_SHARE: Final = (0.55, 0.08, 0.12, 0.08)


class Doings(NamedTuple):
    """Everything outside the physics, one row per step (columns of zones where two-dimensional).

    Attributes
    ----------
    season : array
        1 on heating days, −1 on cooling days, 0 between.
    setpoint_c : array
        What each thermostat asks for. [°C]
    mode, fan : array
        What each is set to, as codes of `devices.WORDS`.
    sign : array
        1 where a zone's unit may heat, −1 where it may cool, else 0.
    gain_w : array
        Sun, bodies and appliances into each zone. [W]
    base_w : array
        Fridge, lights, cooking, standby. [W]
    draw_w : array
        Heat leaving the hot-water tank with the water. [W]
    powered : array
        1 where a relay gives power to the living room's unit, the panel heater and the water heater, else 0.
    open : array
        1 while the study's window stands open.
    """

    season: Floats
    setpoint_c: Floats
    mode: Floats
    fan: Floats
    sign: Floats
    gain_w: Floats
    base_w: Floats
    draw_w: Floats
    powered: Floats
    open: Floats


def local_seconds(time_us: Ints) -> Floats:
    """Return the home's wall clock as seconds that run through local days and weeks.

    Parameters
    ----------
    time_us : array
        UTC. [µs since 1970]

    Returns
    -------
    array
        UTC plus the zone's offset. [s]
    """
    zone = ZoneInfo(TIMEZONE)
    time_s = time_us // 1_000_000
    hours, back = np.unique(time_s // 3600, return_inverse=True)
    offsets = [_offset_s(zone, int(hour) * 3600) for hour in hours]
    return np.asarray(time_us / 1e6 + np.asarray(offsets, dtype=np.float64)[back], dtype=np.float64)


def local_days(time_us: int) -> int:
    """Return the number of the home's local day, counted from 1970 [days]."""
    return int(local_seconds(np.array([time_us], dtype=np.int64))[0] // DAY_S)


def _offset_s(zone: ZoneInfo, time_s: int) -> float:
    offset = datetime.fromtimestamp(time_s, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0


def doings(seed: int, time_us: Ints, weather: Weather, day_calm_c: Floats) -> Doings:
    """Return what people and schedules do at each step.

    Parameters
    ----------
    seed : int
        Which household.
    time_us : array
        UTC. [µs since 1970]
    weather : Weather
        Outdoor conditions at those times.
    day_calm_c : array
        Season-and-front temperature of each step's day, by which the mode is chosen. [°C]

    Returns
    -------
    Doings
        Columns of the same length.
    """
    local_s = local_seconds(time_us)
    hour, day = local_s % DAY_S / 3600.0, np.floor(local_s / DAY_S).astype(np.int64)
    season = np.where(day_calm_c < HEAT_BELOW_C, 1.0, np.where(day_calm_c > COOL_ABOVE_C, -1.0, 0.0))
    setpoints = [_setpoint(comfort, hour, season) for comfort in COMFORT]
    base = _base(seed, time_us / 1e6, hour, day, weather)
    home = np.clip(1.0 - 0.6 * _between(hour, 9.0, 16.5), 0.0, 1.0)
    gains = [
        area * weather.irradiance + body * home + share * base
        for area, body, share in zip(_SOLAR_M2, _BODIES_W, _BASE_SHARE, strict=True)
    ]
    opened = _opened(seed, hour, day)
    gains[_STUDY] = gains[_STUDY] - opened * _AIRED_W_K * (setpoints[_STUDY] - weather.temp_c)
    heads, panel = [season] * 3, np.maximum(season, 0.0)
    return Doings(
        season=season,
        setpoint_c=np.column_stack(setpoints),
        mode=np.column_stack([*heads, np.ones(len(season))]),
        fan=np.zeros((len(season), 4)),
        sign=np.column_stack([*heads, panel]),
        gain_w=np.column_stack(gains),
        base_w=base,
        draw_w=_draw(seed, hour, day),
        powered=np.ones((len(season), 3)),
        open=opened,
    )


def _setpoint(comfort: Comfort, hour: Floats, season: Floats) -> Floats:
    wanted = _between(hour, comfort.begins, comfort.ends) + _between(hour + 24.0, comfort.begins, comfort.ends) > 0.0
    warm, cold = (comfort.heat, comfort.setback), (comfort.cool, comfort.setup)
    return np.where(season >= 0.0, np.where(wanted, *warm), np.where(wanted, *cold))


def _opened(seed: int, hour: Floats, day: Ints) -> Floats:
    """Return where the study's window stands open: two times of three, each time the day's own chance."""
    spans = (
        (chance(seed, _AIRING, day * len(_AIRINGS) + number) < 0.67) * _between(hour, begins, begins + _AIRED_H)
        for number, begins in enumerate(_AIRINGS)
    )
    return np.asarray(sum(spans, np.zeros(len(hour))), dtype=np.float64)


def _between(hour: Floats, first: float, last: float) -> Floats:
    return ((hour >= first) & (hour < last)).astype(np.float64)


def _base(seed: int, time_s: Floats, hour: Floats, day: Ints, weather: Weather) -> Floats:
    """Sum standby, fridge, lights, cooking and laundry [W]."""
    fridge = np.where((time_s / 2700.0 + 0.13) % 1.0 < 0.38, 118.0, 3.0)
    dark = np.clip(1.0 - weather.irradiance / 120.0, 0.0, 1.0)
    lights = dark * (190.0 * _between(hour, 16.0, 23.0) + 140.0 * _between(hour, 6.0, 8.0) + 12.0)
    screens = 130.0 * _between(hour, 18.5, 23.2) + 60.0 * _between(hour, 8.5, 17.5)
    meal = 0.5 + chance(seed, _COOKING, day)
    cooking = 900.0 * _between(hour, 6.75, 7.1) + meal * (
        700.0 * _between(hour, 12.2, 12.5) + 1500.0 * _between(hour, 17.9, 18.6)
    )
    washing = (chance(seed, _LAUNDRY, day) < 0.4) * (
        1900.0 * _between(hour, 10.0, 10.4) + 320.0 * _between(hour, 10.4, 11.3)
    )
    hum = 9.0 * noise(seed, _HUM, time_s, 60.0)
    return np.asarray(96.0 + fridge + lights + screens + cooking + washing + hum, dtype=np.float64)


def _draw(seed: int, hour: Floats, day: Ints) -> Floats:
    """Return the heat drawn as hot water: showers, dishes, a bath [W]."""
    often = 0.55 + 0.8 * chance(seed, _SHOWER, day)
    showers = 5200.0 * _between(hour, 6.6, 7.05) + 900.0 * _between(hour, 12.5, 12.8)
    evening = 1400.0 * _between(hour, 18.7, 19.0) + 5000.0 * _between(hour, 20.5, 20.9)
    return np.asarray(often * (showers + evening), dtype=np.float64)
