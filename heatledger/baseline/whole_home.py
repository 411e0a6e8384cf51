"""From a home's hours to its load at one common set-point, or why it cannot be known yet."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.baseline.hours import Filled, Hours, bridge, days_of, infer, known_in, seen_in
from heatledger.baseline.learning import Fitted, fit
from heatledger.baseline.load import Comfort, Load, Missing, Part
from heatledger.baseline.restoration import DAY_H, Asked, added, answered, common, mean_day, spread_out
from heatledger.baseline.rooms import House, Plan
from heatledger.heat.balance import LEAST_DAYS
from heatledger.marks import marked, worded
from heatledger.readings import Floats

LEAST_COVERAGE: Final = 0.80
"""Share of a span that must be known before a comparison is made of it. [1]"""
_BALANCE_SD_C: Final = 0.5
"""How far rooms depart from what the share of air makes of them: registers are set by hand. [K]"""
_MODEL_SD: Final = 0.10
"""What the balance leaves out (opened windows, wind, doors left open for a week), relative to what it restores. [1]"""
_MONTH_SD: Final = 0.03
"""The same, of the whole load, from one month to the next. [1]"""
_LATENT: Final = 1.0 / 3.0
"""Latent per sensible cooling where nobody measures it: a sensible heat ratio of 0.75. [1]"""
_COMFORT: Final = (0.9, 0.1)
"""Which quantile of its own set-points is the main room's comfort: heating, cooling. [1]"""
_DEFAULT_C: Final = (20.5, 25.0)


class Given(NamedTuple):
    """What a home's owner, and the heat's method, say beside its hours.

    Attributes
    ----------
    heat_sd, cool_sd : array, shape (k,)
        Standard deviation of each source's heat that never averages out, relative. [1]
    setpoint_c, cool_setpoint_c : float or None
        Of the one thermostat; what the main room is asked to be in comfort where None. [°C]
    source : str
        How the heat is known, in words.
    """

    heat_sd: Floats
    cool_sd: Floats
    setpoint_c: float | None = None
    cool_setpoint_c: float | None = None
    source: str = ""


def learn(plan: Plan, hours: Hours) -> Fitted | Missing:
    """Learn how a home's rooms lose heat from its days in heating, else in cooling; Missing with fewer than 14.

    Parameters
    ----------
    plan : Plan
        Its rooms, and which source serves which.
    hours : Hours
        All that is known of it: the longer the better.

    Returns
    -------
    Fitted or Missing
        To be used for any span of the home. A source that names no room serves every one that has a thermometer; a
        room that is heated, and has none, is Missing: it is not as cold as its walls would make it.
    """
    plan = plan._replace(served=np.where(plan.served.sum(axis=1, keepdims=True) > 0, plan.served, seen_in(hours)))
    wanted = sorted({plan.main, *np.flatnonzero(plan.served.sum(axis=0)).tolist()})
    unseen = [plan.rooms[at] for at in wanted if not np.isfinite(hours.room_c[:, at]).any()]
    if unseen:
        return Missing(0.0, 0.0, _blind([room.name or room.id for room in unseen]))
    days = days_of(hours)
    fitted = fit(plan, days)
    if fitted is not None:
        return fitted
    count = len(days.outdoor_c)
    return Missing(
        float(count),
        float(known_in(hours).mean()),
        worded(
            "{count} days are known on which the home was heated and their heat measured; {least} are needed",
            count=count,
            least=LEAST_DAYS,
        ),
    )


def _blind(names: list[str]) -> str:
    if len(names) == 1:
        return worded("the temperature of {room} is not known; name a thermometer of it in its zone", room=names[0])
    return worded(
        "the temperatures of {number} rooms are not known: {rooms}; name a thermometer of each in its zone",
        number=len(names),
        rooms=", ".join(names),
    )


def whole_home(fitted: Fitted, hours: Hours, given: Given) -> Load | Missing:
    """Return a home's load at one common set-point.

    Parameters
    ----------
    fitted : Fitted
        How its rooms lose heat, as `learn` returns it.
    hours : Hours
        The span.
    given : Given
        Set-points and doubts.

    Returns
    -------
    Load or Missing
        Missing where less than `LEAST_COVERAGE` of the span is known.
    """
    house, plan = fitted.house(), fitted.plan
    filled = infer(house, bridge(hours), known_in(hours))
    share = float(filled.known.mean())
    if share < LEAST_COVERAGE:
        return Missing(float(filled.known.sum()) / DAY_H, share, _why(hours, share))
    warm, cool = _asked(plan, filled, given)
    heating, common_c = _part(fitted, filled, warm, hours.heat_w, given.heat_sd)
    cooling, _ = _part(fitted, filled, cool, hours.cool_w, given.cool_sd)
    return Load(
        start_s=hours.start_s,
        outdoor_c=hours.outdoor_c,
        setpoint_c=warm.common_c,
        cool_setpoint_c=cool.common_c,
        heating=heating,
        cooling=cooling._replace(latent_w=_latent(hours, cooling)),
        set_back_w=_set_back(fitted, filled, warm),
        comfort=Comfort(tuple(room.id for room in plan.rooms), plan.area_m2, seen_in(hours), filled.room_c, common_c),
        loss_w_k=float(house.loss_w_k.sum()),
        loss_sd=float(np.sqrt(fitted.covariance[0, 0])),
        gains_w=_free(house, filled, warm),
        source=given.source,
    )


def _asked(plan: Plan, filled: Filled, given: Given) -> tuple[Asked, Asked]:
    """Return what rooms are and are asked to be, heating and cooling."""
    found = []
    columns = ((filled.hours.own_c, given.setpoint_c, 1.0), (filled.hours.own_cool_c, given.cool_setpoint_c, -1.0))
    for (own, stated, sign), quantile, default in zip(columns, _COMFORT, _DEFAULT_C, strict=True):
        main = own[:, plan.main][np.isfinite(own[:, plan.main])]
        usual = float(np.quantile(main, quantile)) if len(main) else default
        at = np.full(len(own), usual if stated is None else stated)
        found.append(Asked(filled.room_c, own, at, sign))
    return found[0], found[1]


def _added(house: House, plan: Plan, filled: Filled, asked: Asked) -> tuple[Floats, Floats]:
    warm, works = common(house, plan.main, asked, filled.slow_c, filled.gains_w)
    return added(house, asked, warm, works & filled.known), warm


def _weather(house: House, bridged: Hours) -> Floats:
    return answered(house, bridged.outdoor_c, bridged.other_w, bridged.sun_w_m2)


def _part(fitted: Fitted, filled: Filled, asked: Asked, by_source_w: Floats, doubt: Floats) -> tuple[Part, Floats]:
    """Return one kind of work, and the rooms' temperatures with it."""
    house = fitted.house()
    more, warm = _added(house, fitted.plan, filled, asked)
    measured = np.nan_to_num(by_source_w).sum(axis=1) * filled.known
    whole = spread_out(measured, more, asked.sign * _weather(house, filled.hours))
    blind = np.where(whole == measured, 0.0, mean_day(more[:, ~seen_in(filled.hours)].sum(axis=1)))
    nothing = np.where(filled.known, 0.0, np.nan)
    total = max(float(measured.sum()), 1e-9)
    part = Part(
        measured_w=measured + nothing,
        idle_w=whole - measured - blind + nothing,
        unseen_w=blind + nothing,
        latent_w=nothing,
        measured_sd=float((np.nan_to_num(by_source_w).sum(axis=0) * doubt).sum() / total),
        restored_sd=_doubt(fitted, filled, asked, more),
        month_sd=_MONTH_SD,
    )
    return part, warm


def _doubt(fitted: Fitted, filled: Filled, asked: Asked, more: Floats) -> float:
    """Return the relative standard deviation of what is restored: of the parameters, of air's share, of the model."""
    whole = float(more.sum())
    if whole <= 0:
        return 0.0
    slope = np.zeros(len(fitted.found))
    for number, width in enumerate(np.sqrt(np.diag(fitted.covariance))):
        moved = fitted.found.copy()
        moved[number] += width
        house = fitted.house(moved)
        there, _ = _added(house, fitted.plan, infer(house, filled.hours, filled.known), asked)
        slope[number] = (float(there.sum()) - whole) / width
    own = fitted.house().response_w_k.copy()
    own[fitted.plan.main] = 0.0
    shares = float(np.sqrt((((more != 0).sum(axis=0) * own * _BALANCE_SD_C) ** 2).sum()))
    return float(np.hypot(np.hypot(np.sqrt(slope @ fitted.covariance @ slope), shares) / whole, _MODEL_SD))


def _set_back(fitted: Fitted, filled: Filled, asked: Asked) -> Floats:
    """Return the heating load with the one thermostat set back as far as the warmest of its rooms is. [W]."""
    house, known = fitted.house(), seen_in(filled.hours)
    warmest = np.nanmax(asked.now_c[:, known], axis=1)
    eased = asked._replace(common_c=np.minimum(asked.common_c, warmest))
    more, _ = _added(house, fitted.plan, filled, eased)
    measured = filled.hours.heat_w.sum(axis=1) * filled.known
    whole = spread_out(measured, more, _weather(house, filled.hours))
    return np.where(filled.known, whole, np.nan)


def _latent(hours: Hours, cooling: Part) -> Floats:
    """Return the moisture's heat: in proportion to the sensible, as measured or as usual. [W]."""
    sensible, latent = np.nansum(hours.cool_w), np.nansum(hours.latent_w)
    known = np.isfinite(hours.latent_w).any()
    share = float(latent / sensible) if known and sensible > 0 else _LATENT
    return np.asarray(cooling.whole() * share, dtype=np.float64)


def _free(house: House, filled: Filled, asked: Asked) -> float:
    """Return what people, appliances and the sun give in the hours of heating, less what the ground takes. [W]."""
    works = filled.hours.heat_w.sum(axis=1) > 0
    free = float(filled.gains_w.sum(axis=1)[works].mean()) if works.any() else 0.0
    return free - float(house.floor_w_k.sum()) * (float(asked.common_c.mean()) - house.ground_c)


def _why(hours: Hours, share: float) -> str:
    """Name what is missing most."""
    room = hours.room_c[:, seen_in(hours)]
    holes = {
        marked("the outdoor temperature"): ~np.isfinite(hours.outdoor_c),
        marked("the heat of every heat pump"): ~np.isfinite(hours.heat_w).all(axis=1),
        marked("the temperature of every room with a thermometer"): ~np.isfinite(room).all(axis=1),
    }
    worst = max(holes, key=lambda name: float(holes[name].mean()))
    return worded(
        "{share} of the span is known, and {least} is needed: what is missing most is {worst}",
        share=format(share, ".0%"),
        least=format(LEAST_COVERAGE, ".0%"),
        worst=worst,
    )
