"""Home Assistant's statistics: the tables `statistics` and `statistics_short_term` of its SQLite database."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from heatledger.importers import ImportFileError
from heatledger.importers.spread import Span, spread
from heatledger.quantities import to_canonical
from heatledger.readings import INTERVAL_S, Intervals, SeriesKey

FAMILY: Final = "homeassistant"
_HOUR_S: Final = 3_600

# unit of a sum -> quantity; unit of a mean -> quantity: what else is in the database is no part of a home's bill
_SUMS: Final = dict.fromkeys(("Wh", "kWh", "MWh"), "energy") | {"m³": "gas_volume"}
_MEANS: Final = {"W": "power", "kW": "power", "°C": "temperature", "°F": "temperature", "%": "humidity"}

_META: Final = """SELECT id, statistic_id, unit_of_measurement, coalesce(has_sum, 0) FROM statistics_meta
    ORDER BY statistic_id"""
_ROWS: Final = """SELECT start_ts, mean, min, max, state, sum FROM {table}
    WHERE metadata_id = ? AND start_ts IS NOT NULL ORDER BY start_ts"""
_TABLES: Final = (("statistics", _HOUR_S), ("statistics_short_term", INTERVAL_S))


class _Series(NamedTuple):
    id: int
    name: str
    unit: str
    quantity: str


def read(path: Path, home: str) -> Iterator[Intervals]:
    """Yield the intervals of each statistic that measures something of ours; five-minute rows before hourly ones.

    Parameters
    ----------
    path : Path
        ``home-assistant_v2.db`` (schema of 2023.3 or later), or a copy of it.
    home : str
        The home the series are to belong to.

    Raises
    ------
    ImportFileError
        If it is no such database.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = [_series(*row) for row in database.execute(_META)]
            for series in (each for each in found if each is not None):
                block = spread(SeriesKey(home, FAMILY, series.name, "", series.quantity), _spans(database, series))
                if block is not None:
                    yield block
    except sqlite3.Error as error:
        raise ImportFileError(
            f"{path}: {error}; name home-assistant_v2.db of Home Assistant 2023.3 or later"
        ) from error


def _series(identifier: int, name: str, unit: str | None, has_sum: int) -> _Series | None:
    quantity = (_SUMS if has_sum else _MEANS).get(unit or "")
    return _Series(identifier, name, unit or "", quantity) if quantity else None


def _spans(database: sqlite3.Connection, series: _Series) -> list[Span]:
    """Return the rows of both tables; an hour of which all five minutes are known is left to them."""
    spans: dict[str, list[Span]] = {}
    for table, width_s in _TABLES:
        rows = database.execute(_ROWS.format(table=table), (series.id,)).fetchall()
        spans[table] = (
            _summed(rows, series, width_s) if series.quantity in _SUMS.values() else _levels(rows, series, width_s)
        )
    fine = Counter(span.start_s // _HOUR_S for span in spans["statistics_short_term"])
    coarse = [span for span in spans["statistics"] if fine[span.start_s // _HOUR_S] < _HOUR_S // INTERVAL_S]
    covered = {span.start_s // _HOUR_S for span in coarse}
    return coarse + [span for span in spans["statistics_short_term"] if span.start_s // _HOUR_S not in covered]


def _summed(rows: list[tuple[float | None, ...]], series: _Series, width_s: int) -> list[Span]:
    """Return the growth of a sum between rows: `sum` is its value at a row's end, free of resets; gaps are bridged."""
    spans = []
    before: tuple[int, float] | None = None
    for at, _, _, _, state, total in rows:
        if at is None or total is None:
            continue
        start_s, ours = int(at), to_canonical(total, series.unit, series.quantity)
        if before is not None:
            last = math.nan if state is None else to_canonical(state, series.unit, series.quantity)
            energy = ours - before[1] if series.quantity == "energy" else math.nan
            spans.append(Span(before[0] + width_s, start_s - before[0], energy, last=last))
        before = (start_s, ours)
    return spans


def _levels(rows: list[tuple[float | None, ...]], series: _Series, width_s: int) -> list[Span]:
    spans = []
    for at, *numbers, _, _ in rows:
        if at is None or numbers[0] is None:
            continue
        mean, low, high = (math.nan if n is None else to_canonical(n, series.unit, series.quantity) for n in numbers)
        energy = mean * width_s / 3_600_000 if series.quantity == "power" else math.nan
        spans.append(Span(int(at), width_s, energy, mean, low, high))
    return spans
