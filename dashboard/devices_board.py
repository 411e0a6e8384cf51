"""What the page of devices shows at this moment: live values from the feed, the rest read while someone looks."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from typing import Final

import msgspec

from dashboard.devices_strip import SPAN_S, Strip, Who, strips
from dashboard.devices_unknown import Unknowns, unknowns
from dashboard.devices_words import label, mark, name, places, printed, role
from dashboard.feed import Feed
from heatledger.announcements import Status
from heatledger.draw import Heard, net_power
from heatledger.hearing import LiveValue, Source
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.quantities import QUANTITIES
from heatledger.readings import INTERVAL_S, Flag, SeriesKey
from heatledger.store import Store, StoreError
from heatledger.store.state import State

READ_S: Final = 5.0
"""The list of topics is read at most this often, and only while someone looks. [s]"""
MOST: Final = 200
"""How many devices the page lists."""

_STRIPS_S: Final = 60.0
_LOOKED_S: Final = 10.0
_MOST_VALUES: Final = 24
_US: Final = 1_000_000
_NUMBERS: Final = tuple(row.name for row in QUANTITIES.values() if row.kind != "state")
_ORDER: Final = {name: number for number, name in enumerate(QUANTITIES)}


class Spoken(msgspec.Struct, frozen=True):
    """One value of a device: a short name for it, what it is called, and what is printed."""

    id: str
    label: str
    text: str


class Row(msgspec.Struct, frozen=True):
    """One device as the page lists it.

    Attributes
    ----------
    id, name, family : str
        A short name for it; its own, as it may be shown; empty where only the home file names it.
    values : tuple of Spoken
        What it says, in the order of the nomenclature.
    further : int
        Values beyond those listed.
    source : Source
        When it was heard, how often it speaks, whether it is silent, whether the home file names it.
    place : str
        What it is in the home file.
    strip : Strip or None
        Its last 24 hours; None where they are not read, or where it says no numbers.
    offline, retained : bool
        Whether it says itself that it cannot be reached; whether all that is known of it was kept by the broker.
    """

    id: str
    name: str
    family: str
    values: tuple[Spoken, ...]
    further: int
    source: Source
    place: str
    strip: Strip | None
    offline: bool
    retained: bool

    @property
    def trouble(self) -> int:
        """How much it wants attention, 0 the most."""
        if self.source.silent:
            return 0 if self.source.mapped else 1
        return 2 if self.strip and self.strip.gaps else 3


class Page(msgspec.Struct, frozen=True):
    """Everything the page shows at one moment.

    Attributes
    ----------
    home : Home
        The household, or what stands for it.
    described : bool
        Whether a home file describes it.
    at_us, changed_us : int
        Now, and since when the broker is reached or away. [µs UTC]
    connected : bool
        Whether it is reached.
    online : bool or None
        Whether ingest runs, None where it has not said.
    ingest : Status or None
        What it last counted.
    rows : tuple of Row
        Devices, problems first.
    further : int
        Devices beyond those listed.
    unknowns : Unknowns or None
        Topics that were not understood; None until they are read.
    meters : tuple of (str, bool)
        Name of each meter of the whole home, and whether it is heard.
    trouble : str
        Why store or state cannot be read, a text to be said; empty where they can.
    """

    home: Home
    described: bool
    at_us: int
    changed_us: int
    connected: bool
    online: bool | None
    ingest: Status | None
    rows: tuple[Row, ...] = ()
    further: int = 0
    unknowns: Unknowns | None = None
    meters: tuple[tuple[str, bool], ...] = ()
    trouble: str = ""


def page(
    home: Home,
    feed: Feed,
    *,
    described: bool,
    at_us: int,
    strip: Mapping[Who, Strip],
    unread: Unknowns | None,
    trouble: str = "",
) -> Page:
    """Put together what is known now.

    Parameters
    ----------
    home : Home
        The household.
    feed : Feed
        What is heard live.
    described : bool
        Whether a home file describes it.
    at_us : int
        Now, UTC. [µs]
    strip : mapping
        The last 24 hours by family and device, as last read.
    unread : Unknowns or None
        The topics that were not understood, as last read.
    trouble : str
        Why something cannot be read.
    """
    heard = Heard(home, feed.latest(), at_us)
    by_device: dict[Who, dict[SeriesKey, LiveValue]] = {}
    for key, value in heard.latest.items():
        by_device.setdefault((key.family, key.device), {})[key] = value
    known = places(home)
    made = [
        _row(source, by_device.get((source.family, source.device), {}), home, known, strip) for source in heard.sources
    ]
    ordered = sorted(made, key=lambda row: (row.trouble, row.name.casefold(), row.family))
    mains = [meter for meter in home.meters if meter.role == "import"]
    return Page(
        home=home,
        described=described,
        at_us=at_us,
        changed_us=feed.changed_us,
        connected=feed.connected,
        online=feed.ingest_online,
        ingest=feed.ingest,
        rows=tuple(ordered[:MOST]),
        further=max(len(ordered) - MOST, 0),
        unknowns=unread,
        meters=tuple((meter.name or meter.id, net_power(meter, heard) is not None) for meter in mains),
        trouble=trouble,
    )


def _row(
    source: Source,
    values: Mapping[SeriesKey, LiveValue],
    home: Home,
    known: Mapping[str, tuple[str, ...]],
    strip: Mapping[Who, Strip],
) -> Row:
    who = (source.family, source.device)
    spoken = {key: value for key, value in values.items() if key.quantity != "online"} or values
    order = sorted(spoken, key=lambda key: (_ORDER.get(key.quantity, len(_ORDER)), key.channel))
    said = [
        Spoken(
            mark(key.channel, key.quantity),
            label(key.quantity, key.channel),
            printed(values[key].value, key.quantity, home),
        )
        for key in order[:_MOST_VALUES]
    ]
    return Row(
        id=f"device-{mark(*who)}",
        name=name(source.device),
        family=source.family,
        values=tuple(said),
        further=max(len(order) - _MOST_VALUES, 0),
        source=source,
        place=role(values, known) or ", ".join(known.get(source.device, ())),
        strip=strip.get(who),
        offline=any(key.quantity == "online" and value.value is False for key, value in values.items()),
        retained=bool(spoken) and all(value.flags & Flag.RETAINED for value in spoken.values()),
    )


class DevicesBoard:
    """Keeps what the page shows, made once for all browsers; reads store and state on a thread of its own.

    Parameters
    ----------
    home : Home or None
        The described household, None where there is none.
    feed : Feed
        What is heard live.
    store : Store
        For the last 24 hours.
    state : State
        For the topics heard.
    """

    def __init__(self, home: Home | None, feed: Feed, store: Store, state: State) -> None:
        self._home, self._feed, self._store, self._state = home, feed, store, state
        self._strips: dict[Who, Strip] = {}
        self._unknowns: Unknowns | None = None
        self._trouble = ""
        self._looked = threading.Event()
        self._looked_s = self._strips_s = -1e9
        self._stop = threading.Event()

    def page(self) -> Page:
        """Return the page as it is now; that someone looks keeps the reading going."""
        self._looked_s = time.monotonic()
        self._looked.set()
        return self._page()

    def _page(self) -> Page:
        heard = {key.home for key in self._feed.latest()} if self._home is None else set()
        stands = Home(id=min(heard, default="home"), name="home", timezone="UTC", currency="USD")
        return page(
            self._home or stands,
            self._feed,
            described=self._home is not None,
            at_us=time.time_ns() // 1000,
            strip=self._strips,
            unread=self._unknowns,
            trouble=self._trouble,
        )

    def keep_reading(self) -> None:
        """Read topics and intervals again and again while someone looks, until `stop`."""
        while not self._stop.is_set():
            self._looked.wait()
            if self._stop.is_set():
                return
            if time.monotonic() - self._looked_s > _LOOKED_S:
                self._looked.clear()
                continue
            self.read()
            self._feed.ring()
            self._stop.wait(READ_S)

    def read(self) -> None:
        """Read the topics heard, and the last 24 hours when that was a minute ago."""
        try:
            self._unknowns = unknowns(self._state.topics())
            now_s = time.monotonic()
            if now_s - self._strips_s >= _STRIPS_S:
                self._strips_s = now_s
                self._strips = self._read_strips()
            self._trouble = ""
        except (StoreError, sqlite3.Error, OSError) as error:
            logging.getLogger(__name__).warning("what was heard cannot be read: %s", error)
            self._trouble = marked(
                "The store is not answering: the last 24 hours and the topics are as they were last read."
            )

    def _read_strips(self) -> dict[Who, Strip]:
        current = self._page()
        end_s = (current.at_us // _US // INTERVAL_S + 1) * INTERVAL_S
        blocks = self._store.intervals(current.home.id, start_s=end_s - SPAN_S, end_s=end_s, quantities=_NUMBERS)
        usual = {(row.source.family, row.source.device): row.source.usual_s for row in current.rows}
        return strips(blocks, self._store.series(current.home.id), usual, end_s=end_s)

    def stop(self) -> None:
        """End `keep_reading`."""
        self._stop.set()
        self._looked.set()
