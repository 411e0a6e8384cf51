"""Modelled money as it is said: three quantiles, to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np

from heatledger.billed import Quantiles
from heatledger.readings import Floats

_CENT: Final = Decimal("0.01")


def cents(amount: Decimal | float) -> Decimal:
    """Return an amount to the cent, half up.

    Examples
    --------
    >>> cents(1.005), cents(Decimal("-0.004"))
    (Decimal('1.01'), Decimal('0.00'))
    """
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return exact.quantize(_CENT, ROUND_HALF_UP) + 0


def quantiles_of(more: Floats, middle: Decimal, beside: Decimal = Decimal(0)) -> Quantiles:
    """Return P10, P50 and P90 of draws beside an amount.

    Parameters
    ----------
    more : array, shape (200,)
        The draws. [currency]
    middle : decimal
        The path on which everything is as it most likely is: P50. [currency]
    beside : decimal
        What all of them come on top of. [currency]

    Returns
    -------
    Quantiles
    """
    low, high = (cents(float(value)) for value in np.quantile(more, (0.1, 0.9)))
    return Quantiles(
        p10=str(cents(min(low, middle) + beside)),
        p50=str(cents(middle + beside)),
        p90=str(cents(max(high, middle) + beside)),
    )
