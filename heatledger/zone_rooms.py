"""A home's rooms as they are reckoned with: from the store to what set-points cost and what automations save."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from heatledger.automation_savings import Books, ZoneSaving, automations, zone_savings
from heatledger.command_costs import prices_of
from heatledger.control.history import Asked, history
from heatledger.days import Day, midnight
from heatledger.heat.room import RoomResponse
from heatledger.ledger import Ledger
from heatledger.room_responses import Responses, RoomResponses
from heatledger.savings import Room
from heatledger.setpoint_cost import MoreADay, more_a_day
from heatledger.store import Store
from heatledger.zone_units import beside, not_known, unit_in

_BACK_D: Final = 60
"""So far before a period its days without an automation are looked for. [d]"""
_UNIT_D: Final = 42
_ENDLESS: Final = timedelta(days=4000)
_DAY: Final = timedelta(days=1)


class ZoneRooms:
    """The rooms of one home, read again each day.

    Parameters
    ----------
    ledger : Ledger
        The home's books.
    store : Store
        Its intervals.
    """

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger, self._store = ledger, store
        self._zone = ZoneInfo(ledger.home.timezone)
        self._responses = RoomResponses(ledger.home, ledger.systems)
        self._kept: tuple[date, Mapping[str, Room | str]] | None = None

    def rooms(self, now: datetime) -> Mapping[str, Room | str]:
        """Return each zone's room; else why it is not known.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        today = now.astimezone(self._zone).date()
        if self._kept is None or self._kept[0] != today:
            days = self._days(today - timedelta(days=_UNIT_D), today, now)
            responses = self._responses.at(self._store, now)
            zones = (zone.id for zone in self._ledger.home.zones)
            self._kept = (today, {zone: self._room(zone, days, responses) for zone in zones})
        return self._kept[1]

    def _room(self, zone: str, days: Mapping[date, Day], responses: Responses) -> Room | str:
        response, home = responses.get(zone), self._ledger.home
        if not isinstance(response, RoomResponse):
            return not_known(response)
        unit = unit_in(home, days, zone, response)
        return unit if isinstance(unit, str) else Room(response, unit, beside(home, days, zone, unit))

    def more_a_day(
        self, zone: str, from_c: float | None, to_c: float, outdoor_c: float | None, now: datetime
    ) -> MoreADay:
        """Return what another set-point of a zone costs; `setpoint_cost.more_a_day` with its room and the prices.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        prices = prices_of(self._ledger, now, now + _DAY, now)
        return more_a_day(self.rooms(now)[zone], from_c, to_c, outdoor_c, prices, now)

    def savings(self, start: datetime, end: datetime, now: datetime) -> list[ZoneSaving]:
        """Return what each automation of each zone saved on the whole local days of a span that are over.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        home, today = self._ledger.home, now.astimezone(self._zone).date()
        first, until = start.astimezone(self._zone).date(), min(end.astimezone(self._zone).date(), today)
        asked = history(self._ledger.state.commands.since(home.id, 0), now, longest=_ENDLESS)
        zones = [zone.id for zone in home.zones if self._had(asked, zone.id, first, until, now)]
        if first >= until or not zones:
            return []
        days = self._days(first - timedelta(days=_BACK_D), until, now)
        prices = prices_of(self._ledger, midnight(first, self._zone), midnight(until, self._zone), now) or ()
        books = Books(days, asked, prices, self._responses.at(self._store, now))
        return [row for zone in zones for row in zone_savings(home, books, zone, first, until, now=now)]

    def _had(self, asked: list[Asked], zone: str, first: date, until: date, now: datetime) -> bool:
        start, end = midnight(first, self._zone), midnight(until, self._zone)
        return bool(automations(asked, zone, start, end, now))

    def _days(self, first: date, until: date, now: datetime) -> dict[date, Day]:
        rows = self._ledger.days(midnight(first, self._zone), midnight(until, self._zone), now)
        return {first + timedelta(days=number): row for number, row in enumerate(rows)}
