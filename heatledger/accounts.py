"""Who used it: the meter tree, the zones and the modes, conserved to the watt-hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from heatledger.allotment import OWN_METER
from heatledger.doing import MODES
from heatledger.home import HeatPump, Home, Meter
from heatledger.meters import Grid, Metered, read
from heatledger.outdoor import temperature
from heatledger.readings import INTERVAL_S, Floats, Intervals, Ints
from heatledger.rooms import climate
from heatledger.unit_account import QUANTITIES as _OF_UNITS
from heatledger.unit_account import UnitAccount, add, unit_account

__all__ = ["MODES", "QUANTITIES", "Account", "Columns", "account"]

_ENERGY = ("energy", "energy_returned", "power", "power_returned")
QUANTITIES = tuple(dict.fromkeys((*_ENERGY, "outdoor_temp", "temperature", "setpoint", *_OF_UNITS)))
"""What an account is made from."""

_CONSUMERS = frozenset(("circuit", "outdoor_unit", "head", "leader_sum", "ev"))
_WORKS_KWH = 50.0 * INTERVAL_S / 3.6e6  # a heater draws hundreds of watts, electronics at rest less than fifty


Columns = Mapping[str, Floats]
"""Columns of shape (n,) by name."""


class Account(NamedTuple):
    """A home's energy by five-minute interval, columns by name; [kWh].

    Attributes
    ----------
    start_s : array, shape (n,)
        Start of each interval, UTC. [s]
    home : dict
        ``use`` (import + solar + discharge − export − charge), ``imported``, ``exported``, ``unallocated``,
        ``estimated`` (the part of use whose amount or timing is a guess), ``coverage`` [0–1] and ``outdoor_c``, NaN
        where nobody said it [°C].
    meters, zones, modes : dict
        A column each; a meter that was not heard is NaN. Σ zones + unallocated = use, Σ modes = use.
    flags : dict
        `Flag` bits by meter.
    pumps : dict
        A column ``<heat pump>:<mode>`` each, the part of `modes` that is the heat pump's.
    shares : dict
        A column ``<zone>:<method>`` each: how the zone's energy is known; Σ shares of a zone = the zone.
    rooms : dict
        ``<zone>:heating`` and ``<zone>:cooling`` [kWh], ``<zone>:on`` (1 where something heats or cools there),
        ``<zone>:temperature`` and ``<zone>:setpoint`` [°C].
    running : dict
        ``<heat pump>:<column>`` each, the columns of `unit_account.UnitAccount.running`.
    """

    start_s: Ints
    home: Columns
    meters: Columns
    zones: Columns
    modes: Columns
    flags: Mapping[str, Ints]
    pumps: Columns
    shares: Columns
    rooms: Columns
    running: Columns


class _Row(NamedTuple):
    meter: Meter
    heard: Metered


def account(home: Home, blocks: Sequence[Intervals], *, start_s: int, end_s: int) -> Account:
    """Allot a span's energy to meters, zones and modes.

    Parameters
    ----------
    home : Home
        The household.
    blocks : sequence of Intervals
        Its intervals of `QUANTITIES`; states may begin up to a day before the span.
    start_s, end_s : int
        Half-open span, multiples of `INTERVAL_S`. [s]

    Returns
    -------
    Account
        Of the span's n intervals.
    """
    grid = Grid(blocks, start_s, end_s)
    rows = {m.id: _Row(m, read(m, grid)) for m in home.meters if not m.repeats}
    balance = _balance(rows, grid.size)
    balance["outdoor_c"] = temperature(home, blocks, grid)
    parts = _allot(home, rows, grid, balance["outdoor_c"])
    parts.modes["other"] += balance["use"] - _total(parts.modes.values(), grid.size)
    balance["unallocated"] = balance["use"] - _total(parts.zones.values(), grid.size)
    net = {name: heard.kwh - (heard.returned if m.role == "battery" else 0.0) for name, (m, heard) in rows.items()}
    return Account(
        start_s=np.arange(grid.size, dtype=np.int64) * INTERVAL_S + start_s,
        home=balance,
        meters=net,
        flags={name: row.heard.flags for name, row in rows.items()},
        **parts._asdict(),
    )


def _total(columns: Iterable[Floats], size: int) -> Floats:
    return sum(columns, np.zeros(size))


def _balance(rows: Mapping[str, _Row], size: int) -> dict[str, Floats]:
    """Balance the home; where no main meter is heard, use is at least what is metered below it."""

    def total(role: str, column: str) -> Floats:
        return _total((getattr(row.heard, column) for row in rows.values() if row.meter.role == role), size)

    # a meter of its own for export speaks for what the main meter's register of returned energy would say again
    has_export = any(row.meter.role == "export" for row in rows.values())
    exported = np.nan_to_num(total("export", "kwh")) if has_export else total("import", "returned")
    produced = np.nan_to_num(total("solar", "kwh")) + total("battery", "returned")
    produced = produced - np.nan_to_num(total("battery", "kwh"))
    metered = _total((np.nan_to_num(row.heard.kwh) for row in rows.values() if _is_top(row.meter, rows)), size)
    mains = [row.heard for row in rows.values() if row.meter.role == "import"]
    imported = total("import", "kwh") if mains else np.full(size, np.nan)
    known = np.isfinite(imported)
    use = np.where(known, imported - exported + produced, metered)
    sources = mains or [row.heard for row in rows.values()]
    estimated = np.minimum(_total((source.estimated for source in sources), size), np.abs(use))
    return {
        "use": use,
        "imported": np.where(known, imported, np.maximum(metered - produced, 0)),
        "exported": exported,
        "estimated": np.where(known | (not mains), estimated, np.abs(use)),
        "coverage": np.min([source.coverage for source in sources], axis=0) if sources else np.zeros(size),
    }


def _is_top(meter: Meter, rows: Mapping[str, _Row]) -> bool:
    if meter.role not in _CONSUMERS:
        return False
    return meter.parent is None or meter.parent not in rows or rows[meter.parent].meter.role not in _CONSUMERS


class _Parts(NamedTuple):
    """What each consumer's own energy is made of, columns by name."""

    zones: dict[str, Floats]
    modes: dict[str, Floats]
    pumps: dict[str, Floats]
    shares: dict[str, Floats]
    rooms: dict[str, Floats]
    running: dict[str, Floats]


def _allot(home: Home, rows: Mapping[str, _Row], grid: Grid, outdoor_c: Floats) -> _Parts:
    """Give each consumer's own energy to its zone, or to its heat pump's heads and modes."""
    zones = {zone.id: np.zeros(grid.size) for zone in home.zones}
    parts = _Parts(zones, {mode: np.zeros(grid.size) for mode in MODES}, {}, {}, {}, {})
    own = _own_energy(rows)
    pumps = {pump.meter: pump for pump in home.heat_pumps if pump.meter in own}
    for name, energy in own.items():
        zone = _zone_of(rows[name].meter)
        if zone is not None and not (name in pumps and pumps[name].heads):
            add(parts.zones, zone, energy)
            add(parts.shares, f"{zone}:{OWN_METER}", energy)
            parts.rooms[f"{zone}:on"] = np.maximum(
                parts.rooms.get(f"{zone}:on", 0.0), (energy > _WORKS_KWH).astype(np.float64)
            )
    for name, pump in pumps.items():
        beside = _total((own[head] for head in _heads_of(pump, rows)), grid.size)
        found = unit_account(home, pump, rows[name].meter, grid, outdoor_c, (own[name], beside))
        _book(parts, pump.id, found)
    parts.rooms.update(climate(home, grid))
    return parts


def _book(parts: _Parts, pump: str, found: UnitAccount) -> None:
    for zone, kwh in found.zones.items():
        add(parts.zones, zone, kwh)
    for name, kwh in found.shares.items():
        add(parts.shares, name, kwh)
    for name, column in found.rooms.items():
        if name.endswith(":on"):
            parts.rooms[name] = np.maximum(parts.rooms.get(name, column), column)
        else:
            add(parts.rooms, name, column)
    for mode, kwh in found.modes.items():
        add(parts.modes, mode, kwh)
        parts.pumps[f"{pump}:{mode}"] = kwh
    parts.running.update({f"{pump}:{name}": column for name, column in found.running.items()})


def _zone_of(meter: Meter) -> str | None:
    """Return the zone that a meter's own energy is used in; a head that reports the whole unit speaks for no zone."""
    return None if meter.role == "leader_sum" else meter.zone


def _heads_of(pump: HeatPump, rows: Mapping[str, _Row]) -> list[str]:
    """Return the meters of a heat pump's indoor units: below its own, or of a zone that it serves."""
    zones = {head.zone for head in pump.heads}
    return [
        name
        for name, row in rows.items()
        if row.meter.role == "head"
        and name != pump.meter
        and (row.meter.parent == pump.meter or row.meter.zone in zones)
    ]


def _own_energy(rows: Mapping[str, _Row]) -> dict[str, Floats]:
    """Return what each consumer counts beyond the meters below it; unknown counts as nothing."""
    own = {name: np.nan_to_num(row.heard.kwh) for name, row in rows.items() if row.meter.role in _CONSUMERS}
    for name, row in rows.items():
        parent = row.meter.parent
        if parent is not None and name in own and parent in own:
            heard = np.isfinite(rows[parent].heard.kwh)
            own[parent] = own[parent] - np.where(heard, np.nan_to_num(row.heard.kwh), 0.0)
    return own
