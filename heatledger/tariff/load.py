"""A load: what went through the meter in intervals of one width; reading it from CSV, splitting and netting it."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from heatledger.tariff.schedule import DAY_S, Ints, local_seconds, offsets

Floats = NDArray[np.float64]
_COLUMNS: Final = ("start", "kwh", "export_kwh", "kw")
_MINUTE_S: Final = 60
_OFFSET: Final = re.compile(r"T.*(Z|[+-]\d\d:?\d\d)$")


class BillError(ValueError):
    """A load or a plan that cannot be billed; the message is one line: what, where, the mend."""


class Load(NamedTuple):
    """Energy through the utility's meter, by interval, in order of time; intervals may be missing.

    Attributes
    ----------
    start_s : array of int
        Beginning of each interval. [Unix time, s]
    step_s : int
        Width of every interval. [s]
    import_kwh, export_kwh : array of float
        Energy in each interval; NaN where it is not known. [kWh]
    kw : array of float or None
        The demand that the utility's meter measured in each interval, where it says so. [kW]
    """

    start_s: Ints
    step_s: int
    import_kwh: Floats
    export_kwh: Floats
    kw: Floats | None = None


def load_of(start_s: Sequence[int] | Ints, step_s: int, kwh: Iterable[float], export_kwh: Iterable[float] = ()) -> Load:
    """Make a load from sequences, in any order.

    Parameters
    ----------
    start_s, step_s : sequence of int, int
        Beginnings and width of the intervals. [Unix time, s] [s]
    kwh, export_kwh : iterable of float
        Imported and exported energy, the latter 0 where none is given. [kWh]

    Returns
    -------
    Load
        In order of time.
    """
    starts = np.asarray(start_s, dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    bought = np.fromiter(kwh, dtype=np.float64)
    sold = np.fromiter(export_kwh, dtype=np.float64)
    return Load(starts[order], step_s, bought[order], (sold if sold.size else np.zeros(starts.size))[order])


def read_load(lines: Iterable[str], zone: ZoneInfo, *, where: str) -> Load:
    """Read a load from CSV: ``start,kwh[,export_kwh][,kw]``, ISO times with an offset, or in local time.

    Parameters
    ----------
    lines : iterable of str
        The file.
    zone : ZoneInfo
        For times without an offset. An hour that the clock repeats is written twice.
    where : str
        The file's name, for messages.

    Returns
    -------
    Load
        Without gaps.

    Raises
    ------
    BillError
        On the first row that cannot be used.
    """
    reader = csv.reader(lines)
    header = [name.strip().lower() for name in next(reader, [])]
    unknown = [name for name in header if name not in _COLUMNS]
    if header[:1] != ["start"] or "kwh" not in header or unknown or len(set(header)) < len(header):
        raise BillError(f"{where}: line 1: columns {','.join(header) or 'none'}; write start,kwh[,export_kwh][,kw]")
    times, numbers = _rows(reader, header, where)
    starts = np.array(_instants(times, zone, where), dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    values = np.array(numbers, dtype=np.float64).reshape(len(numbers), len(header) - 1)[order]
    columns = {name: values[:, number] for number, name in enumerate(header[1:])}
    return Load(
        start_s=starts[order],
        step_s=_step(starts[order], zone, where),
        import_kwh=columns["kwh"],
        export_kwh=columns.get("export_kwh", np.zeros(starts.size)),
        kw=columns.get("kw"),
    )


def zone_of(lines: Iterable[str]) -> ZoneInfo | None:
    """Return the time zone of a load whose times all have the same offset, of whole hours; None where that is not so.

    Examples
    --------
    >>> zone_of(["start,kwh", "2026-01-01T00:00-06:00,1", "2026-01-01T01:00-06:00,1"]).key
    'Etc/GMT+6'
    """
    times = [line.partition(",")[0].strip() for line in lines]
    found = {match[1] for match in map(_OFFSET.search, times[1:]) if match}
    hours = {text.replace("Z", "+00:00") for text in found}
    if len(hours) != 1 or not (text := hours.pop()).replace(":", "").endswith("00"):
        return None
    return ZoneInfo(f"Etc/GMT{-int(text[:3]):+d}")


def _rows(reader: Iterable[list[str]], header: list[str], where: str) -> tuple[list[datetime], list[list[float]]]:
    times, numbers = [], []
    for number, row in enumerate(reader, 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise BillError(f"{where}: line {number}: {len(row)} cells under {len(header)} columns; mend that line")
        try:
            times.append(datetime.fromisoformat(row[0].strip()))
        except ValueError as error:
            raise BillError(
                f"{where}: line {number}: start: {row[0]!r} is not an ISO time; write 2026-01-31T18:00"
            ) from error
        numbers.append([_number(cell, name, where, number) for name, cell in zip(header[1:], row[1:], strict=True)])
    if len(times) < 2:
        raise BillError(f"{where}: {len(times)} rows; a load needs at least two to say how long each lasts")
    return times, numbers


def _number(cell: str, name: str, where: str, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BillError(f"{where}: line {line}: {name}: {cell!r} is not a number; write one, with a point for decimals")
    if value < 0:
        raise BillError(f"{where}: line {line}: {name}: {cell} is below zero; put what is fed in under export_kwh")
    return value


def _instants(times: list[datetime], zone: ZoneInfo, where: str) -> list[int]:
    aware = {moment.tzinfo is not None for moment in times}
    if len(aware) > 1:
        raise BillError(f"{where}: start: some times have an offset and some have none; give all of them one, or none")
    if True in aware:
        return [int(moment.timestamp()) for moment in times]
    seen: set[datetime] = set()
    found = []
    for number, moment in enumerate(times, 2):
        local = moment.replace(tzinfo=zone, fold=int(moment in seen))
        seen.add(moment)
        instant = local.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != moment:
            raise BillError(
                f"{where}: line {number}: {moment.isoformat()} is skipped by the clock in {zone.key}; "
                "write offsets, or name the time zone the file is in with --timezone"
            )
        found.append(int(instant.timestamp()))
    return found


def _step(starts: Ints, zone: ZoneInfo, where: str) -> int:
    gaps = np.diff(starts)
    step = int(np.median(gaps))
    for at in np.flatnonzero(gaps != step)[:1]:
        moment = datetime.fromtimestamp(int(starts[at]), tz=zone).isoformat()
        if gaps[at] == 0:
            raise BillError(f"{where}: {moment} stands twice; keep one row of it")
        what = "a gap" if gaps[at] > step else "an interval of another length"
        raise BillError(
            f"{where}: {what} after {moment}: {int(gaps[at]) // 60} minutes instead of {step // 60}; "
            "give every interval a row, a zero where nothing was used"
        )
    return step


def split(load: Load, step_s: int) -> Load:
    """Cut every interval into equal parts of `step_s`, its energy spread evenly."""
    parts = load.step_s // step_s
    if parts == 1:
        return load
    offset = np.tile(np.arange(parts, dtype=np.int64) * step_s, load.start_s.size)
    return Load(
        start_s=np.repeat(load.start_s, parts) + offset,
        step_s=step_s,
        import_kwh=np.repeat(load.import_kwh / parts, parts),
        export_kwh=np.repeat(load.export_kwh / parts, parts),
        kw=None if load.kw is None else np.repeat(load.kw, parts),
    )


def common_step(load: Load, zone: ZoneInfo, minutes: Iterable[int], instants_s: Iterable[int] = ()) -> int:
    """Return the widest interval that no window edge, midnight or price boundary falls into. [s].

    Parameters
    ----------
    load : Load
        Its own step is the upper bound.
    zone : ZoneInfo
        For local midnight.
    minutes : iterable of int
        Minutes of the local day at which something changes.
    instants_s : iterable of int
        Instants at which something changes. [Unix time, s]

    Raises
    ------
    BillError
        If intervals begin between whole minutes.
    """
    begins, step = int(load.start_s[0]), math.gcd(load.step_s, DAY_S)
    changes, east = offsets(begins, int(load.start_s[-1]) + load.step_s, zone)
    for offset in set(east.tolist()):
        for minute in {0, *minutes}:
            step = math.gcd(step, (minute * _MINUTE_S - offset - begins) % DAY_S)
    for instant in (*changes[1:].tolist(), *instants_s):
        step = math.gcd(step, instant - begins)
    if step < _MINUTE_S and step < load.step_s:
        raise BillError("the load's intervals do not begin on whole minutes; round their start times")
    return step


def netted(load: Load, minutes: int, zone: ZoneInfo) -> Load:
    """Set export against import within windows of the local clock: what is left is imported or exported, not both."""
    width = minutes * _MINUTE_S
    if width <= load.step_s:
        net = load.import_kwh - load.export_kwh
        return load._replace(import_kwh=np.maximum(net, 0.0), export_kwh=np.maximum(-net, 0.0))
    local = local_seconds(load.start_s, zone)
    windows, at = np.unique((local // width) * width - local + load.start_s, return_inverse=True)
    sums: Floats = np.bincount(at, weights=load.import_kwh - load.export_kwh).astype(np.float64)
    return Load(windows, width, np.maximum(sums, 0.0), np.maximum(-sums, 0.0))
