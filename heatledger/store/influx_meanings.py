"""What each series in InfluxDB means, its unit, kind and reset: written once a day of readings, remembered a moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from heatledger.quantities import QUANTITIES
from heatledger.readings import Reading, SeriesKey
from heatledger.store import influx_lines as lines
from heatledger.store.influx import Server
from heatledger.store.influx_answers import MeaningRow, series_key
from heatledger.store.rows import SeriesRow

Meaning = tuple[str | None, str, str]
"""Unit, kind and reset of a series."""

DAY_US: Final = 86_400_000_000
_MOST_NOTED: Final = 50_000
_REMEMBERED_S: Final = 5.0


class Meanings:
    """The measurement `series` of one bucket.

    Its points are stamped like the readings that told them, one a series and day, so that they lie in the same shard
    and expire after those. Another process's change is seen within seconds.
    """

    def __init__(self, server: Server, measurement: str) -> None:
        self._server, self._name = server, measurement
        self._noted: dict[tuple[str, ...], tuple[str | None, str, str, int]] = {}
        self._known: dict[str, tuple[float, dict[SeriesKey, Meaning]]] = {}

    def note(self, reading: Reading) -> Iterator[str]:
        """Yield the line that says what a reading's series means, unless its day has it already."""
        key = (reading.home, reading.family, reading.device, reading.channel, reading.quantity)
        meaning = (reading.unit, reading.kind, reading.reset, reading.time_us // DAY_US)
        if self._noted.get(key) != meaning:
            if len(self._noted) >= _MOST_NOTED:
                self._noted = {}
            self._noted[key] = meaning
            self._known.pop(reading.home, None)
            yield lines.series_line(self._name, reading)

    def forget(self) -> None:
        """Forget what was noted in a write that failed: it may not be there."""
        self._noted, self._known = {}, {}

    def of(self, home: str) -> dict[SeriesKey, Meaning]:
        """Return what every series of a home means, as the newest of its days says, asked now."""
        statement = (
            f'SELECT last("kind"), "unit", "reset" FROM "{self._name}" WHERE {lines.where(home)} {lines.BY_SERIES}'
        )
        told = ((series_key(home, block.tags), block.values[0]) for block in self._server.query(statement, MeaningRow))
        known = {key: (row.unit or None, row.kind, row.reset or "") for key, row in told}
        self._known[home] = (time.monotonic(), known)
        return known

    def row(self, key: SeriesKey) -> SeriesRow:
        """Return a series as the stores' shared code knows it; one that nothing is known of, as its quantity is."""
        asked_at, known = self._known.get(key.home, (0.0, {}))
        meaning = known.get(key)
        if meaning is None or time.monotonic() - asked_at > _REMEMBERED_S:
            meaning = self.of(key.home).setdefault(key, default(key))
        return SeriesRow(0, key, *meaning, None, None, None)


def default(key: SeriesKey) -> Meaning:
    """Return what a series means of which only intervals are known."""
    quantity = QUANTITIES.get(key.quantity)
    return (quantity.unit, quantity.kind, "") if quantity else (None, "gauge", "")
