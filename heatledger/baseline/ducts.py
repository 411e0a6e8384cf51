"""What ducts keep of the heat that enters them: ASHRAE 152's delivery effectiveness, heating and cooling."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.home import Ducts
from heatledger.readings import Floats

AIR_J_M3K: Final = 1207.2
"""Heat that air carries by volume: 0.018 Btu/(ft³·°F), ASHRAE 152's. [J/(m³·K)]"""
AIR_KG_M3: Final = 1.2014
FLOW_M3S_PER_W: Final = 1200 * 4.71947e-4 / 10_550.56
"""Air of a ducted heat pump by its capacity: 400 ft³/min a ton (12,000 Btu/h). [m³/(s·W)]"""
LEAST: Final = 0.1
_SUPPLY_AREA: Final = 0.27
"""Supply ducts by the floor they serve, ASHRAE 152's default. [1]"""
_RETURN_AREA: Final = 0.10
"""Return ducts by the floor: a twentieth for each of two registers, the same table. [1]"""
_ATTIC_RISE_K: Final = 3.0
"""How much warmer than outdoors a vented attic is in winter. [K]"""
_ATTIC_SUN_K: Final = 5.0
"""The same in the cooling season: 9 °F in ASHRAE 152. [K]"""
_DEFAULT_FLOOR_M2: Final = 140.0

Zone = Literal["inside", "basement", "attic"]


class Run(NamedTuple):
    """Ducts as ASHRAE 152 sees them.

    Attributes
    ----------
    supply_m2, return_m2 : float
        Surface. [m²]
    supply_r, return_r : float
        Effective thermal resistance. [m²·K/W]
    supply_leak, return_leak : float
        Share of the air that leaks out of the supply, and into the return, at full flow. [0–1]
    zone : str
        Where they run, which says how warm it is around them.
    zone_c : float or None
        Temperature around them where it is stated. [°C]
    regain : float
        Share of what they lose that comes back through the floor or the ceiling. [0–1]
    scale : float
        By which all they lose is multiplied: a place of which only the share lost is known loses that over a season.
        [1]
    """

    supply_m2: float
    return_m2: float
    supply_r: float
    return_r: float
    supply_leak: float
    return_leak: float
    zone: Zone
    zone_c: float | None = None
    regain: float = 0.0
    scale: float = 1.0


class Preset(NamedTuple):
    """A place for ducts: zone, nominal R [m²·K/W], leakage of each side, regain, and the share it loses. [1]."""

    zone: Zone
    nominal_r: float
    leak: float
    regain: float
    lost: float


PRESETS: Final[dict[str, Preset]] = {
    "inside": Preset("inside", 0.70, 0.0, 1.0, 0.0),
    "basement": Preset("basement", 0.70, 0.0568, 0.0, 0.15),
    "attic_good": Preset("attic", 1.41, 0.0356, 0.0, 0.15),
    "attic_typical": Preset("attic", 1.06, 0.0804, 0.0, 0.25),
}
"""Leakage is such that each loses its share on 93 m² at 10.55 kW, 400 ft³/min a ton, 35 °F (basement 55 °F) around."""
LOST_SD: Final = 0.06
"""Standard deviation of the share lost by ducts nobody measured: ±10 points, 90 %. [1]"""


def effective_r(nominal_m2k_w: float, side: Literal["supply", "return"]) -> float:
    """Return a duct's true thermal resistance from the nominal one of its wrap, air films included.

    Palmiter and Kruse (2006), True R-Values of Round Residential Ductwork, as fitted in OpenStudio-HPXML.

    Examples
    --------
    >>> round(effective_r(1.4088, "supply") * 5.678, 2), round(effective_r(1.4088, "return") * 5.678, 2)
    (6.74, 7.68)
    """
    ip = nominal_m2k_w * 5.678263
    found = 2.2438 + 0.5619 * ip if side == "supply" else 2.0388 + 0.7053 * ip
    return found / 5.678263


def run_of(stated: Ducts | None, area_m2: float | None) -> Run | None:
    """Return the ducts that a home file means; None where there are none.

    Parameters
    ----------
    stated : Ducts or None
        A place of `PRESETS`, and what is known better than it says.
    area_m2 : float or None
        Floor that they serve. [m²]

    Returns
    -------
    Run or None
    """
    if stated is None or stated.place == "none":
        return None
    preset, floor = PRESETS[stated.place], area_m2 or _DEFAULT_FLOOR_M2
    nominal = preset.nominal_r if stated.r_value is None else stated.r_value
    return Run(
        supply_m2=_SUPPLY_AREA * floor if stated.supply_m2 is None else stated.supply_m2,
        return_m2=_RETURN_AREA * floor if stated.return_m2 is None else stated.return_m2,
        supply_r=effective_r(nominal, "supply"),
        return_r=effective_r(nominal, "return"),
        supply_leak=preset.leak if stated.supply_leak is None else stated.supply_leak,
        return_leak=preset.leak if stated.return_leak is None else stated.return_leak,
        zone=preset.zone,
        zone_c=stated.zone_c,
        regain=preset.regain if stated.regain is None else stated.regain,
    )


def seasonal(run: Run, lost: float, heat_w: float, flow_m3s: float, zone_c: float, room_c: float) -> Run:
    """Return ducts that lose a share at the conditions of a season's middle, and by ASHRAE 152 more or less at others.

    Parameters
    ----------
    run : Run
        The ducts.
    lost : float
        What they are said to lose. [0–1]
    heat_w, flow_m3s, zone_c, room_c : float
        The middle of the season, as `heating`. [W] [m³/s] [°C] [°C]
    """
    there = 1.0 - float(heating(run._replace(scale=1.0), heat_w, flow_m3s, zone_c, room_c))
    return run._replace(scale=lost / there) if there > 0 and lost > 0 else run


def around(
    run: Run, outdoor_c: Floats, room_c: npt.ArrayLike, *, ground_c: npt.ArrayLike = 10.0, cooling: bool = False
) -> Floats:
    """Return the temperature around ducts, hour by hour. [°C].

    Parameters
    ----------
    run : Run
        The ducts.
    outdoor_c : array
        Outdoor air. [°C]
    room_c, ground_c : array_like
        Room air, and the ground (basements: ASHRAE 152 takes 0.5 ground + 0.2 outdoors + 0.3 room). [°C]
    cooling : bool
        Whether the sun stands on an attic.
    """
    room = np.broadcast_to(np.asarray(room_c, dtype=np.float64), outdoor_c.shape)
    if run.zone_c is not None:
        return np.full(outdoor_c.shape, run.zone_c)
    if run.zone == "inside":
        return room.astype(np.float64)
    if run.zone == "basement":
        return np.asarray(0.5 * np.asarray(ground_c) + 0.2 * outdoor_c + 0.3 * room, dtype=np.float64)
    return np.asarray(outdoor_c + (_ATTIC_SUN_K if cooling else _ATTIC_RISE_K), dtype=np.float64)


def heating(
    run: Run, heat_w: npt.ArrayLike, flow_m3s: npt.ArrayLike, zone_c: npt.ArrayLike, room_c: npt.ArrayLike
) -> Floats:
    """Return the share of the heat that reaches the rooms while the machine runs.

    DE = a_s·B_s − a_s·B_s·(1 − B_r·a_r)·ΔT_r/ΔT_e − a_s·(1 − B_s)·ΔT_s/ΔT_e, B = exp(−A/(ṁ·c_p·R)),
    ΔT_e = Q/(ṁ·c_p); then what comes back, DE + F·(1 − DE) − (F − F − B_r·(a_r·F − F))·ΔT_r/ΔT_e
    (ASHRAE Standard 152, 6-34).

    Parameters
    ----------
    run : Run
        The ducts.
    heat_w : array_like
        Heat into the air stream while it runs. [W]
    flow_m3s : array_like
        Air while it runs. [m³/s]
    zone_c, room_c : array_like
        Around the ducts, and of the rooms. [°C]

    Returns
    -------
    array
        Within 0.1–1. [1]

    Examples
    --------
    >>> attic = Run(25.08, 8.36, 6.739 / 5.678, 7.681 / 5.678, 0.04, 0.04, "attic")
    >>> round(float(heating(attic, 10550.6, 0.5663, 1.67, 20.0)), 3)
    0.842
    """
    air = np.maximum(np.asarray(flow_m3s, dtype=np.float64), 1e-6) * AIR_J_M3K
    rise = np.maximum(np.asarray(heat_w, dtype=np.float64), 1e-6) / air
    zone = np.asarray(zone_c, dtype=np.float64)
    lost = np.asarray(room_c, dtype=np.float64) - zone
    supply, back = 1.0 - run.supply_leak, 1.0 - run.return_leak
    b_s, b_r = np.exp(-run.supply_m2 / (air * run.supply_r)), np.exp(-run.return_m2 / (air * run.return_r))
    found = supply * b_s - supply * b_s * (1.0 - b_r * back) * lost / rise - supply * (1.0 - b_s) * lost / rise
    return _regained(run, found, b_r * (1.0 - back), lost / rise)


def infiltration(
    run: Run, heat_w: npt.ArrayLike, flow_m3s: npt.ArrayLike, outdoor_c: Floats, room_c: npt.ArrayLike
) -> Floats:
    """Return the share of the heat that warms the air drawn in because ducts leak unevenly while they run.

    Half of what supplies lose beyond what returns draw in comes through the envelope, the other half keeps out what
    would have come anyway: (1 − a_s − (1 − a_r))/2·(room − outdoors)/ΔT_e (Palmiter and Bond 1991; ASHRAE 152).

    Parameters
    ----------
    run : Run
        The ducts.
    heat_w, flow_m3s : array_like
        Heat and air while it runs. [W] [m³/s]
    outdoor_c, room_c : array_like
        [°C]

    Returns
    -------
    array
        Less than nothing where returns leak more. [1]

    Examples
    --------
    >>> attic = Run(25.0, 8.0, 1.0, 1.0, 0.09, 0.07, "attic")
    >>> round(float(infiltration(attic, 11_000.0, 0.58, np.array(-4.0), 20.0)), 4)
    0.0153
    """
    air = np.maximum(np.asarray(flow_m3s, dtype=np.float64), 1e-6) * AIR_J_M3K
    rise = np.maximum(np.asarray(heat_w, dtype=np.float64), 1e-6) / air
    uneven = run.supply_leak - run.return_leak
    return np.asarray(0.5 * uneven * (np.asarray(room_c) - outdoor_c) / rise, dtype=np.float64)


def cooling(
    run: Run,
    cold_w: npt.ArrayLike,
    flow_m3s: npt.ArrayLike,
    zone_c: npt.ArrayLike,
    room_c: npt.ArrayLike,
    *,
    damp_j_kg: float = 0.0,
    supply_c: float = 12.8,
) -> Floats:
    """Return the share of total cooling that reaches the rooms while the machine runs.

    DE = a_s − a_s·ṁ/Q·((1 − a_r)·(h_zone − h_room) + a_r·c_p·(B_r − 1)·ΔT_r + c_p·(B_s − 1)·(t_supply − t_zone))
    (ASHRAE Standard 152, cooling form; ΔT_r = room − zone).

    Parameters
    ----------
    run : Run
        The ducts.
    cold_w : array_like
        Total cooling, sensible and latent, while it runs. [W]
    flow_m3s, zone_c, room_c : array_like
        As `heating`.
    damp_j_kg : float
        Enthalpy that the air around returns holds beyond the rooms' for its moisture. [J/kg]
    supply_c : float
        Air at the supply plenum, 55 °F by the standard. [°C]

    Returns
    -------
    array
        Within 0.1–1. [1]
    """
    flow = np.maximum(np.asarray(flow_m3s, dtype=np.float64), 1e-6)
    mass, air = flow * AIR_KG_M3, flow * AIR_J_M3K
    total = np.maximum(np.asarray(cold_w, dtype=np.float64), 1e-6)
    heat_j_kgk = AIR_J_M3K / AIR_KG_M3
    zone = np.asarray(zone_c, dtype=np.float64)
    lost = np.asarray(room_c, dtype=np.float64) - zone
    supply, back = 1.0 - run.supply_leak, 1.0 - run.return_leak
    b_s, b_r = np.exp(-run.supply_m2 / (air * run.supply_r)), np.exp(-run.return_m2 / (air * run.return_r))
    gained = (
        run.return_leak * (damp_j_kg - heat_j_kgk * lost)
        + back * heat_j_kgk * (b_r - 1.0) * lost
        + heat_j_kgk * (b_s - 1.0) * (supply_c - zone)
    )
    found = supply - supply * mass / total * gained
    return _regained(run, found, b_r * (1.0 - back), -lost * air / total)


def _regained(run: Run, found: Floats, leaked: Floats, relative: Floats) -> Floats:
    """Give back what the rooms regain: both sides the same share, so of the last term only the return's leak stays."""
    back = found + run.regain * (1.0 - found) - run.regain * leaked * relative
    back = 1.0 - run.scale * (1.0 - back)
    return np.asarray(np.clip(back, LEAST, 1.0), dtype=np.float64)
