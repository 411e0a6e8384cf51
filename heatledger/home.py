"""The household as frozen values: home, zones, meters, heat pumps and their heads, as the home file states them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from heatledger.anchors import Anchor
from heatledger.limits import Limits
from heatledger.programme import Away, Presence, Step
from heatledger.readings import SeriesKey

Identifier = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$", description="lower-case letters, digits, - and _; never changes")
]
Point = Annotated[
    str,
    Meta(
        min_length=1,
        description="a heard series: device, device:channel, family:device or family:device:channel, names verbatim",
    ),
]
Role = Literal[
    "import", "export", "solar", "battery", "ev", "circuit", "outdoor_unit", "head", "leader_sum", "duplicate_of"
]
PumpKind = Literal[
    "mini_split", "multi_split", "air_conditioner", "ducted", "ground_source", "air_source", "air_to_water"
]

Language = Literal["en", "de", "fr"]
Units = Literal["metric", "us"]


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Zone(_Frozen, frozen=True):
    """A room or group of rooms with its own temperature.

    `open_to` is the zone to which an opening without a shut door leads: what warms the one warms the other. `control`
    says whether it may be commanded, and within what.
    """

    id: Identifier
    name: str
    open_to: Identifier | None = None
    area_m2: Annotated[float, Meta(gt=0)] | None = None
    temperature: Point | None = None
    humidity: Point | None = None
    window: Point | None = None
    presence: Point | None = None
    control: Limits = Limits()


class Meter(_Frozen, frozen=True):
    """Something that measures electric energy: a device's own points by preference, or a sum of clamps.

    `heater`: all that it draws is heat in its zone.
    """

    id: Identifier
    role: Role
    name: str = ""
    parent: Identifier | None = None
    points: tuple[Point, ...] = ()
    sum: tuple[Point, ...] = ()
    of: Identifier | None = None
    invert: bool = False
    scale: Annotated[float, Meta(gt=0)] = 1.0
    zone: Identifier | None = None
    rated_w: Annotated[float, Meta(gt=0)] | None = None
    heater: bool = False

    def __post_init__(self) -> None:
        """Refuse a heater that nobody says which room it heats."""
        if self.heater and self.zone is None:
            raise ValueError("heater: say which room it heats, with zone")

    @property
    def repeats(self) -> bool:
        """Whether it measures over again what another meter counts: kept and compared, never added."""
        return self.role == "duplicate_of" or (self.role == "leader_sum" and self.of is not None)


class Head(_Frozen, frozen=True):
    """An indoor unit: the device that speaks for it, the zone it serves, and who tells how much it asks for."""

    zone: Identifier
    device: Point
    demand: Point | None = None


class Glycol(_Frozen, frozen=True):
    """What protects the heating water from frost: its kind and its mass fraction. [0–0.6]."""

    kind: Literal["propylene", "ethylene"]
    fraction: Annotated[float, Meta(ge=0, le=0.6)]


class HeatMeter(_Frozen, frozen=True):
    """What measures a heat pump's heat: a device that counts it, or flow and two temperatures.

    `leg` is where the flow meter sits; a `clipped` meter does not count the heat that defrosting takes back; a
    `verified` one is of class 2 and was checked where it hangs.
    """

    point: Point | None = None
    flow: Point | None = None
    flow_temp: Point | None = None
    return_temp: Point | None = None
    leg: Literal["flow", "return"] = "return"
    clipped: bool = False
    verified: bool = False


class AirFlow(_Frozen, frozen=True):
    """An indoor unit's airflow by fan step [m³/s]; `calibrated` where it was measured at this unit."""

    steps: dict[str, Annotated[float, Meta(gt=0)]]
    calibrated: bool = False


class HeatPump(_Frozen, frozen=True):
    """A heat pump: its kind, the meter on its circuit, its indoor units, and what tells of its heat.

    `unit` is a file of `systems/`, scaled to `rated_w` [W] where that is generic; `boundary` is what its meter encloses
    (SEPEMO: H1 refrigeration unit, H2 + source fan or pump, H3 + back-up heater, H4 + distribution). `backup` is the
    meter of its back-up heater, below its own; `ducts` says where its air runs; `source` is what hears the liquid from
    the ground, `source_return` what goes back to it; `pan_heater_w` a base-pan heater below 2 °C [W].
    """

    id: Identifier
    kind: PumpKind
    meter: Identifier
    name: str = ""
    heads: tuple[Head, ...] = ()
    unit: Identifier | None = None
    rated_w: Annotated[float, Meta(gt=0)] | None = None
    boundary: Literal["H1", "H2", "H3", "H4"] | None = None
    glycol: Glycol | None = None
    heat_meter: HeatMeter | None = None
    air_flow: AirFlow | None = None
    backup: Identifier | None = None
    ducts: Ducts | None = None
    source: Point | None = None
    source_return: Point | None = None
    pan_heater_w: Annotated[float, Meta(ge=0)] | None = None


class Ducts(_Frozen, frozen=True):
    """Where the ducts of a system that is compared with run, and what is known of them better than the place says.

    Attributes
    ----------
    place : str
        inside the envelope (nothing lost), basement (15 %), attic_good (15 %), attic_typical (25 %), or none.
    supply_m2, return_m2 : float or None
        Surface outside the envelope. [m²]
    r_value : float or None
        Nominal resistance of the wrap. [m²·K/W]
    supply_leak, return_leak : float or None
        Share of the air that leaks. [0–0.9]
    zone_c : float or None
        Temperature around them. [°C]
    regain : float or None
        Share of the loss that comes back to the rooms. [0–1]
    """

    place: Literal["inside", "basement", "attic_good", "attic_typical", "none"] = "attic_typical"
    supply_m2: Annotated[float, Meta(ge=0)] | None = None
    return_m2: Annotated[float, Meta(ge=0)] | None = None
    r_value: Annotated[float, Meta(gt=0)] | None = None
    supply_leak: Annotated[float, Meta(ge=0, le=0.9)] | None = None
    return_leak: Annotated[float, Meta(ge=0, le=0.9)] | None = None
    zone_c: float | None = None
    regain: Annotated[float, Meta(ge=0, le=1)] | None = None


class Comparison(_Frozen, frozen=True):
    """A whole-home system that the home is compared with, as its owner knows it.

    Attributes
    ----------
    system : str
        A file of `comparisons/`, by which `compare` names it too.
    ducts : Ducts or None
        Where its ducts run; by default what its kind has.
    thermostat, cool_thermostat : float or None
        The one set-point; by default what the zones are mostly held at. [°C]
    size_w : float or None
        Heating capacity at 8.3 °C (of a furnace or boiler: output); by default the design load. [W]
    efficiency : float or None
        Of a furnace or boiler, seasonal (AFUE). [0–1.1]
    fuel_price, fuel_standing : decimal or None
        What a unit of its fuel costs, and a day of its supply. [currency/unit] [currency/d]
    fuel_unit : str or None
        That unit; by default a therm or a gallon where temperatures are in °F, else a cubic metre or a litre.
    installed : bool
        Whether it is in the home and could heat now.
    hot_water : str or None
        The meter of the water heater whose work it would do too.
    """

    system: Identifier
    ducts: Ducts | None = None
    thermostat: Annotated[float, Meta(ge=5, le=35)] | None = None
    cool_thermostat: Annotated[float, Meta(ge=10, le=40)] | None = None
    size_w: Annotated[float, Meta(gt=0)] | None = None
    efficiency: Annotated[float, Meta(gt=0, le=1.1)] | None = None
    fuel_price: Decimal | None = None
    fuel_unit: Literal["kWh", "therm", "m3", "ccf", "gal", "L", "kg"] | None = None
    fuel_standing: Decimal | None = None
    installed: bool = False
    hot_water: Identifier | None = None


class Cycle(_Frozen, frozen=True):
    """The billing cycle, by exactly one of these.

    Attributes
    ----------
    day : int
        The day of the month on which it begins; the last one where a month is shorter.
    calendar : bool
        It is the calendar month.
    read_dates : tuple of date
        The days on which the meter was read, a bill beginning on each; beyond them cycles are as long as the last.
    """

    day: Annotated[int, Meta(ge=1, le=31)] = 1
    calendar: bool = False
    read_dates: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a cycle that says two things, and dates that are out of order."""
        if (self.day != 1) + self.calendar + bool(self.read_dates) > 1:
            raise ValueError("cycle: give one of day, calendar and read_dates")
        if any(early >= late for early, late in pairwise(self.read_dates)) or len(self.read_dates) == 1:
            raise ValueError("cycle: read_dates need two dates or more, in order, each once")


class Design(_Frozen, frozen=True):
    """What the heating was designed for: the coldest day [°C], and what the home loses then at 20 °C indoors [W]."""

    outdoor_c: Annotated[float, Meta(ge=-50, lt=20)]
    heat_loss_w: Annotated[float, Meta(gt=0)] | None = None


class Home(_Frozen, frozen=True):
    """A household: where it is, what it pays, its zones, meters and heat pumps.

    `language`, `units` and `temperature_unit` are for who reads and chose nothing else, and for what is sent.
    """

    id: Identifier
    name: str
    timezone: str
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code")]
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    tariff: Identifier | None = None
    cycle: Cycle = Cycle()
    budget: Decimal | None = None
    compare: str | None = None
    outdoor_temperature: Point | None = None
    design: Design | None = None
    topic_prefix: str = ""
    language: Language | None = None
    units: Units | None = None
    temperature_unit: Literal["C", "F"] | None = None
    zones: tuple[Zone, ...] = ()
    meters: tuple[Meter, ...] = ()
    heat_pumps: tuple[HeatPump, ...] = ()
    comparison: tuple[Comparison, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    programme: tuple[Step, ...] = ()
    away: tuple[Away, ...] = ()
    presence: Presence | None = None

    @property
    def degrees(self) -> Literal["C", "F"]:
        """In which unit its people think of a temperature: as stated, else as their units have it."""
        return self.temperature_unit or ("F" if self.units == "us" else "C")


def names(key: SeriesKey) -> Collection[str]:
    """Return every way a home file may write this series' point.

    Examples
    --------
    >>> sorted(names(SeriesKey("home", "faikin", "Living", "", "power")))
    ['Living', 'faikin:Living']
    """
    short = (key.device, f"{key.family}:{key.device}")
    if not key.channel:
        return short
    return (*short, *(f"{name}:{key.channel}" for name in short))


def resolve(point: str, quantity: str, heard: Iterable[SeriesKey]) -> SeriesKey | None:
    """Find the heard series of a quantity that a point of the home file means.

    A point that names a channel means that channel; one that names only the device means the device as a whole, else
    its only channel. Several channels without a whole are ambiguous: None.

    Parameters
    ----------
    point : str
        As written in the home file.
    quantity : str
        A name of `quantities.QUANTITIES`.
    heard : iterable of SeriesKey
        Series of this home.

    Returns
    -------
    SeriesKey or None
        The series, or None where nothing (or more than one thing) answers to that name.
    """
    found = [key for key in heard if key.quantity == quantity and point in names(key)]
    whole = [key for key in found if not key.channel]
    exact = [key for key in found if key.channel and point not in (key.device, f"{key.family}:{key.device}")]
    for choice in (exact, whole, found):
        if len(choice) == 1:
            return choice[0]
    return None
