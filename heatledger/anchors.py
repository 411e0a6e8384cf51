"""Times whose heat is known without a heat meter, as the home file states them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A time whose heat is known without a heat meter, by which the house itself becomes one (rung F).

    Attributes
    ----------
    kind : str
        resistance: electric heaters alone held the rooms, every heat pump off. fuel: a fuel bill before the heat pump.
    start, end : date
        First day, and the day after the last.
    heat_kwh, indoor_c, outdoor_c, electricity_kwh : float or None
        Of a fuel bill: heat (fuel × efficiency) [kWh], mean temperatures [°C], other electricity of the time [kWh].
    """

    kind: Literal["resistance", "fuel"]
    start: date
    end: date
    heat_kwh: Annotated[float, Meta(gt=0)] | None = None
    indoor_c: Annotated[float, Meta(ge=5, le=35)] | None = None
    outdoor_c: Annotated[float, Meta(ge=-50, le=30)] | None = None
    electricity_kwh: Annotated[float, Meta(ge=0)] | None = None

    def __post_init__(self) -> None:
        """Refuse a time that ends before it begins, and a fuel bill without its figures."""
        if self.start >= self.end:
            raise ValueError("anchors: end must be after start; it is the day after the last")
        given = (self.heat_kwh, self.indoor_c, self.outdoor_c, self.electricity_kwh)
        if self.kind == "fuel" and None in given:
            raise ValueError("anchors: a fuel bill needs heat_kwh, indoor_c, outdoor_c and electricity_kwh of its time")
