"""What is particular to each kind of heat pump: what its meter encloses, what its COP counts, what would settle it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from heatledger.home import HeatPump, PumpKind

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


_TABLE: Final = "the unit's published performance map"
_AIR: Final = f"{_TABLE}, or a supply-air probe at each indoor unit with its airflow, would settle it"
KINDS: Final[dict[PumpKind, Kind]] = {
    "mini_split": Kind(
        "H4", "air", "The whole unit: compressor, both fans, defrosting and standby; with no back-up heater H2, H3 and "
        "H4 are the same.", _AIR,
    ),
    "multi_split": Kind(
        "H4", "air", "The outdoor unit with all its indoor units together; what one room got is an allotment.", _AIR,
    ),
    "air_conditioner": Kind(
        "H4", "air", "The whole unit; cooling counts the heat and the moisture it takes out of the rooms.", _AIR,
    ),
    "ducted": Kind(
        "H4", "air", "Heat at the air handler, blower included; what the ducts lose after it is a line of its own.",
        f"{_TABLE} (and where its ducts run, for what reaches the rooms) would settle it",
    ),
    "air_source": Kind(
        "H4", "air", "The central unit with its blower; a back-up heater counts only where it has a meter of its own "
        "(backup).", f"{_TABLE}, and a meter on its back-up heater, would settle it",
    ),
    "ground_source": Kind(
        "H2", "water", "Compressor and ground-loop pump; the pumps of the house are beyond this boundary.",
        f"a heat meter, or {_TABLE} with the temperature of the liquid from the ground (source), would settle it",
    ),
    "air_to_water": Kind(
        "H2", "water", "Compressor, fan, defrosting and controls; hot water has a COP of its own, and the pumps of the "
        "house are beyond this boundary.", f"a heat meter, {_TABLE}, or the temperature of its flow, would settle it",
    ),
}  # fmt: skip


def boundary(pump: HeatPump) -> str:
    """Return the SEPEMO boundary of a heat pump's electricity: as stated, else what its kind's meter encloses.

    A back-up heater with a meter of its own is left out of it: what was called H3 or H4 is then H2.
    """
    stated = pump.boundary or KINDS[pump.kind].boundary
    return "H2" if pump.backup is not None and stated in ("H3", "H4") else stated
