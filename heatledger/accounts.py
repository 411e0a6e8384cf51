"""Who used it: the meter tree, the zones and the modes, conserved to the watt-hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from heatledger.home import HeatPump, Home, Meter
from heatledger.meters import Grid, Metered, read
from heatledger.outdoor import temperature
from heatledger.readings import INTERVAL_S, Floats, Intervals

OWN_METER = "own meter"
RUN_TIME = "run time"
MODES = ("heating", "cooling", "dhw", "defrost", "standby", "other", "unknown")
_ENERGY = ("energy", "energy_returned", "power", "power_returned")
QUANTITIES = (*_ENERGY, "mode", "action", "compressor_freq", "outdoor_temp", "temperature")
"""What an account is made from."""

_BY_ACTION = {"heating": "heating", "cooling": "cooling", "defrosting": "defrost", "idle": "standby", "off": "standby"}
_BY_MODE = {"heat": "heating", "cool": "cooling", "off": "standby"}
_CONSUMERS = frozenset(("circuit", "outdoor_unit", "head", "ev"))


class Account(NamedTuple):
    """A home's energy by five-minute interval, every frame indexed by the interval's start; [kWh].

    Attributes
    ----------
    home : DataFrame
        ``use`` (import + solar + discharge − export − charge), ``imported``, ``exported``, ``unallocated``,
        ``estimated`` (the part of use whose amount or timing is a guess), ``coverage`` [0–1] and ``outdoor_c``, NaN
        where nobody said it [°C].
    meters, zones, modes : DataFrame
        A column each; a meter that was not heard is NaN. Σ zones + unallocated = use, Σ modes = use.
    flags : DataFrame
        `Flag` bits by meter.
    pumps : DataFrame
        A column ``<heat pump>:<mode>`` each, the part of `modes` that is the heat pump's.
    """

    home: pd.DataFrame
    meters: pd.DataFrame
    zones: pd.DataFrame
    modes: pd.DataFrame
    flags: pd.DataFrame
    pumps: pd.DataFrame


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
        Frames of shape (n intervals, n columns).
    """
    grid = Grid(blocks, start_s, end_s)
    rows = {m.id: _Row(m, read(m, grid)) for m in home.meters if m.role != "duplicate_of"}
    balance = _balance(rows, grid.size)
    zones, modes, pumps = _allot(home, rows, grid)
    modes["other"] += balance["use"] - _total(modes.values(), grid.size)
    balance["unallocated"] = balance["use"] - _total(zones.values(), grid.size)
    balance["outdoor_c"] = temperature(home, blocks, grid)
    index = pd.to_datetime(np.arange(grid.size) * INTERVAL_S + start_s, unit="s", utc=True)
    net = {name: heard.kwh - (heard.returned if m.role == "battery" else 0.0) for name, (m, heard) in rows.items()}
    return Account(
        home=pd.DataFrame(balance, index=index),
        meters=pd.DataFrame(net, index=index),
        zones=pd.DataFrame(zones, index=index),
        modes=pd.DataFrame(modes, index=index),
        flags=pd.DataFrame({name: row.heard.flags for name, row in rows.items()}, index=index),
        pumps=pd.DataFrame(pumps, index=index),
    )


def split_methods(home: Home) -> dict[str, str]:
    """Say for each zone how its energy is known.

    Returns
    -------
    dict
        `OWN_METER` or `RUN_TIME` by zone id; zones without either are absent.
    """
    methods = {meter.zone: OWN_METER for meter in home.meters if meter.zone is not None}
    for pump in home.heat_pumps:
        for head in pump.heads:
            methods[head.zone] = OWN_METER if len(pump.heads) == 1 else RUN_TIME
    return methods


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


def _allot(
    home: Home, rows: Mapping[str, _Row], grid: Grid
) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, Floats]]:
    """Give each consumer's own energy to its zone, or to its heat pump's heads and modes."""
    zones = {zone.id: np.zeros(grid.size) for zone in home.zones}
    modes = {mode: np.zeros(grid.size) for mode in MODES}
    by_pump: dict[str, Floats] = {}
    pumps = {pump.meter: pump for pump in home.heat_pumps}
    for name, energy in _own_energy(rows).items():
        if name in pumps:
            doing = [_doing(head.device, grid) for head in pumps[name].heads]
            own = {mode: np.zeros(grid.size) for mode in MODES}
            _add_modes(own, energy, doing)
            modes = {mode: column + own[mode] for mode, column in modes.items()}
            by_pump |= {f"{pumps[name].id}:{mode}": column for mode, column in own.items()}
            _add_heads(zones, energy, pumps[name], doing)
        zone = rows[name].meter.zone
        if zone is not None and not (name in pumps and pumps[name].heads):
            zones[zone] += energy
    return zones, modes, by_pump


def _own_energy(rows: Mapping[str, _Row]) -> dict[str, Floats]:
    """Return what each consumer counts beyond the meters below it; unknown counts as nothing."""
    own = {name: np.nan_to_num(row.heard.kwh) for name, row in rows.items() if row.meter.role in _CONSUMERS}
    for name, row in rows.items():
        parent = row.meter.parent
        if parent is not None and name in own and parent in own:
            heard = np.isfinite(rows[parent].heard.kwh)
            own[parent] = own[parent] - np.where(heard, np.nan_to_num(row.heard.kwh), 0.0)
    return own


def _doing(device: str, grid: Grid) -> list[str | None]:
    """Return what a head does in each interval: its action where it states one, else its mode and its compressor."""
    speed = grid.find(device, "compressor_freq")
    turning = grid.lay(speed, speed.max) if speed is not None else np.full(grid.size, np.nan)
    out: list[str | None] = []
    for did, asked, hz in zip(grid.words(device, "action"), grid.words(device, "mode"), turning.tolist(), strict=True):
        what = _BY_ACTION.get(did) if did else _BY_MODE.get(asked) if asked else None
        out.append("standby" if what in ("heating", "cooling") and hz == 0 else what)
    return out


def _add_modes(modes: dict[str, Floats], energy: Floats, doing: Sequence[Sequence[str | None]]) -> None:
    for number, amount in enumerate(energy.tolist()):
        said = {row[number] for row in doing} - {None}
        running = said - {"standby"}
        one = running.pop() if len(running) == 1 else "standby" if said == {"standby"} else None
        modes[one or "unknown"][number] += amount


def _add_heads(zones: dict[str, Floats], energy: Floats, pump: HeatPump, doing: Sequence[Sequence[str | None]]) -> None:
    """Share a unit's energy among its heads: one head has it all, several by run time; standby stays with the unit."""
    runs = np.array([[what not in (None, "standby") for what in row] for row in doing], dtype=float)
    if len(pump.heads) == 1:
        runs = np.ones((1, len(energy)))
    together = runs.sum(axis=0)
    share = np.divide(runs, together, out=np.zeros_like(runs), where=together > 0)
    for head, part in zip(pump.heads, share, strict=True):
        zones[head.zone] += energy * part
