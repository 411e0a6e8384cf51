"""What the prices ahead make of a room, on `/zones`: its set-point now and why, and what follows in the day ahead."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from dash import html

from dashboard.clocks import since
from dashboard.components import Children
from dashboard.queries import Queries
from heatledger import formatting
from heatledger.control.planned import Planned
from heatledger.home import Home, Zone
from heatledger.reader import temperature_unit
from heatledger.retelling import retold
from heatledger.wording import say

_LOOK_S: Final = 1.0
_LATE: Final = timedelta(minutes=5)
_SHOWN: Final = 4


class Plans:
    """The plans of the zones of a home, read at most once a second.

    Parameters
    ----------
    queries : Queries
        The state they are kept in.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._read: dict[str, tuple[float, dict[str, Planned]]] = {}

    def of(self, home: Home, zone: Zone) -> Planned | None:
        """Return a zone's plan; None where its home file gives no band for prices, or what was planned is over."""
        if zone.control.price is None or not zone.control.on:
            return None
        due, plans = self._read.get(home.id, (0.0, {}))
        if time.monotonic() >= due:
            plans = self._queries.state.planned.of(home.id)
            self._read[home.id] = (time.monotonic() + _LOOK_S, plans)
        plan = plans.get(zone.id)
        return None if plan is None or (plan.ahead and datetime.now(UTC) > plan.until + _LATE) else plan


def planned(home: Home, plan: Planned | None, at_us: int) -> Children:
    """Return what a room's plan says: why it is set so now, and from when on to what next; or why there is none.

    Parameters
    ----------
    home : Home
        Whose room it is.
    plan : Planned or None
        The newest.
    at_us : int
        Now. [µs]
    """
    if plan is None:
        return []
    if not plan.ahead:
        return [html.Div(say("Not by price: {why}", why=retold(plan.why)), className="coming")]
    what = _warm(home, plan.ahead[0].setpoint)
    told: Children = [html.Div(say("By price {what}: {why}", what=what, why=retold(plan.why)), className="coming")]
    rest = [
        say("{what} from {time}", what=_warm(home, one.setpoint), time=since(home, _us(one.at), at_us))
        for one in plan.ahead[1 : 1 + _SHOWN]
    ]
    if rest:
        told.append(html.Div(say("Then {changes}", changes=", ".join(rest)), className="coming"))
    return told


def _warm(home: Home, celsius: float) -> str:
    return formatting.temperature(celsius, unit=temperature_unit(home))


def _us(at: datetime) -> int:
    return int(at.timestamp() * 1e6)
