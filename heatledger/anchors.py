"""Times whose heat is known without a heat meter, as the home file states them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

Fuel = Literal["gas", "propane", "oil", "electricity"]
FuelUnit = Literal["kWh", "therm", "m3", "ccf", "gal", "L", "kg"]
FUEL_KWH: Final[dict[Fuel, dict[str, float]]] = {
    "gas": {"kWh": 1.0, "therm": 29.3071, "m3": 10.72, "ccf": 30.36},
    "propane": {"kWh": 1.0, "gal": 26.802, "L": 7.080, "kg": 13.99},
    "oil": {"kWh": 1.0, "gal": 40.590, "L": 10.723},
    "electricity": {"kWh": 1.0},
}
"""Higher heating values, as an AFUE counts them: EIA's 1,036 Btu/ft³ of gas, 91,452 Btu/gal of propane and 138,500
Btu/gal of heating oil; a therm is 100,000 Btu; propane weighs 0.506 kg/L. [kWh/unit]"""


class Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A time whose heat is known without a heat meter, by which the house itself becomes one (rung F).

    Six fuel bills or more also give the load of a whole-home system (`baseline.changepoint`).

    Attributes
    ----------
    kind : str
        resistance: electric heaters alone held the rooms, every heat pump off. fuel: a fuel bill before the heat pump.
    start, end : date
        First day, and the day after the last.
    heat_kwh, indoor_c, outdoor_c, electricity_kwh : float or None
        Of a fuel bill: heat (fuel × efficiency) [kWh], mean temperatures [°C], other electricity of the time [kWh].
    fuel, amount, unit, efficiency : str, float, str and float or None
        In place of `heat_kwh`: what was billed, in its own unit, and the burner's seasonal efficiency (AFUE). [0–1.1]
    """

    kind: Literal["resistance", "fuel"]
    start: date
    end: date
    heat_kwh: Annotated[float, Meta(gt=0)] | None = None
    indoor_c: Annotated[float, Meta(ge=5, le=35)] | None = None
    outdoor_c: Annotated[float, Meta(ge=-50, le=35)] | None = None
    electricity_kwh: Annotated[float, Meta(ge=0)] | None = None
    fuel: Fuel | None = None
    amount: Annotated[float, Meta(ge=0)] | None = None
    unit: FuelUnit | None = None
    efficiency: Annotated[float, Meta(gt=0, le=1.1)] | None = None

    def __post_init__(self) -> None:
        """Refuse a time that ends before it begins, and a fuel bill without its figures."""
        if self.start >= self.end:
            raise ValueError("anchors: end must be after start; it is the day after the last")
        if self.heat_kwh is None and self.fuel is not None:
            msgspec.structs.force_setattr(self, "heat_kwh", self._heat())
        given = (self.heat_kwh, self.indoor_c, self.outdoor_c, self.electricity_kwh)
        if self.kind == "fuel" and None in given:
            raise ValueError(
                "anchors: a fuel bill needs indoor_c, outdoor_c and electricity_kwh of its time, and heat_kwh "
                "(or fuel, amount, unit and efficiency)"
            )

    def _heat(self) -> float:
        """Return the heat of what was billed. [kWh]."""
        if self.fuel is None or self.amount is None or self.unit is None or self.efficiency is None:
            raise ValueError("anchors: fuel, amount, unit and efficiency belong together")
        held = FUEL_KWH[self.fuel].get(self.unit)
        if held is None:
            raise ValueError(f"anchors: {self.fuel} is not billed in {self.unit}: {', '.join(FUEL_KWH[self.fuel])}")
        return self.amount * held * self.efficiency
