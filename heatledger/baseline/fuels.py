"""What a unit of a fuel holds, as it is sold and priced."""

from __future__ import annotations

from typing import Final

from heatledger.anchors import FUEL_KWH, FuelUnit
from heatledger.baseline.kinds import Fuel

NATIVE: Final[dict[Fuel, dict[str, FuelUnit]]] = {
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
    return kwh / FUEL_KWH[fuel][unit]
