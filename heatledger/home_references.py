"""What a home file names must be there: zones, meters, units, systems, rate plans; and meters make a tree."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from heatledger.baseline.kinds import Alternative
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.misfit import ConfigError
from heatledger.tariff.model import Tariff


def check_home(
    path: Path,
    home: Home,
    tariffs: Mapping[str, Tariff],
    systems: Mapping[str, System],
    alternatives: Mapping[str, Alternative],
) -> None:
    """Refuse a home file whose references lead nowhere.

    Parameters
    ----------
    path : Path
        Of the file.
    home : Home
        What it says.
    tariffs, systems, alternatives : mapping
        What there is by name; a rate plan that is not among them was not read.

    Raises
    ------
    ConfigError
        File, key, mend, in one line.
    """
    if home.id != path.stem:
        raise ConfigError(f"{path}: id is {home.id!r} but the file is {path.name}; make them the same")
    try:
        ZoneInfo(home.timezone)
    except (KeyError, ValueError, OSError) as error:  # KeyError: a name unknown
        raise ConfigError(f"{path}: timezone: {home.timezone!r} is not known; write one like Europe/Berlin") from error
    zones = _check_zones(path, home)
    meters = _unique(path, "meters", [meter.id for meter in home.meters])
    _unique(path, "heat_pumps", [pump.id for pump in home.heat_pumps])
    if home.tariff is not None and home.tariff in tariffs:
        stated = tariffs[home.tariff].currency
        if stated != home.currency:
            raise ConfigError(f"{path}: currency: {home.currency}, but tariff {home.tariff!r} is in {stated}; use one")
    for number, meter in enumerate(home.meters):
        where = f"meters[{number}]"
        refers(path, f"{where}.parent", meter.parent, meters - {meter.id})
        refers(path, f"{where}.zone", meter.zone, zones)
        refers(path, f"{where}.of", meter.of, meters - {meter.id})
        if bool(meter.points) == bool(meter.sum):
            raise ConfigError(f"{path}: {where}: give either points or sum; a meter is one or the other")
    _check_tree(path, home)
    refers(path, "compare", home.compare, set(alternatives))
    _unique(path, "comparison", [row.system for row in home.comparison])
    for number, row in enumerate(home.comparison):
        refers(path, f"comparison[{number}].system", row.system, set(alternatives))
        refers(path, f"comparison[{number}].hot_water", row.hot_water, meters)
    for number, pump in enumerate(home.heat_pumps):
        refers(path, f"heat_pumps[{number}].meter", pump.meter, meters)
        refers(path, f"heat_pumps[{number}].backup", pump.backup, meters)
        refers(path, f"heat_pumps[{number}].unit", pump.unit, set(systems))
        for head_number, head in enumerate(pump.heads):
            refers(path, f"heat_pumps[{number}].heads[{head_number}].zone", head.zone, zones)


def _check_zones(path: Path, home: Home) -> set[str]:
    zones = _unique(path, "zones", [zone.id for zone in home.zones])
    for number, zone in enumerate(home.zones):
        refers(path, f"zones[{number}].open_to", zone.open_to, zones - {zone.id})
    for number, step in enumerate(home.programme):
        refers(path, f"programme[{number}].zone", step.zone, zones)
    return zones


def _check_tree(path: Path, home: Home) -> None:
    parents = {meter.id: meter.parent for meter in home.meters}
    for meter in parents:
        seen, at = set[str](), parents[meter]
        while at is not None:
            if at in seen or at == meter:
                raise ConfigError(f"{path}: meters: {meter!r} is its own ancestor through parent; break the ring")
            seen.add(at)
            at = parents[at]


def _unique(path: Path, table: str, ids: list[str]) -> set[str]:
    for identifier in ids:
        if ids.count(identifier) > 1:
            raise ConfigError(f"{path}: {table}: id {identifier!r} stands twice; give each its own")
    return set(ids)


def refers(path: Path, key: str, value: str | None, known: set[str]) -> None:
    """Refuse a name that is not known: file, key and mend, in one line.

    Parameters
    ----------
    path, key : Path, str
        Where it stands.
    value : str or None
        The name; None where there is none.
    known : set of str
        What it may be.

    Raises
    ------
    ConfigError
        With the nearest name that is.
    """
    if value is None or value in known:
        return
    near = difflib.get_close_matches(value, known, n=1)
    mend = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    raise ConfigError(f"{path}: {key}: {value!r} is not there; {mend}")
