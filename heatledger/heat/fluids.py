"""What heating water carries: volumetric heat capacity of water and of its mixtures with glycol."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.home import Glycol
from heatledger.readings import Floats

# Σ c[i][j]·(t/50 °C)^i·g^j, least squares on CoolProp 8.0.0 (INCOMP, mass fraction 0–0.4, 0–55 °C): within 0.05 % for
# propylene glycol, 0.08 % for ethylene glycol
_FITS: Final = {
    "propylene": (
        (4.2172, -1.4817, 3.5439, -6.1887),
        (-0.1049, 1.7679, -5.8645, 6.6291),
        (0.0183, -0.5983, 2.0788, -2.221),
    ),
    "ethylene": (
        (4.217, -1.2794, 0.8504, -3.1305),
        (-0.1048, 1.3097, -3.3828, 4.5527),
        (0.0183, -0.5024, 1.6129, -1.9128),
    ),
}

# °C at which ice begins, by mass fraction in tenths: CoolProp 8.0.0 (INCOMP T_FREEZE, after Melinder 2010)
_FREEZES: Final = {
    "propylene": (0.0, -2.9, -7.2, -12.8, -20.6, -32.2, -50.0),
    "ethylene": (0.0, -3.4, -7.9, -14.6, -23.8, -36.0, -51.2),
}


def freezes_at(glycol: Glycol) -> float:
    """Return the temperature at which heating water with glycol in it begins to freeze.

    Parameters
    ----------
    glycol : Glycol
        What is in the water.

    Returns
    -------
    float
        [°C]

    Examples
    --------
    >>> round(freezes_at(Glycol(kind="propylene", fraction=0.25)), 1)
    -10.0
    """
    row = _FREEZES[glycol.kind]
    return float(np.interp(glycol.fraction, np.arange(len(row)) / 10, row))


def heat_capacity(temp_c: Floats, glycol: Glycol | None = None) -> Floats:
    """Return the heat that a volume of heating water takes up per kelvin, ρ·c_p.

    Parameters
    ----------
    temp_c : array
        Temperature of the leg where the flow is metered. [°C]
    glycol : Glycol, optional
        What is in the water; nothing by default.

    Returns
    -------
    array
        [MJ/(m³·K)], which is kJ/(L·K)

    Examples
    --------
    >>> [round(float(heat_capacity(np.array(35.0), g)), 2) for g in (None, Glycol(kind="propylene", fraction=0.3))]
    [4.15, 3.96]
    """
    fit = _FITS["propylene" if glycol is None else glycol.kind]
    fraction = 0.0 if glycol is None else glycol.fraction
    by_temp = [sum(c * fraction**j for j, c in enumerate(row)) for row in fit]
    scaled = np.asarray(temp_c, dtype=np.float64) / 50.0
    return np.asarray(by_temp[0] + by_temp[1] * scaled + by_temp[2] * scaled**2, dtype=np.float64)
