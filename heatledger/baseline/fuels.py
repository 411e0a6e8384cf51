"""What a unit of a fuel holds, as it is sold and priced."""

from __future__ import annotations

from typing import Final, Literal

from heatledger.baseline.kinds import Fuel

Unit = Literal["kWh", "therm", "m3", "ccf", "gal", "L", "kg"]

KWH: Final[dict[Fuel, dict[str, float]]] = {
    "gas": {"kWh": 1.0, "therm": 29.3071, "m3": 10.72, "ccf": 30.36},
    "propane": {"kWh": 1.0, "gal": 26.802, "L": 7.080, "kg": 13.99},
    "oil": {"kWh": 1.0, "gal": 40.590, "L": 10.723},
}
"""Higher heating values, as an AFUE counts them: EIA's 1,036 Btu/ft³ of gas, 91,452 Btu/gal of propane and 138,500
Btu/gal of heating oil; a therm is 100,000 Btu; propane weighs 0.506 kg/L. [kWh/unit]"""
NATIVE: Final[dict[Fuel, dict[str, Unit]]] = {
    "gas": {"F": "therm", "C": "m3"},
    "propane": {"F": "gal", "C": "L"},
    "oil": {"F": "gal", "C": "L"},
}
"""The unit a fuel is sold by where the home file names none: by the home's unit of temperature."""


def quantity(fuel: Fuel, kwh: float, unit: str) -> float:
    """Return how much of a fuel holds an energy.

    Parameters
    ----------
    fuel : str
        gas, propane or oil.
    kwh : float
        Heat of combustion. [kWh]
    unit : str
        As it is sold.

    Returns
    -------
    float
        [unit]

    Examples
    --------
    >>> round(quantity("oil", 4059.0, "gal"), 1), round(quantity("gas", 29.3071, "therm"), 3)
    (100.0, 1.0)
    """
    return kwh / KWH[fuel][unit]
