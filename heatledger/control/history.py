"""What was asked of a home's zones, read off the log: each request, what came of it, and how long it counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

from heatledger.control.envelope import By
from heatledger.control.events import OVER, Event, Kind

LONGEST: Final = timedelta(days=1)
"""A command is charged with what its zone uses for so long at most: then it is the weather's affair."""
_EFFECTS: Final = frozenset(("confirmed", "unconfirmed"))
_STANDS: Final = frozenset((*_EFFECTS, "person"))
Ended = Literal["command", "person", "day"]
"""What ended its effect: the next command, somebody at the device, or a day that was over."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request and what came of it.

    Attributes
    ----------
    id : int
        Its row in the log.
    zone : str
        Of which zone.
    at : datetime
        When it was asked, UTC.
    by, who, why : str
        Who asked and for what reason.
    setpoint, mode : float or None, str or None
        What was asked, after the device's rounding. [°C]
    state, note : str
        The newest that came of it, and the reason.
    over : bool
        Whether nothing more comes of it.
    start, end : datetime or None
        From when to when it counted, half-open, UTC; None where it never did, `end` None while it does.
    ended : str or None
        What ended that.
    """

    id: int
    zone: str
    at: datetime
    by: By
    who: str
    why: str
    setpoint: float | None
    mode: str | None
    state: Kind
    note: str
    over: bool
    start: datetime | None = None
    end: datetime | None = None
    ended: Ended | None = None


def history(events: Sequence[Event], now: datetime, *, longest: timedelta = LONGEST) -> list[Asked]:
    """Return every request of a log, in the order in which they were asked.

    A command counts from the moment that the device confirmed it (of one that never answers: was sent it) until the
    next one counts in its zone, or somebody changes the device, at most for a day. One that failed never counted: the
    device never said that it took it.

    Parameters
    ----------
    events : sequence of Event
        Of one home, in order.
    now : datetime
        Aware.
    longest : timedelta
        How long one counts at most.

    Examples
    --------
    >>> from heatledger.control.moment import Moment
    >>> hour = lambda n: Moment(n * 3_600_000_000, "", 0.0)
    >>> log = [Event(kind="asked", home="h", zone="living", at=hour(1), id=1, setpoint=21.0),
    ...        Event(kind="confirmed", home="h", zone="living", at=hour(2), id=2, request=1, setpoint=21.0),
    ...        Event(kind="person", home="h", zone="living", at=hour(5), id=3, setpoint=19.0)]
    >>> [(row.start.hour, row.end.hour, row.ended) for row in history(log, datetime(1970, 1, 2, tzinfo=UTC))]
    [(2, 5, 'person')]
    """
    asked = {event.id: event for event in events if event.kind == "asked"}
    newest = {event.request: event for event in events if event.request in asked}
    sent = {event.request: event for event in events if event.kind == "sent"}
    spans = _spans(events, sent, now, longest)
    return [_asked(event, newest.get(number, event), spans.get(number)) for number, event in asked.items()]


def _asked(event: Event, newest: Event, span: tuple[datetime, datetime | None, Ended | None] | None) -> Asked:
    start, end, ended = span or (None, None, None)
    return Asked(
        id=event.id,
        zone=event.zone,
        at=_time(event),
        by=event.by,
        who=event.who,
        why=event.why,
        setpoint=event.setpoint if newest.setpoint is None else newest.setpoint,
        mode=event.mode,
        state=newest.kind,
        note="" if newest.kind == "sent" else newest.note,
        over=newest.kind in OVER,
        start=start,
        end=end,
        ended=ended,
    )


def _spans(
    events: Iterable[Event], sent: dict[int, Event], now: datetime, longest: timedelta
) -> dict[int, tuple[datetime, datetime | None, Ended | None]]:
    """Return from when to when each request counted, and what ended that."""
    found: dict[int, tuple[datetime, datetime | None, Ended | None]] = {}
    standing: dict[str, int] = {}
    for event in events:
        if event.kind not in _STANDS:
            continue
        one_way = event.kind == "unconfirmed" and event.request in sent
        at = _time(sent[event.request] if one_way else event)
        if (before := standing.pop(event.zone, None)) is not None:
            found[before] = _ended(found[before][0], at, "person" if event.kind == "person" else "command", longest)
        if event.kind in _EFFECTS:
            found[event.request], standing[event.zone] = (at, None, None), event.request
    for number in standing.values():
        if now - found[number][0] >= longest:
            found[number] = _ended(found[number][0], now, "day", longest)
    return found


def _ended(start: datetime, at: datetime, by: Ended, longest: timedelta) -> tuple[datetime, datetime, Ended]:
    return (start, max(at, start), by) if at - start < longest else (start, start + longest, "day")


def _time(event: Event) -> datetime:
    return datetime.fromtimestamp(event.at.time_us / 1e6, UTC)
