"""What is particular to each kind of heat pump: what its meter encloses, what its COP counts, what would settle it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from heatledger.home import HeatPump, PumpKind
from heatledger.marks import marked, worded

Carrier = Literal["air", "water"]


class Kind(NamedTuple):
    """One kind of heat pump.

    Attributes
    ----------
    boundary : str
        SEPEMO boundary of its usual meter; H2 where a pump or blower beyond it has another supply.
    carrier : str
        What carries its heat into the house.
    counts : str
        What is in its electricity and its heat, in a sentence.
    settles : str
        What would make its COP known.
    """

    boundary: str
    carrier: Carrier
    counts: str
    settles: str


_TABLE: Final = marked("the unit's published performance map")
_AIR: Final = worded(
    "{table}, or a supply-air probe at each indoor unit with its airflow, would settle it", table=_TABLE
)
KINDS: Final[dict[PumpKind, Kind]] = {
    "mini_split": Kind(
        "H4",
        "air",
        marked(
            "The whole unit: compressor, both fans, defrosting and standby; with no back-up heater H2, H3 and H4 "
            "are the same."
        ),
        _AIR,
    ),
    "multi_split": Kind(
        "H4",
        "air",
        marked("The outdoor unit with all its indoor units together; what one room got is an allotment."),
        _AIR,
    ),
    "air_conditioner": Kind(
        "H4",
        "air",
        marked("The whole unit; cooling counts the heat and the moisture it takes out of the rooms."),
        _AIR,
    ),
    "ducted": Kind(
        "H4",
        "air",
        marked("Heat at the air handler, blower included; what the ducts lose after it is a line of its own."),
        worded("{table} (and where its ducts run, for what reaches the rooms) would settle it", table=_TABLE),
    ),
    "air_source": Kind(
        "H4",
        "air",
        marked(
            "The central unit with its blower; a back-up heater counts only where it has a meter of its own (backup)."
        ),
        worded("{table}, and a meter on its back-up heater, would settle it", table=_TABLE),
    ),
    "ground_source": Kind(
        "H2",
        "water",
        marked("Compressor and ground-loop pump; the pumps of the house are beyond this boundary."),
        worded(
            "a heat meter, or {table} with the temperature of the liquid from the ground (source), would settle it",
            table=_TABLE,
        ),
    ),
    "air_to_water": Kind(
        "H2",
        "water",
        marked(
            "Compressor, fan, defrosting and controls; hot water has a COP of its own, and the pumps of the "
            "house are beyond this boundary."
        ),
        worded("a heat meter, {table}, or the temperature of its flow, would settle it", table=_TABLE),
    ),
}


def boundary(pump: HeatPump) -> str:
    """Return the SEPEMO boundary of a heat pump's electricity: as stated, else what its kind's meter encloses.

    A back-up heater with a meter of its own is left out of it: what was called H3 or H4 is then H2.
    """
    stated = pump.boundary or KINDS[pump.kind].boundary
    return "H2" if pump.backup is not None and stated in ("H3", "H4") else stated
