"""The demo house: four zones as an RC network, the thermostats that drive them, and a hot-water tank."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.readings import Floats


class Zone(NamedTuple):
    """A zone: identifier, heat capacity [J/K] and loss to outdoors [W/K]."""

    id: str
    capacity: float
    loss: float


ZONES: Final = (
    Zone("living", 4.6e6, 62.0),
    Zone("bedroom", 2.6e6, 33.0),
    Zone("study", 2.2e6, 29.0),
    Zone("kids", 2.4e6, 26.0),
)
COUPLING: Final = ((0, 1, 38.0), (0, 2, 30.0), (0, 3, 24.0), (1, 2, 9.0), (1, 3, 18.0))
"""Heat between neighbours: two zones by number, and W/K."""

RESPONSE_S: Final = 1200.0
"""How fast a thermostat's proportional part would close an error [s]."""
START_K: Final = 0.3
"""An indoor unit starts this far short of its set-point … [K]"""
REST_K: Final = 0.5
"""… and rests this far beyond it [K]."""
PANEL_W: Final = 1500.0
PANEL_K: Final = 0.25
ELEMENT_W: Final = 3000.0
TANK_J_PER_K: Final = 8.0e5
TANK_LOSS: Final = 1.5
TANK_BAND_C: Final = (52.0, 57.0)
LARDER_C: Final = 18.0
"""Where the tank stands [°C]."""

_MUTUAL: Final = [
    [sum(k for a, b, k in COUPLING if {a, b} == {i, j}) if i != j else 0.0 for j in range(4)] for i in range(4)
]
_OPEN: Final = [zone.loss + sum(row) for zone, row in zip(ZONES, _MUTUAL, strict=True)]
_GAIN: Final = [zone.capacity / RESPONSE_S for zone in ZONES]


class Indoors(msgspec.Struct):
    """What the house remembers from step to step."""

    zone_c: list[float]
    calling: list[bool]
    tank_c: float = 55.0
    tank_heats: bool = False


class Step(NamedTuple):
    """What drives one step: each zone's sign, outdoor temperature, columns of zones, pump capacities, water, relays."""

    sign: list[float]
    outdoor_c: float
    setpoint_c: list[float]
    gain_w: list[float]
    capacity_w: list[float]
    draw_w: float
    powered: list[float]


class Network:
    """The implicit RC step: (C/Δt + U + K)·T₁ = C/Δt·T₀ + U·T_out + Q, solved once for each step width."""

    def __init__(self, step_s: float) -> None:
        stored = [zone.capacity / step_s for zone in ZONES]
        system = np.diag(np.array(stored) + np.array(_OPEN)) - np.array(_MUTUAL)
        self._inverse: list[list[float]] = np.linalg.inv(system).tolist()
        self._stored = stored
        self.step_s = step_s

    def step(self, zone_c: list[float], outdoor_c: float, heat_w: list[float], gain_w: list[float]) -> list[float]:
        """Return the zone temperatures at the end of the step [°C]."""
        a, b, c, d = (
            stored * temp_c + zone.loss * outdoor_c + heat + gain
            for stored, temp_c, zone, heat, gain in zip(self._stored, zone_c, ZONES, heat_w, gain_w, strict=True)
        )
        return [row[0] * a + row[1] * b + row[2] * c + row[3] * d for row in self._inverse]


def march(house: Indoors, steps: Iterable[Step], network: Network, least_w: tuple[float, float]) -> list[list[float]]:
    """Run the house through steps, leaving it at the end of the last.

    Parameters
    ----------
    house : Indoors
        Where it starts; changed.
    steps : iterable of Step
        What drives it.
    network : Network
        For the width of these steps.
    least_w : tuple of float
        Smallest heat of an indoor unit of either heat pump. [W]

    Returns
    -------
    list of list of float
        Per step: four zone temperatures at its end [°C], heat into each zone [W], tank temperature [°C], element [W].
    """
    rows = []
    for step in steps:
        heat_w = [*_air(house, step, least_w), _panel(house, step)]
        house.zone_c = network.step(house.zone_c, step.outdoor_c, heat_w, step.gain_w)
        element_w = _tank(house, step.draw_w, network.step_s, on=step.powered[2] > 0.0)
        rows.append([*house.zone_c, *heat_w, house.tank_c, element_w])
    return rows


def _air(house: Indoors, step: Step, least_w: tuple[float, float]) -> tuple[float, float, float]:
    """Return the heat of the three indoor units: one on its own, two sharing an outdoor unit [W]."""
    alone, shared = step.capacity_w
    living = min(_ask(house, step, 0, least_w[0]), alone)
    bedroom, study = _ask(house, step, 1, least_w[1]), _ask(house, step, 2, least_w[1])
    together = bedroom + study
    part = min(1.0, shared / together) if together else 0.0
    return (step.sign[0] * living, step.sign[1] * part * bedroom, step.sign[2] * part * study)


def _ask(house: Indoors, step: Step, zone: int, least_w: float) -> float:
    """Return the heat (or cold) one indoor unit asks for: the steady loss, and what closes the error [W]."""
    setpoint, sign = step.setpoint_c[zone], step.sign[zone]
    error = sign * (setpoint - house.zone_c[zone])
    house.calling[zone] = bool(sign) and error > (-REST_K if house.calling[zone] else START_K)
    if not house.calling[zone]:
        return 0.0
    a, b, c, d = house.zone_c
    row = _MUTUAL[zone]
    near = row[0] * a + row[1] * b + row[2] * c + row[3] * d
    steady = _OPEN[zone] * setpoint - ZONES[zone].loss * step.outdoor_c - near - step.gain_w[zone]
    return max(sign * steady + _GAIN[zone] * error, least_w)


def _panel(house: Indoors, step: Step) -> float:
    """Return the panel heater's heat: on below the band, off above it [W]."""
    short = step.setpoint_c[3] - house.zone_c[3]
    house.calling[3] = step.sign[3] > 0.0 and short > (-PANEL_K if house.calling[3] else PANEL_K)
    return PANEL_W if house.calling[3] else 0.0


def _tank(house: Indoors, draw_w: float, step_s: float, *, on: bool) -> float:
    """Heat the tank within its band while its relay is on; return the element's power [W]."""
    house.tank_heats = on and house.tank_c < TANK_BAND_C[1 if house.tank_heats else 0]
    element_w = ELEMENT_W if house.tank_heats else 0.0
    stored = TANK_J_PER_K / step_s
    wanted = stored * house.tank_c + TANK_LOSS * LARDER_C + element_w - draw_w
    house.tank_c = wanted / (stored + TANK_LOSS)
    return element_w


def stored_j(before_c: Floats, after_c: Floats) -> Floats:
    """Return the heat each step stored in the house's fabric and air [J]."""
    capacity = np.array([zone.capacity for zone in ZONES])
    return np.asarray((after_c - before_c) @ capacity, dtype=np.float64)


def lost_w(zone_c: Floats, outdoor_c: Floats) -> Floats:
    """Return the heat each step lost to outdoors, at the temperatures of its end [W]."""
    loss = np.array([zone.loss for zone in ZONES])
    return np.asarray((zone_c - outdoor_c[:, None]) @ loss, dtype=np.float64)
