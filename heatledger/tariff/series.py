"""Price series: prices over half-open spans of time, from rows, CSV, Octopus rows or price readings."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.tariff.importers.octopus import read_rows
from heatledger.tariff.load import BillError, Floats
from heatledger.tariff.schedule import Ints

if TYPE_CHECKING:
    from heatledger.tariff.model import Series, Tariff

_OPEN_S = 253_402_300_800
"""The end of a price that is valid until further notice: the year 10000. [Unix time, s]"""


class PriceSeries(NamedTuple):
    """Prices in order of time.

    Attributes
    ----------
    start_s, end_s : array of int
        Half-open spans. [Unix time, s]
    price : array of float
        [currency/kWh]
    """

    start_s: Ints
    end_s: Ints
    price: Floats


def series_of(rows: Iterable[tuple[datetime, datetime | None, float]], *, where: str) -> PriceSeries:
    """Make a series of rows ``(valid from, valid to, price)`` in any order; an open end lasts until the next row.

    Raises
    ------
    BillError
        If spans overlap, end before they begin, or have no time zone.
    """
    ordered = sorted(rows, key=lambda row: row[0].timestamp())
    if any(moment is not None and moment.tzinfo is None for row in ordered for moment in row[:2]):
        raise BillError(f"{where}: a time has no offset; write 2026-01-31T18:00:00Z")
    starts = [int(row[0].timestamp()) for row in ordered]
    following = [*starts[1:], _OPEN_S]
    ends = [int(row[1].timestamp()) if row[1] else after for row, after in zip(ordered, following, strict=True)]
    for start, end, after in zip(starts, ends, following, strict=True):
        if not start < end <= after:
            moment = datetime.fromtimestamp(start, tz=UTC).isoformat()
            raise BillError(
                f"{where}: the price from {moment} overlaps the next or ends before it begins; mend its end"
            )
    price = np.array([row[2] for row in ordered], dtype=np.float64)
    return PriceSeries(np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), price)


def prices_at(series: PriceSeries, start_s: Ints) -> Floats:
    """Return the price at each instant, NaN where none is known. [currency/kWh]."""
    if not series.start_s.size:
        return np.full(start_s.size, np.nan)
    at = np.searchsorted(series.start_s, start_s, side="right") - 1
    known = (at >= 0) & (start_s < series.end_s[at])
    return np.where(known, series.price[at], np.nan)


def boundaries(series: PriceSeries) -> list[int]:
    """Return two instants whose distance divides that of every change of price. [Unix time, s]."""
    ends = series.end_s[series.end_s < _OPEN_S]
    instants = np.concatenate((series.start_s, ends))
    if not instants.size:
        return []
    first = int(instants[0])
    return [first, first + int(np.gcd.reduce(instants - first))]


def readings_series(time_s: Sequence[int], price: Sequence[float], *, longest_s: int = 3600) -> PriceSeries:
    """Make a series of price readings: each holds until the next, but no longer than `longest_s`.

    Parameters
    ----------
    time_s : sequence of int
        When each price was published for. [Unix time, s]
    price : sequence of float
        [currency/kWh]
    longest_s : int
        Then the price counts as not known. [s]

    Returns
    -------
    PriceSeries
    """
    starts, at = np.unique(np.asarray(time_s, dtype=np.int64), return_index=True)
    ends = np.minimum(starts + longest_s, np.append(starts[1:], _OPEN_S))
    return PriceSeries(starts, ends, np.asarray(price, dtype=np.float64)[at])


def plan_series(plan: Tariff, folder: Path | None = None) -> dict[str, PriceSeries]:
    """Return the series that a plan holds itself, or in files beside it; those by MQTT come from readings.

    Raises
    ------
    BillError
        If a file cannot be used.
    """
    return {row.name: _one(row, folder or Path()) for row in plan.series if not row.mqtt}


def _one(row: Series, folder: Path) -> PriceSeries:
    if row.file is None:
        rows = [(price.valid_from, price.valid_to, float(price.price)) for price in row.prices]
        return series_of(rows, where=f"series {row.name!r}")
    path = folder / row.file
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BillError(f"series {row.name!r}: file: {path} cannot be read; put it beside the plan") from error
    if path.suffix == ".json":
        try:
            parsed = json.loads(text)
        except ValueError as error:
            raise BillError(f"series {row.name!r}: file: {path} is not JSON: {error}; fetch it anew") from error
        return series_of(read_rows(parsed, where=str(path)), where=str(path))
    return read_prices(text.splitlines(), where=str(path))


def read_prices(lines: Iterable[str], *, where: str, zone: ZoneInfo | None = None) -> PriceSeries:
    """Read a CSV of prices: ``valid_from,valid_to,price``, the end may be empty; times with an offset.

    Raises
    ------
    BillError
        On the first row that cannot be used.
    """
    rows = []
    for number, row in enumerate(csv.DictReader(lines), 2):
        try:
            start, end = row["valid_from"], row.get("valid_to")
            rows.append((_moment(start, zone), _moment(end, zone) if end else None, float(row["price"])))
        except (KeyError, TypeError, ValueError) as error:
            raise BillError(
                f"{where}: line {number}: not a price; the columns are valid_from,valid_to,price"
            ) from error
    return series_of(rows, where=where)


def _moment(text: str, zone: ZoneInfo | None) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=zone) if zone and moment.tzinfo is None else moment
