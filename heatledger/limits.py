"""What may be commanded in a zone, as the home file says; nothing unless it says so."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class PriceBand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far a room may be from its programme's set-point so that it is heated when electricity is cheap.

    Attributes
    ----------
    below, above : float
        [K]
    """

    below: Annotated[float, Meta(ge=0, le=3)] = 0.5
    above: Annotated[float, Meta(ge=0, le=3)] = 1.0


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `control` of a zone.

    Attributes
    ----------
    on : bool
        Whether anything may be commanded here.
    frost_c : float
        The lowest set-point for heating; nothing that heats is switched off near it. [°C]
    highest_c : float
        The highest set-point for heating. [°C]
    coolest_c : float
        The lowest set-point for cooling. [°C]
    rest_min, run_min : float
        How long the compressor rests at least before it starts again, and runs before it stops. [min]
    per_hour : int
        How many commands a device gets in an hour at most.
    person_min : float
        How long what somebody chose at the device or its remote stands against what runs by itself. [min]
    window_min : float
        A window that stands open so long pauses the heating. [min]
    fall_k : float or None
        A fall of the room's temperature by so much within ten minutes counts as an open window where no contact tells
        of one; None: never, for a thermometer in a draught would stop the heating for nothing. [K]
    price : PriceBand or None
        The band within which the prices ahead decide when it is heated; None: they do not.
    """

    on: bool = False
    frost_c: Annotated[float, Meta(ge=4, le=16)] = 8.0
    highest_c: Annotated[float, Meta(ge=16, le=30)] = 24.0
    coolest_c: Annotated[float, Meta(ge=16, le=30)] = 20.0
    rest_min: Annotated[float, Meta(ge=3, le=60)] = 5.0
    run_min: Annotated[float, Meta(ge=0, le=60)] = 5.0
    per_hour: Annotated[int, Meta(ge=1, le=30)] = 12
    person_min: Annotated[float, Meta(ge=0, le=1440)] = 120.0
    window_min: Annotated[float, Meta(ge=0, le=60)] = 5.0
    fall_k: Annotated[float, Meta(ge=0.5, le=5)] | None = None
    price: PriceBand | None = None
