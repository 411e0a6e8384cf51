"""What set-points cost and automations save, read behind the pages: nobody waits for weeks of intervals."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from dashboard.queries import Queries
from heatledger.automation_savings import ZoneSaving
from heatledger.home import Home
from heatledger.setpoint_cost import MoreADay
from heatledger.store import StoreError
from heatledger.tariff.load import BillError
from heatledger.zone_rooms import ZoneRooms

_STANDS_S: Final = 1800.0
_KEPT: Final = 32
_log = logging.getLogger(__name__)


class _Found(NamedTuple):
    due: float
    value: object


_Key = tuple[object, ...]


class RoomBooks:
    """The rooms of all homes; what is asked for on a page is read in a thread, and there the next time.

    Parameters
    ----------
    queries : Queries
        Books, store and log.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._rooms: dict[str, ZoneRooms] = {}
        self._lock, self._work = threading.Lock(), threading.Lock()
        self._found: dict[_Key, _Found] = {}
        self._busy: set[_Key] = set()

    def savings(self, home: Home, start: datetime, end: datetime) -> list[ZoneSaving]:
        """Return what automations saved in a span; waits for it.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        with self._work:
            return self._of(home).savings(start, end, datetime.now(UTC))

    def cost(self, home: Home, zone: str, steps: tuple[float | None, float], outdoor_c: float | None) -> MoreADay:
        """Return what another set-point of a zone costs, from one to another [°C]; waits for it.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        with self._work:
            return self._of(home).more_a_day(zone, *steps, outdoor_c, datetime.now(UTC))

    def savings_known(self, home: Home, start: datetime, end: datetime) -> list[ZoneSaving] | None:
        """Return the same where it is at hand; None while it is read."""
        found = self._known((home.id, start, end, _today()), lambda: self.savings(home, start, end))
        return found if isinstance(found, list) else None

    def cost_known(
        self, home: Home, zone: str, steps: tuple[float | None, float], outdoor_c: float | None
    ) -> MoreADay | None:
        """Return the same where it is at hand, by the whole degree outdoors; None while it is read."""
        outdoor = None if outdoor_c is None else float(round(outdoor_c))
        found = self._known((home.id, zone, steps, outdoor), lambda: self.cost(home, zone, steps, outdoor))
        return found if isinstance(found, MoreADay) else None

    def _of(self, home: Home) -> ZoneRooms:
        if home.id not in self._rooms:
            self._rooms[home.id] = ZoneRooms(self._queries.ledger_of(home), self._queries.store)
        return self._rooms[home.id]

    def _known(self, key: _Key, read: Callable[[], object]) -> object:
        """Return what was found, old or new; reads it again where it is old."""
        with self._lock:
            found = self._found.get(key)
            if (found is None or time.monotonic() >= found.due) and key not in self._busy:
                self._busy.add(key)
                threading.Thread(target=self._read, args=(key, read), name="rooms", daemon=True).start()
            return None if found is None else found.value

    def _read(self, key: _Key, read: Callable[[], object]) -> None:
        value: object = None
        try:
            value = read()
        except (StoreError, BillError, sqlite3.Error) as error:
            _log.warning("rooms: %s", error)
        with self._lock:
            self._busy.discard(key)
            self._found = dict(list(self._found.items())[-_KEPT:])
            if value is not None:
                self._found[key] = _Found(time.monotonic() + _STANDS_S, value)


def _today() -> date:
    return datetime.now(UTC).date()
