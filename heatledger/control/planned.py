"""What the prices ahead make of a zone: what it is told in the day ahead, and why, or why its programme counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

STANDS: Final = timedelta(minutes=30)
"""How long a plan stands: no set-point changes more often by it."""


class Told(msgspec.Struct, frozen=True):
    """From when on which set-point is planned [°C], and the price of a kilowatt-hour then [currency/kWh]."""

    at: datetime
    setpoint: float
    price: float


class Planned(msgspec.Struct, frozen=True):
    """A zone's plan.

    Attributes
    ----------
    at, until : datetime
        When it was made, and until when it stands.
    why : str
        Why the first set-point, or why there is none and the programme counts.
    ahead : list of Told
        Each change of the day ahead, the first from `at` on; empty where the programme counts.
    coasts : bool
        Whether the room lives on stored heat until the next plan.
    """

    at: datetime
    until: datetime
    why: str
    ahead: list[Told] = []
    coasts: bool = False
