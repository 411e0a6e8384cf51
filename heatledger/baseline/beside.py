"""What stands beside a saving: the comfort that was given up for it, and what the coldest day asks."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.baseline import plant
from heatledger.baseline.amounts import cents, quantiles_of
from heatledger.baseline.compared import ColdSnap, Comfort, RoomComfort
from heatledger.baseline.draws import Factors
from heatledger.baseline.load import Load, Part
from heatledger.baseline.machines import Fitted, Place
from heatledger.baseline.plant import Hours
from heatledger.baseline.rooms import Bools
from heatledger.baseline.sides import Side, Span, own, side
from heatledger.billed import Quantiles
from heatledger.heat import power_for
from heatledger.marks import worded
from heatledger.readings import Floats

_SHORT_W: Final = 1.0


def comfort(load: Load, span: Span, best: Side, mine: Fitted, draws: Factors) -> Comfort:
    """Return how cold rooms are, and what is saved at equal comfort both ways.

    Parameters
    ----------
    load : Load
        With the rooms.
    span : Span
        What both sides share.
    best, mine : Side, Fitted
        The system compared with.
    draws : Factors
        What is not known.

    Returns
    -------
    Comfort
        Degree-hours count in hours with heating.
    """
    within = np.isin(load.start_s, span.bills.work.start_s)
    eased = span._replace(part=_eased(load, span, within))
    lower = side(eased, mine.machine, draws, fuel_price=mine.fuel_price)
    everywhere = _everywhere(span, draws)
    return Comfort(
        setpoint_c=float(np.nanmedian(load.setpoint_c[within])),
        rooms=_rooms(load, within),
        set_back=_median(lower.more.sum(axis=1)),
        everywhere=_median((best.more - everywhere).sum(axis=1)),
    )


def _eased(load: Load, span: Span, within: Bools) -> Part:
    """Return the load of one thermostat that is set back as far as the warmest room allows."""
    eased = load.set_back_w[within]
    return span.part._replace(idle_w=eased - span.part.measured_w, unseen_w=np.zeros(len(eased)))


def _everywhere(span: Span, draws: Factors) -> Floats:
    """Return what the home's own machines would cost more if they held every room at the common set-point, by draw."""
    known = (0.0, 1.0, 2.0)
    actual = np.array([float(amount) for amount in span.actual])
    rows = np.array([[float(a) for a in span.bills.totals(own(span, 1.0, more))] for more in known]) - actual
    at = np.clip(draws.restored, known[0], None)
    by_month = np.array([np.interp(at, known, column) for column in rows.T]).T
    count = np.bincount(span.month, minlength=len(span.actual))
    return np.asarray((by_month / np.maximum(count, 1))[:, span.month], dtype=np.float64)


def _rooms(load: Load, within: Bools) -> list[RoomComfort]:
    rooms, held = load.comfort, load.setpoint_c[within][:, None]
    below, there = (np.nansum(np.maximum(held - air[within], 0.0), axis=0) for air in (rooms.actual_c, rooms.common_c))
    coldest = np.nanmin(rooms.actual_c[within], axis=0)
    found = [
        RoomComfort(
            zone=name,
            below_k_h=float(below[at]),
            common_k_h=float(there[at]),
            coldest_c=float(coldest[at]),
            measured=bool(rooms.seen[at]),
        )
        for at, name in enumerate(rooms.rooms)
    ]
    return sorted(found, key=lambda room: -room.below_k_h)


def cold_snap(place: Place, span: Span, mine: Fitted, best: Side) -> ColdSnap:
    """Return capacity against load at the design temperature, and what cold hours cost in this span.

    Parameters
    ----------
    place : Place
        The home.
    span : Span
        What both sides share.
    mine, best : Fitted, Side
        The system compared with.

    Returns
    -------
    ColdSnap
    """
    at, room = np.array([place.design_c]), np.array([float(np.nanmedian(place.load.setpoint_c))])
    most = plant.heating(mine.machine, Hours(at, room, np.array([5.0])), np.array([place.design_w])).capacity_w
    back = np.nan_to_num(best.energy.backup_w)
    short = (back + np.nan_to_num(best.energy.short_w)) > _SHORT_W
    heats_by_itself = mine.machine.kind.heats != "resistance"
    cost = float((back / 1e3 * span.price).sum()) if heats_by_itself else 0.0
    return ColdSnap(
        design_c=place.design_c,
        design_from=worded("the coldest hundredth of the hours that were heard here"),
        load_w=place.design_w,
        capacity_w=float(most[0]) if np.isfinite(most[0]) else None,
        own_capacity_w=_own_capacity(place),
        hours_short=int(np.count_nonzero(short)) if heats_by_itself else 0,
        backup_kwh=float(back.sum()) / 1e3 if heats_by_itself else 0.0,
        backup_cost=str(cents(cost)),
    )


def _own_capacity(place: Place) -> float | None:
    """Return what the home's own heat pumps give at the design temperature by their maps; None where one has none."""
    at, total = np.array([place.design_c]), 0.0
    for pump in place.home.heat_pumps:
        system = place.systems.get(pump.unit or "")
        if system is None or not system.heating:
            return None
        scale = system.scale(pump.rated_w)
        room = np.array([20.0 if system.sink == "air" else 45.0])
        total += float(power_for.heating(system, np.array([1e9]), at, room, scale=scale).capacity_w[0])
    return total if place.home.heat_pumps else None


def _median(more: Floats) -> Quantiles:
    return quantiles_of(more, cents(float(np.median(more))))
