"""Which days of a zone an automation had, how it would have been held without, and what that saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from heatledger.automation_days import comfort, lived_day
from heatledger.control.history import Asked
from heatledger.days import Day, midnight
from heatledger.heat.room import RoomResponse
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.programme import AWAY_UNTIL
from heatledger.room_responses import Responses
from heatledger.savings import Range, Room, saved
from heatledger.tariff.marginal import Step
from heatledger.zone_units import beside, not_known, unit_in

AWAY: Final = "away"
PRICE: Final = "price"
_AWAY_SAID: Final = AWAY_UNTIL.partition("{")[0]
_PEOPLE: Final = frozenset(("person", "frost"))
_LEAST_H: Final = 1.0


class ZoneSaving(msgspec.Struct, frozen=True, kw_only=True):
    """What one automation, or several that had the same days, saved in a zone.

    Attributes
    ----------
    zone : str
        Which.
    automation : str
        Who asked for it: programme, away, window, presence, price; several joined by " + ".
    days, left_out : int
        Days that are reckoned, and days that it had but that are not: unheard, or without heating.
    against_c : float or None
        The set-point at which it would have been held. [°C]
    without : int
        How many days without any automation it is brought to.
    predicted, realized : Range or None
        By the room's response alone, and measured against it.
    told : bool
        Whether what was realized can be told from zero.
    reason : str or None
        Why it is not known, and what would make it known.
    """

    zone: str
    automation: str
    days: int
    left_out: int
    against_c: float | None = None
    without: int = 0
    predicted: Range | None = None
    realized: Range | None = None
    told: bool = False
    reason: str | None = None


class Books(NamedTuple):
    """What savings are read from: days by date, every request, the price of each hour, and the rooms' responses."""

    days: Mapping[date, Day]
    asked: Sequence[Asked]
    prices: Sequence[Step]
    responses: Responses


def automations(asked: Sequence[Asked], zone: str, start: datetime, end: datetime, now: datetime) -> frozenset[str]:
    """Return which automations stood in a zone for an hour or more of a span.

    Parameters
    ----------
    asked : sequence of Asked
        Read without an end after a day.
    zone : str
        Which.
    start, end, now : datetime
        Aware.
    """
    hours: dict[str, float] = {}
    for row in asked:
        if row.zone == zone and row.by not in _PEOPLE and row.start is not None:
            inside = min(row.end or now, end) - max(row.start, start)
            name = AWAY if row.why.startswith(_AWAY_SAID) else row.by
            hours[name] = hours.get(name, 0.0) + max(inside.total_seconds() / 3600.0, 0.0)
    return frozenset(name for name, stood in hours.items() if stood >= _LEAST_H)


def zone_savings(home: Home, books: Books, zone: str, first: date, until: date, *, now: datetime) -> list[ZoneSaving]:
    """Return what each automation saved in a zone over local days.

    Parameters
    ----------
    home : Home
        The household.
    books : Books
        With days enough before the first to say what the zone does without.
    zone : str
        Which.
    first, until : date
        Half-open.
    now : datetime
        Aware.

    Returns
    -------
    list of ZoneSaving
        A day on which several automations had a part belongs to all of them together: none is counted twice.
    """
    names = {day: automations(books.asked, zone, *_bounds(home, day), now) for day in books.days}
    groups = sorted({names[day] for day in books.days if first <= day < until and names[day]}, key=sorted)
    if not groups:
        return []
    mine = {group: [day for day in books.days if first <= day < until and names[day] == group] for group in groups}
    response = books.responses.get(zone)
    unit = unit_in(home, books.days, zone, response)
    rows = []
    for group in groups:
        said = ZoneSaving(zone=zone, automation=" + ".join(sorted(group)), days=0, left_out=len(mine[group]))
        if isinstance(unit, str) or not isinstance(response, RoomResponse):
            why = unit if isinstance(unit, str) else not_known(response)
            rows.append(msgspec.structs.replace(said, reason=why))
        else:
            room = Room(response, unit, beside(home, books.days, zone, unit))
            rows.append(_saving(home, books, said, room, _Which(names, mine[group])))
    return rows


class _Which(NamedTuple):
    """The automations of every day, and the days that are asked for."""

    names: Mapping[date, frozenset[str]]
    mine: Sequence[date]


def _saving(home: Home, books: Books, said: ZoneSaving, room: Room, which: _Which) -> ZoneSaving:
    priced = [day for day, names in which.names.items() if PRICE in names]
    asked = [step.setpoint for step in home.programme if step.zone == said.zone and step.mode in (None, "heat")]
    warmest = max((celsius for celsius in asked if celsius is not None), default=None)
    away = [day for day, names in which.names.items() if AWAY in names or (warmest is None and PRICE in names)]
    programme = {} if warmest is None else dict.fromkeys(priced, warmest)
    held = comfort(books.days, said.zone, max(which.mine), away, programme)
    if held is None:
        why = worded("its set-point is not heard, so it is not known how warm it would have been")
        return msgspec.structs.replace(said, reason=why)
    made = {day: lived_day(home, said.zone, (day, row), held, books.prices) for day, row in books.days.items()}
    known = {day: row for day, row in made.items() if row is not None}
    lived = [known[day] for day in which.mine if day in known]
    if not lived:
        return msgspec.structs.replace(said, reason=worded("none of its days was heard whole"))
    without = [row for day, row in known.items() if not which.names[day]]
    found = saved(room, lived, without, list(known.values()))
    return msgspec.structs.replace(
        said,
        days=len(lived),
        left_out=len(which.mine) - len(lived),
        against_c=held.asked_c,
        without=len(without),
        predicted=found.predicted,
        realized=found.realized,
        told=found.realized.told,
    )


def _bounds(home: Home, day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(home.timezone)
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)
