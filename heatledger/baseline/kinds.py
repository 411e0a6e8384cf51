"""The systems that a home may be compared with, as data: what a file of `comparisons/` says."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from heatledger.home import Ducts, Identifier

DEFAULT: Final = "ducted"
"""The likely alternative to zones, where the owner names none."""

Fuel = Literal["gas", "propane", "oil"]
_Positive = Annotated[float, Meta(gt=0)]
_Share = Annotated[float, Meta(ge=0, le=1)]


class Alternative(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole-home system.

    Attributes
    ----------
    id, name, source : str
        The file's name, what it is called in a sentence, and where its figures are from.
    heats : str
        map: a heat pump of `systems/`; resistance; or fuel.
    unit, cooling_unit : str or None
        Files of `systems/`: by which it heats and cools; it does not cool where there is none.
    ground : bool
        Whether its heat comes from a ground loop.
    speed : str
        How its compressor and its fan follow the load: single, two or variable.
    ducts : Ducts or None
        Where its air is carried; None: no ducts.
    flow_m3s_per_w : float
        Air by heating capacity. [m³/(s·W)]
    blower_w_per_m3s, pump_w : float
        What moves its air (and warms it), and its water, while it runs, beyond its map. [W·s/m³] [W]
    sizing : float
        Capacity at the design temperature over the load there, where the size is not stated; a heat pump with back-up
        is customarily smaller. [1]
    backup : bool
        Whether resistance heat makes up what it cannot give.
    efficiency, fuel : float or None, str or None
        Of a burner, seasonal, and what it burns.
    standby_w, crankcase_w : float
        Drawn at rest; drawn besides below 10 °C while its compressor rests. [W]
    cycling_loss : float
        C_d. [1]
    performance_sd : float
        Standard deviation of its seasonal performance over what its file says, never averaging out. [1]
    flow_curve : tuple of float or None
        Heating water at 20 °C and at −10 °C outdoors. [°C]
    hot_water_cop : float or None
        Of making hot water at 50–55 °C, where it does. [1]
    """

    id: Identifier
    name: str
    source: str
    heats: Literal["map", "resistance", "fuel"]
    unit: Identifier | None = None
    cooling_unit: Identifier | None = None
    ground: bool = False
    speed: Literal["single", "two", "variable"] = "variable"
    ducts: Ducts | None = None
    flow_m3s_per_w: _Positive = 5.368e-5
    blower_w_per_m3s: Annotated[float, Meta(ge=0)] = 0.0
    pump_w: Annotated[float, Meta(ge=0)] = 0.0
    sizing: _Positive = 1.0
    backup: bool = True
    efficiency: Annotated[float, Meta(gt=0, le=1.1)] | None = None
    fuel: Fuel | None = None
    standby_w: Annotated[float, Meta(ge=0)] = 0.0
    crankcase_w: Annotated[float, Meta(ge=0)] = 0.0
    cycling_loss: _Share = 0.25
    performance_sd: _Share = 0.08
    flow_curve: tuple[float, float] | None = None
    hot_water_cop: _Positive | None = None


def misfit(alternative: Alternative, systems: set[str]) -> str | None:
    """Return why an alternative cannot be used: what and the mend in one line; None where it can."""
    for key in ("unit", "cooling_unit"):
        named = getattr(alternative, key)
        if named is not None and named not in systems:
            return f"{key}: {named!r} is no file of systems/; known: {', '.join(sorted(systems))}"
    if alternative.heats == "map" and alternative.unit is None:
        return "unit: a heat pump needs its map; name a file of systems/"
    if alternative.heats == "fuel" and (alternative.fuel is None or alternative.efficiency is None):
        return "fuel and efficiency: a burner needs both"
    return None
