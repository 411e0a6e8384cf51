"""Reads what `heatledger bill` and `heatledger tariff` are given: a plan, a load, cycles, prices."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from cli.options import CommandError
from heatledger.config import read_toml
from heatledger.tariff.cycle import Cycle, cycles
from heatledger.tariff.importers.octopus import read_rows
from heatledger.tariff.importers.urdb import import_urdb
from heatledger.tariff.load import Load, read_load, zone_of
from heatledger.tariff.model import Tariff
from heatledger.tariff.series import PriceSeries, plan_series, read_prices, series_of


def text_of(path: Path) -> str:
    """Read a text file.

    Raises
    ------
    CommandError
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}; check that the file exists and may be read") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error


def read_plan(path: Path, *, any_date: bool = False) -> Tariff:
    """Read a rate plan: our TOML, or a URDB rate as JSON.

    Parameters
    ----------
    path : Path
        The file.
    any_date : bool
        Leave its validity aside, as for a what-if; a plan with several versions of a line is refused then.
    """
    plan = import_urdb(text_of(path), where=str(path)) if path.suffix == ".json" else read_toml(path, Tariff)
    if not any_date:
        return plan
    undated = tuple(msgspec.structs.replace(line, start=None, end=None) for line in plan.lines)
    try:
        return msgspec.structs.replace(plan, lines=undated)
    except ValueError as error:
        raise CommandError(f"{path}: --any-date: {error}; price versions on their dates") from error


def find_zone(name: str | None, plan: Tariff, load: Iterable[str]) -> ZoneInfo:
    """Return the plan's clock: as asked, else the plan's own, else the load's one offset, else UTC.

    Raises
    ------
    CommandError
        If the name is not known.
    """
    asked = name or plan.timezone
    if asked is None:
        return zone_of(load) or ZoneInfo("UTC")
    try:
        return ZoneInfo(asked)
    except (KeyError, ValueError, OSError) as error:
        raise CommandError(f"timezone {asked!r} is not known; write one like Europe/Berlin") from error


def find_load(path: Path, zone: ZoneInfo) -> Load:
    """Read a load file."""
    return read_load(text_of(path).splitlines(), zone, where=str(path))


def find_cycles(spec: str, load: Load, zone: ZoneInfo) -> list[Cycle]:
    """Return the bills that a load falls into; `spec` is calendar, day=N, or a file of meter-read dates."""
    first = _local(int(load.start_s[0]), zone)
    last = _local(int(load.start_s[-1]) + load.step_s - 1, zone) + timedelta(days=1)
    named = spec == "calendar" or spec.startswith("day=")
    return cycles(spec, first, last, read_dates=() if named else text_of(Path(spec)).splitlines())


def find_prices(plan: Tariff, folder: Path, given: Iterable[str]) -> dict[str, PriceSeries]:
    """Return the prices of a plan's series: its own, and those given as ``NAME=FILE``."""
    return {**plan_series(plan, folder), **given_prices(plan, given)}


def given_prices(plan: Tariff, given: Iterable[str]) -> dict[str, PriceSeries]:
    """Return the prices that are given as ``NAME=FILE``, by the series of a plan that they are for."""
    found = {}
    for text in given:
        name, _, file = text.partition("=")
        if not file or name not in {series.name for series in plan.series}:
            known = ", ".join(series.name for series in plan.series) or "none"
            raise CommandError(f"--prices {text!r}: write NAME=FILE, with a series of the plan; it has {known}")
        found[name] = read_price_file(Path(file))
    return found


def read_price_file(path: Path, *, payment_method: str | None = None) -> PriceSeries:
    """Read prices from Octopus rows (JSON) or from ``valid_from,valid_to,price`` (CSV)."""
    text = text_of(path)
    if path.suffix != ".json":
        return read_prices(text.splitlines(), where=str(path))
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandError(f"{path}: not JSON: {error}; give the service's answer as it came") from error
    return series_of(read_rows(raw, where=str(path), payment_method=payment_method), where=str(path))


def _local(at_s: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_s, tz=UTC).astimezone(zone).date()
