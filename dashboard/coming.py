"""What comes next in a room by itself: the next change of its programme, and when heating begins for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from dashboard.queries import Queries
from heatledger.ahead import Seen, rooms_seen, soonest
from heatledger.hearing import LiveValue
from heatledger.home import Home, Zone
from heatledger.programme import changes
from heatledger.readings import SeriesKey
from heatledger.room_responses import RoomResponses
from heatledger.store import open_store

_LOOK_S: Final = 2.0


class NextChange(msgspec.Struct, frozen=True):
    """What the programme sets a zone to next [°C], from when on, and why.

    Where the room is to be so warm by then, `begins` is when heating begins for it, and `because` why then.
    """

    at: datetime
    setpoint: float | None
    mode: str | None
    why: str
    begins: datetime | None = None
    because: str = ""


class Coming:
    """What comes next in every room of the homes, from the same arithmetic as the process that sends.

    Parameters
    ----------
    queries : Queries
        Configuration and store.
    latest : callable
        Returns the newest value of every series.
    """

    def __init__(self, queries: Queries, latest: Callable[[], Mapping[SeriesKey, LiveValue]]) -> None:
        self._queries, self._latest = queries, latest
        self._rooms: dict[str, tuple[Home, RoomResponses]] = {}
        self._seen: dict[str, tuple[float, dict[str, Seen]]] = {}

    def of(self, home: Home, zone: Zone) -> NextChange | None:
        """Return what comes next in a room; None where it has no programme."""
        at = datetime.now(UTC)
        change = changes(zone.id, home.programme, home.away, home.timezone, at)[1]
        if any(step.ahead for step in home.programme) or any(away.ahead for away in home.away):
            responses = self._responses(home).known(lambda: open_store(self._queries.config.store_url), at)
            soon = soonest(home, zone.id, at, self._around(home), responses)
            if soon is not None and (soon.begins <= at or soon.change == change):
                return NextChange(*soon.change[:4], begins=soon.begins, because=soon.why)
        return None if change is None else NextChange(*change[:4])

    def _responses(self, home: Home) -> RoomResponses:
        known = self._rooms.get(home.id)
        if known is None or known[0] is not home:
            known = self._rooms[home.id] = (home, RoomResponses(home, self._queries.config.systems))
        return known[1]

    def _around(self, home: Home) -> dict[str, Seen]:
        due, seen = self._seen.get(home.id, (0.0, {}))
        if time.monotonic() >= due:
            seen = rooms_seen(home, self._latest(), time.time_ns() // 1000)
            self._seen[home.id] = (time.monotonic() + _LOOK_S, seen)
        return seen
