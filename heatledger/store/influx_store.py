"""The store on InfluxDB 1.8, 2.x and 3: points in, InfluxQL out; flags say what is deleted or missing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from heatledger.readings import Intervals, Reading, Samples, SeriesKey, States
from heatledger.store import Delivery, Series, StoreError, Version
from heatledger.store import influx_lines as lines
from heatledger.store.influx import Server
from heatledger.store.influx_answers import (
    Block,
    Count,
    DeliveryRow,
    IntervalRow,
    Point,
    TaggedPoint,
    Word,
    intervals,
    series_key,
)
from heatledger.store.influx_lines import name_of
from heatledger.store.influx_meanings import DAY_US, Meanings, default
from heatledger.store.influx_place import place
from heatledger.store.rows import columns

DELIVERIES: Final = 8192
"""How many of the last deliveries are remembered, and how many places of a day their points take turns in."""

_PAGE: Final = 10_000
_LINES: Final = 10_000
_MOST_NAMED: Final = 50_000
_NOTED_AT_ONCE: Final = 1000  # a string may hold 64 KB
_AT_ONCE: Final = 2  # the server finds one device's intervals while another's become columns


class InfluxStore:
    """A `Store` in one bucket of an InfluxDB server, safe for several threads and processes at once.

    Parameters
    ----------
    url : str
        ``influxdb://[user:secret@]host[:port]/bucket?org=…``, ``influxdbs://`` for TLS.
    patience_s : float, optional
        For how long a server that fails is tried again at most; by default what the URL says, else 2 s. [s]

    Raises
    ------
    StoreError
        If the URL says nothing usable. The server is asked nothing before the first question.
    """

    def __init__(self, url: str, *, patience_s: float | None = None) -> None:
        where = place(url, patience_s)
        self._server = Server(where)
        self._names = {name: where.prefix + name for name in ("reading", "interval", "series", "delivery")}
        self._heads: dict[tuple[str, ...], str] = {}
        self._meanings = Meanings(self._server, self._names["series"])
        self._seq: int | None = None

    def write(self, readings: Sequence[Reading], *, deliveries: Sequence[Delivery] = ()) -> None:
        """Commit readings and the deliveries that brought them: durable when it returns, repeatable.

        Deliveries lie in the same day, and so in the same shard, as the newest readings and go in one request with
        them: the server keeps both or neither. Readings of other days go before.
        """
        try:
            rows = [(reading.time_us // DAY_US, line) for reading in readings for line in self._lines(reading)]
            if not deliveries:
                self._send(line for _, line in rows)
                return
            day = max(rows, default=(time.time_ns() // 1000 // DAY_US, ""))[0]
            self._send(line for at, line in rows if at != day)
            self._server.write([*(line for at, line in rows if at == day), *self._deliveries(deliveries, day)])
        except BaseException:
            self._meanings.forget()
            raise

    def deliveries(self) -> Mapping[int, bytes]:
        """Return the digest of each of the last deliveries committed, by packet id, oldest first."""
        name = self._names["delivery"]
        statement = f'SELECT "seq", "body" FROM "{name}" ORDER BY time DESC LIMIT {2 * DELIVERIES}'
        points = [(row.seq, row.body) for block in self._server.query(statement, DeliveryRow) for row in block.values]
        self._seq = max((seq for seq, _ in points), default=0)
        found: dict[int, bytes] = {}
        for _, body in sorted(points):
            for packet_id, digest in lines.deliveries_of(body):
                found.pop(packet_id, None)
                found[packet_id] = digest
        return dict(itertools.islice(found.items(), max(0, len(found) - DELIVERIES), None))

    def homes(self) -> list[str]:
        """Return the homes that have readings or intervals, sorted."""
        return sorted({name_of(block.tags["home"]) for name in ("series", "interval") for block in self._ends(name)})

    def series(self, home: str) -> list[Series]:
        """Return every series of a home, sorted by key, with its first and last reading or interval."""
        seen: dict[SeriesKey, list[int]] = {}
        for name in ("reading", "interval", "series"):
            for block in (*self._ends(name, home, "first"), *self._ends(name, home, "last")):
                seen.setdefault(series_key(home, block.tags), []).append(block.values[0].at)
        known = self._meanings.of(home)
        rows = ((key, known.get(key) or default(key), times) for key, times in sorted(seen.items()))
        return [Series(key, *meaning, min(times), max(times)) for key, meaning, times in rows]

    def readings(
        self,
        home: str,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
        family: str | None = None,
        device: str | None = None,
    ) -> Iterator[Reading]:
        """Yield readings by device, then time, one page of the server's answer in memory at a time."""
        for spot in sorted({key[:3] for key in self._meanings.of(home)}):
            if family in {None, spot[1]} and device in {None, spot[2]}:
                yield from self._device_readings(spot, start_us, end_us)

    def samples(self, home: str, family: str, device: str, *, start_us: int, end_us: int) -> list[Samples | States]:
        """Return one device's readings in a span as columns, each series with its neighbours before and after it."""
        where = lines.where(home, family, device)
        found: dict[SeriesKey, list[Point]] = {}
        for span, order in (
            (f"time < {start_us}000", "ORDER BY time DESC LIMIT 1"),
            (f"time >= {start_us}000 AND time < {end_us}000", ""),
            (f"time >= {max(start_us, end_us)}000", "ORDER BY time ASC LIMIT 1"),
        ):
            statement = f"{self._points()} WHERE {where} AND {span} {lines.BY_SERIES} {order}"
            for block in self._server.query(statement, Point):
                found.setdefault(series_key(home, block.tags), []).extend(block.values)
        return [
            columns(
                self._meanings.row(key),
                [(at, *lines.reading_value(flags, number, state)) for at, flags, number, state in rows],
            )
            for key, rows in sorted(found.items())
        ]

    def latest(self, home: str) -> list[Reading]:
        """Return the newest reading of every series of a home, by its time, retained or not."""
        select = f'SELECT last("flags"), "value", "state" FROM "{self._names["reading"]}"'
        statement = f"{select} WHERE {lines.where(home)} {lines.BY_SERIES}"
        newest = ((series_key(home, block.tags), block.values[0]) for block in self._server.query(statement, Point))
        return [
            self._meanings.row(key).reading(at, *lines.reading_value(flags, number, state))
            for key, (at, flags, number, state) in sorted(newest)
        ]

    def write_intervals(self, blocks: Sequence[Intervals]) -> None:
        """Insert or replace intervals; durable when it returns."""
        self._send(line for block in blocks for line in lines.interval_lines(self._names["interval"], block))

    def delete_intervals(self, key: SeriesKey, *, start_s: int, end_s: int) -> None:
        """Mark a series' intervals in a span as deleted, as a recomputation that finds nothing there must."""
        name = self._names["interval"]
        statement = (
            f'SELECT "flags" FROM "{name}" WHERE {lines.where(*key[:3])} '
            f'AND "quantity" = {lines.literal(key.quantity)} '
            f"AND {_span(start_s, end_s)} {lines.BY_SERIES}"
        )
        blocks = self._server.query(statement, Count)
        starts = [at for block in blocks if series_key(key.home, block.tags) == key for at, _ in block.values]
        self._send(lines.deleted_lines(name, key, starts))

    def intervals(
        self, home: str, *, start_s: int, end_s: int, quantities: Sequence[str] | None = None
    ) -> list[Intervals]:
        """Return a home's intervals in a span, one block a series, sorted by key and start."""
        if quantities is not None and not quantities:
            return []
        chosen = " OR ".join(f'"quantity" = {lines.literal(quantity)}' for quantity in quantities or ())
        fields = ", ".join(f'"{field}"' for field in ("flags", *lines.NUMBERS, "state"))
        name, span = self._names["interval"], _span(start_s, end_s)

        def device(spot: tuple[str, ...]) -> list[Intervals]:
            statement = (
                f'SELECT {fields} FROM "{name}" WHERE {lines.where(*spot)} '
                f"AND {span} {f'AND ({chosen}) ' if chosen else ''}{lines.BY_SERIES}"
            )
            return [intervals(home, block) for block in self._server.query(statement, IntervalRow)]

        spots = sorted({series_key(home, block.tags)[:3] for block in self._ends("interval", home)})
        with ThreadPoolExecutor(_AT_ONCE) as asking:
            found = [block for blocks in asking.map(device, spots) for block in blocks]
        return sorted((block for block in found if len(block.start_s)), key=lambda block: block.key)

    def expire_readings(self, before_us: int) -> int:
        """Delete readings older than a time; return how many went. Version 3 deletes by its own retention."""
        name, older = self._names["reading"], f"time < {before_us}000"
        counted = self._server.query(f'SELECT count("flags") FROM "{name}" WHERE {older}', Count)
        gone = sum(block.values[0].number for block in counted)
        if not gone or self._server.version().major >= 3:
            return 0
        for measurement in (name, self._names["delivery"]):
            self._server.query(f'DELETE FROM "{measurement}" WHERE {older}', Count, changes=True)
        return gone

    def delete_home(self, home: str) -> int:
        """Delete all that is kept of a home; return how many points went. Version 3 deletes nothing on request."""
        if self._server.version().major >= 3:
            raise StoreError(
                f"{self._server.version()} deletes nothing on request: drop its database, or let its retention do it"
            )
        gone = 0
        for name in ("reading", "interval", "series"):
            where = f'FROM "{self._names[name]}" WHERE {lines.where(home)}'
            if name != "series":
                counted = self._server.query(f'SELECT count("flags") {where}', Count)
                gone += sum(block.values[0].number for block in counted)
            self._server.query(f"DELETE {where}", Count, changes=True)
        self._heads = {}
        self._meanings.forget()
        return gone

    def version(self) -> Version:
        """Return which server answers."""
        return self._server.version()

    def prepare(self) -> list[str]:
        """Make the bucket, and the mapping InfluxQL finds it by, where the token may; return what was made."""
        return self._server.prepare()

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    def _lines(self, reading: Reading) -> Iterator[str]:
        """Yield a reading's line, after its series' own if that has not been written for its day or means another."""
        key = (reading.home, reading.family, reading.device, reading.channel, reading.quantity)
        head = self._heads.get(key)
        if head is None:
            self._heads = {} if len(self._heads) >= _MOST_NAMED else self._heads
            head = self._heads[key] = lines.head(self._names["reading"], reading.key)
        yield from self._meanings.note(reading)
        yield f"{head} {lines.reading_fields(reading.value, int(reading.flags))} {reading.time_us}"

    def _deliveries(self, deliveries: Sequence[Delivery], day: int) -> Iterator[str]:
        """Yield the lines that note deliveries, stamped within a day so that the next ones replace the oldest."""
        if self._seq is None:
            self.deliveries()
        for first in range(0, len(deliveries), _NOTED_AT_ONCE):
            self._seq = (self._seq or 0) + 1
            at_us = day * DAY_US + self._seq % DELIVERIES
            some = deliveries[first : first + _NOTED_AT_ONCE]
            yield lines.delivery_line(self._names["delivery"], some, seq=self._seq, time_us=at_us)

    def _send(self, written: Iterable[str]) -> None:
        rows = iter(written)
        while part := list(itertools.islice(rows, _LINES)):
            self._server.write(part)

    def _ends(self, name: str, home: str | None = None, end: str = "last") -> list[Block[Count]] | list[Block[Word]]:
        """Return the first or last moment of each series of a home, or of each home, in one measurement."""
        field, by = (
            "kind" if name == "series" else "flags",
            f"WHERE {lines.where(home)} {lines.BY_SERIES}" if home else 'GROUP BY "home"',
        )
        statement = f'SELECT {end}("{field}") FROM "{self._names[name]}" {by}'
        return self._server.query(statement, Word) if name == "series" else self._server.query(statement, Count)

    def _points(self) -> str:
        return f'SELECT "flags", "value", "state" FROM "{self._names["reading"]}"'

    def _device_readings(
        self,
        spot: tuple[str, str, str],
        start_us: int | None,
        end_us: int | None,
    ) -> Iterator[Reading]:
        home, family, device = spot
        before = "" if end_us is None else f" AND time < {end_us}000"
        select = f'SELECT "flags", "value", "state", "channel", "quantity" FROM "{self._names["reading"]}"'
        at = start_us
        while True:
            after = "" if at is None else f" AND time >= {at}000"
            statement = f"{select} WHERE {lines.where(*spot)}{after}{before} ORDER BY time ASC LIMIT {_PAGE}"
            rows = [row for block in self._server.query(statement, TaggedPoint) for row in block.values]
            whole = len(rows) < _PAGE
            at = rows[-1][0] if rows else at
            for time_us, flags, number, state, channel, quantity in rows:
                if whole or time_us != at:  # the rest of the last moment may stand on the next page
                    key = series_key(home, {"channel": channel or "", "quantity": quantity}, family, device)
                    yield self._meanings.row(key).reading(time_us, *lines.reading_value(flags, number, state))
            if whole:
                return


def _span(start_s: int, end_s: int) -> str:
    return f"time >= {start_s}000000000 AND time < {end_s}000000000"
