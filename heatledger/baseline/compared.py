"""What a comparison says, as values: the same for page, e-mail, API and command."""

from __future__ import annotations

from datetime import date

import msgspec

from heatledger.billed import Quantiles


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Assumption(_Value, frozen=True):
    """What was taken for granted: its name, its value in words, and the key of the home file that says otherwise."""

    label: str
    value: str
    key: str


class FuelUse(_Value, frozen=True):
    """Fuel burnt: kind, quantity in its own unit, the price of a unit, and what it cost. Money is a decimal string."""

    fuel: str
    quantity: float
    unit: str
    price: str
    cost: str


class Other(_Value, frozen=True):
    """A system beside the home's own.

    Attributes
    ----------
    system, name : str
        A file of `comparisons/`, and what it is called in a sentence.
    bill : Quantiles
        The whole bill with it, fixed charges and fuel included. [currency]
    part : Quantiles
        What of it its own work causes: the same bill less that of a home which heats nothing. [currency]
    saving : Quantiles
        What is paid less by the home as it is; less than nothing where more is paid. [currency]
    chance : float or None
        That anything is saved. [1]
    kwh, backup_kwh : float or None
        Its electricity, and how much of that is resistance heat, on the P50 path. [kWh]
    fuel : FuelUse or None
        On the P50 path.
    refused : str or None
        Why there is no figure, and what would give one.
    """

    system: str
    name: str
    bill: Quantiles = Quantiles()
    part: Quantiles = Quantiles()
    saving: Quantiles = Quantiles()
    chance: float | None = None
    kwh: float | None = None
    backup_kwh: float | None = None
    fuel: FuelUse | None = None
    refused: str | None = None


class DayCompared(_Value, frozen=True):
    """What was paid since the span began, and would have been, at the end of a local day. [currency]."""

    day: date
    actual: str
    base: Quantiles


class CopError(_Value, frozen=True):
    """What a COP of the home's heat pumps that is 10 % off, either way, makes of bill and saving. [currency]."""

    bill: str
    saving: str
    share: float | None


class RoomComfort(_Value, frozen=True):
    """How far below the common set-point a room is: degree-hours as it is, and with one thermostat. [K·h]."""

    zone: str
    below_k_h: float
    common_k_h: float
    coldest_c: float
    measured: bool


class Comfort(_Value, frozen=True):
    """What the saving costs in comfort: rooms, and the saving at equal comfort both ways.

    Attributes
    ----------
    setpoint_c : float
        The common set-point. [°C]
    rooms : list of RoomComfort
        Coldest first.
    set_back : Quantiles
        Saving against the same system, set back as far as one thermostat allows. [currency]
    everywhere : Quantiles
        Saving if the home's own machines held every room at the common set-point. [currency]
    """

    setpoint_c: float
    rooms: list[RoomComfort]
    set_back: Quantiles
    everywhere: Quantiles


class ColdSnap(_Value, frozen=True):
    """Capacity against load at the design temperature, and what it meant in this span.

    Attributes
    ----------
    design_c, load_w, capacity_w : float
        Design temperature [°C], load there, and what the compared system delivers there without back-up. [W]
    design_from : str
        Where the design temperature is from.
    own_capacity_w : float or None
        What the home's own heat pumps give there by their maps. [W]
    hours_short : int
        Hours of the span in which back-up was needed, or the load not met.
    backup_kwh, backup_cost : float, str
        Of them. [kWh] [currency]
    """

    design_c: float
    design_from: str
    load_w: float
    capacity_w: float | None
    own_capacity_w: float | None
    hours_short: int
    backup_kwh: float
    backup_cost: str


class Source(_Value, frozen=True):
    """What one more kilowatt-hour of heat costs from one source of the home, at this temperature and this price.

    Attributes
    ----------
    id, name : str
        A heat pump, a heater, or a burner.
    zones : list of str
        Rooms that it heats.
    cost, low, high : str or None
        With its 90 % interval. [currency/kWh]
    best : bool
        Whether nothing in the home heats cheaper now.
    reason : str or None
        Why it is not known.
    """

    id: str
    name: str
    zones: list[str]
    cost: str | None
    low: str | None
    high: str | None
    best: bool
    reason: str | None


class Cooling(_Value, frozen=True):
    """The ledger of cooling, never added to that of heating. [currency]."""

    part: str
    bill: Quantiles
    saving: Quantiles
    chance: float | None
    kwh: float
    name: str


class BaselineSummary(_Value, frozen=True):
    """What it would have cost otherwise, or why that is refused; heating only, cooling has its own ledger.

    Attributes
    ----------
    system, sentence : str or None
        A file of `comparisons/`, and what is compared with in one plain sentence.
    bill, saving, chance, part : Quantiles, Quantiles, float or None, Quantiles
        As in `Other`, of that system.
    actual, actual_part : str or None
        The home's own bill of the span, and what its own heating causes of it. [currency]
    because : list of dict
        ``cause`` and ``amount``: ducts, idle_rooms, machine, timing; they add up to ``saving.p50``. ``before`` and
        ``after`` it, what the work costs, and its electricity ``kwh_before`` and ``kwh_after``. [currency] [kWh]
    assumptions : list of Assumption
        What was taken for granted.
    alternatives : list of Other
        Every system, the one compared with among them.
    by_day : list of DayCompared
        The running cost.
    cop_error : CopError or None
        What a COP that is 10 % off would change.
    comfort, cold_snap, heat_now, cooling : Comfort or None, ColdSnap or None, list of Source, Cooling or None
        Beside it.
    refused : str or None
        Why there is no figure, and when or by what there will be.
    days, coverage : float or None
        Days of heating that were learnt from, of the 14 it takes, and the known share of the span, of the 0.80.
    version : str or None
        By what it was made: until when it was learnt, and from what.
    """

    system: str | None
    bill: Quantiles
    saving: Quantiles
    because: list[dict[str, str]]
    refused: str | None
    sentence: str | None = None
    chance: float | None = None
    part: Quantiles = Quantiles()
    actual: str | None = None
    actual_part: str | None = None
    assumptions: list[Assumption] = []
    alternatives: list[Other] = []
    by_day: list[DayCompared] = []
    cop_error: CopError | None = None
    comfort: Comfort | None = None
    cold_snap: ColdSnap | None = None
    heat_now: list[Source] = []
    cooling: Cooling | None = None
    days: float | None = None
    coverage: float | None = None
    version: str | None = None
