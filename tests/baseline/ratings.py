"""Seasonal ratings by AHRI 210/240's bins, for maps that a rating stands behind."""

from __future__ import annotations

import numpy as np

# AHRI 210/240-2017, region IV: bin temperature [°F] and share of the heating season's hours
REGION_4 = {
    62: 0.132, 57: 0.111, 52: 0.103, 47: 0.093, 42: 0.100, 37: 0.109, 32: 0.126, 27: 0.087, 22: 0.055, 17: 0.036,
    12: 0.026, 7: 0.013, 2: 0.006, -3: 0.002, -8: 0.001,
}  # fmt: skip
W_PER_BTUH = 0.29307107


def celsius(fahrenheit):
    return (np.asarray(fahrenheit, dtype=float) - 32) / 1.8


def bin_load(size_w):
    """Building load of each bin: C = 0.77, the least design heating requirement of the unit's 47 °F capacity."""
    bins = np.array(list(REGION_4))
    design_kbtuh = size_w / W_PER_BTUH / 1000 * (65 - 5) / 60
    rounded = 5 * round(design_kbtuh / 5)
    return np.maximum((65 - bins) / (65 - 5) * 0.77 * rounded * 1000 * W_PER_BTUH, 0)


def hspf(heat, size_w):
    """HSPF [Btu/Wh] of `heat(outdoor_c, load_w) → electricity_w`."""
    bins, hours = np.array(list(REGION_4)), np.array(list(REGION_4.values()))
    load = bin_load(size_w)
    return float((hours * load).sum() / (hours * heat(celsius(bins), load)).sum() * 3.412)
