"""What the Summary says of one heat pump: how well, by kind of work and weather, and how the ladder stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from heatledger.baseline.ducts import LOST_SD, PRESETS
from heatledger.heat.anchor import Learnt, anchored
from heatledger.heat.flows import BIN_K, WORKS, Z90, HeatSum, PumpDay, Work, add
from heatledger.heat.kinds import KINDS, boundary
from heatledger.heat.ladder import NO_COLD, NO_HEAT, Realized, half_width, kept, method, realize
from heatledger.heat.rungs import Rung, ladder, narrower
from heatledger.heat.system import System
from heatledger.home import HeatPump
from heatledger.operation import Cycling, Defrosting, Standby

BTU_PER_WH: Final = 3.412
"""By which a seasonal figure in Btu/(W·h) becomes a COP."""


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Cop(_Value, frozen=True):
    """The realized coefficient of performance, or why it is not known."""

    value: float | None
    low: float | None
    high: float | None
    method: str | None
    boundary: str | None
    reason: str | None
    rung: str | None = None
    work: str = "heating"


class Range(_Value, frozen=True):
    """From least to most. [1]."""

    low: float
    high: float


class Bin(_Value, frozen=True):
    """One kind of work in the hours of one outdoor temperature bin; a ratio of sums as the whole is.

    `kwh` is all electricity of that work in those hours, `heat_kwh` what was moved by what could be judged of it;
    `cop` with its 90 % interval is None where too little was; the last bin, `from_c` None, is of unknown weather.
    """

    from_c: float | None
    to_c: float | None
    kwh: float
    heat_kwh: float | None
    cop: float | None
    low: float | None
    high: float | None
    expected: Range | None


class Rated(_Value, frozen=True):
    """A seasonal figure as the maker states it, and as a COP: beside what was measured, never in its place."""

    figure: str
    value: float
    cop: float


class Seasonal(_Value, frozen=True):
    """One kind of work over the span: its seasonal performance factor, by weather, beside what its maker states.

    `delivered` is what reaches the rooms after the ducts, `with_backup` has the back-up heater on both sides (H4).
    """

    cop: Cop
    kwh: float
    heat_kwh: float | None
    expected: Range | None
    bins: list[Bin]
    rated: list[Rated]
    delivered: Cop | None = None
    with_backup: Cop | None = None


class PumpUse(_Value, frozen=True):
    """One heat pump over the period: `seasonal` by kind of work, `ladder` from A to F, `narrower` one step.

    `starts`, `defrosts` and `standby_w` are those of `cycling`, `defrosting` and `standby`, which say why where one is
    None. `by_mode` is its electricity by mode, `known_by` by what its mode is known by, `unshared` by mode what no zone
    of several on one unit has: standby, defrosting, what nobody is known to have run for, `unshared_kwh` all of that
    [kWh].
    """

    electricity_kwh: float | None
    heat_kwh: float | None
    cooling_kwh: float | None
    cop: Cop
    starts: int | None
    defrosts: int | None
    standby_w: float | None
    seasonal: dict[str, Seasonal] = {}
    ladder: list[Rung] = []
    narrower: str | None = None
    counts: str = ""
    by_mode: dict[str, float] = {}
    known_by: dict[str, float] = {}
    unshared: dict[str, float] = {}
    unshared_kwh: float | None = None
    cycling: Cycling = Cycling()
    defrosting: Defrosting = Defrosting()
    standby: Standby = Standby()


_RATED: Final[dict[Work, tuple[tuple[str, str, float], ...]]] = {
    "heating": (("hspf", "HSPF", BTU_PER_WH), ("hspf2", "HSPF2", BTU_PER_WH), ("scop", "SCOP", 1.0)),
    "cooling": (("seer", "SEER", BTU_PER_WH), ("seer2", "SEER2", BTU_PER_WH), ("seer_eu", "SEER (EN 14825)", 1.0)),
    "dhw": (),
}
_LEAST_BIN_KWH: Final = 0.2
"""Less electricity than this says nothing of a bin. [kWh]"""


def pump_use(
    pump: HeatPump,
    days: Sequence[PumpDay],
    kwh: float | None,
    learnt: Learnt | None = None,
    system: System | None = None,
    *,
    house_days: int = 0,
    backup_kwh: float | None = None,
) -> PumpUse:
    """Sum one heat pump up: its COP is that of heating, of cooling where it only cooled.

    Parameters
    ----------
    pump : HeatPump
        As the home file states it.
    days : sequence of PumpDay
        Its days of the period.
    kwh : float or None
        Electricity of its meter. [kWh]
    learnt : Learnt, optional
        What measured heat says of its map.
    system : System, optional
        Its map.
    house_days : int
        How many days of known heat say how the house loses it.
    backup_kwh : float or None
        Electricity of its back-up heater, where that has a meter. [kWh]

    Returns
    -------
    PumpUse
        Numbers that cannot be known are None with a reason.
    """
    factor = learnt.factor if learnt else None
    found: dict[Work, Realized] = {work: realize(days, work, factor) for work in WORKS}
    cooled = _drawn(days, "cooling") > _drawn(days, "heating")
    best = found["cooling" if cooled else "heating"]
    return PumpUse(
        electricity_kwh=kwh,
        heat_kwh=found["heating"].heat_kwh,
        cooling_kwh=found["cooling"].heat_kwh,
        cop=_cop(pump, best),
        starts=None,
        defrosts=None,
        standby_w=None,
        seasonal={
            work: _seasonal(pump, days, one, learnt, system, backup_kwh if work == "heating" else None)
            for work, one in found.items()
            if _drawn(days, work) > 0
        },
        counts=KINDS[pump.kind].counts,
        ladder=ladder(pump, system, days, best, learnt, house_days),
        narrower=narrower(pump, best),
    )


def _drawn(days: Iterable[PumpDay], work: Work) -> float:
    return sum(day.use.get(mode, 0.0) for day in days for mode in WORKS[work])


def _cop(pump: HeatPump, found: Realized) -> Cop:
    return Cop(
        value=found.value,
        low=found.low,
        high=found.high,
        method=method(pump, found),
        boundary=None if found.value is None else boundary(pump),
        reason=f"{found.reason}; {KINDS[pump.kind].settles}" if found.reason in (NO_HEAT, NO_COLD) else found.reason,
        rung=found.rung,
        work=found.work,
    )


def _seasonal(
    pump: HeatPump,
    days: Sequence[PumpDay],
    found: Realized,
    learnt: Learnt | None,
    system: System | None,
    backup_kwh: float | None,
) -> Seasonal:
    stated = [] if system is None else [
        Rated(figure=name, value=value, cop=value / per)
        for key, name, per in _RATED[found.work]
        if (value := getattr(system.rated, key)) is not None
    ]  # fmt: skip
    return Seasonal(
        cop=_cop(pump, found),
        kwh=_drawn(days, found.work),
        heat_kwh=found.heat_kwh,
        expected=_expected(days, found.work),
        bins=_bins(days, found, learnt),
        rated=stated,
        delivered=_delivered(pump, found),
        with_backup=_with_backup(pump, found, backup_kwh),
    )


def _delivered(pump: HeatPump, found: Realized) -> Cop | None:
    """Return what of a ducted unit's heat reaches the rooms, its ducts' loss as doubtful as their place is known."""
    if pump.ducts is None or pump.ducts.place == "none" or not found.value:
        return None
    reaches = 1.0 - PRESETS[pump.ducts.place].lost
    own = ((found.high or found.value) / found.value - 1.0, Z90 * LOST_SD / reaches if reaches < 1 else 0.0)
    width, value = math.hypot(*own), found.value * reaches
    whole = _cop(pump, found)
    place = pump.ducts.place.replace("_", ", ")
    return msgspec.structs.replace(
        whole, value=value, low=value * max(1 - width, 0), high=value * (1 + width),
        method=f"{whole.method}, after ducts ({place})",
    )  # fmt: skip


def _with_backup(pump: HeatPump, found: Realized, backup_kwh: float | None) -> Cop | None:
    """Return the COP with the back-up heater on both sides: its heat is its electricity (SEPEMO H4)."""
    if not found.value or not found.heat_kwh or backup_kwh is None:
        return None
    drawn = found.heat_kwh / found.value
    low, value, high = (
        (drawn * cop + backup_kwh) / (drawn + backup_kwh) for cop in (found.low or 0.0, found.value, found.high or 0.0)
    )
    return msgspec.structs.replace(_cop(pump, found), value=value, low=low, high=high, boundary="H4")


def _expected(days: Iterable[PumpDay], work: Work, edge: int | None = None, *, whole: bool = True) -> Range | None:
    rows = [row for day in days for row in day.expected if row.work == work and (whole or row.from_c == edge)]
    drawn = sum(row.drawn_kwh for row in rows)
    if drawn < _LEAST_BIN_KWH:
        return None
    return Range(low=sum(row.low_kwh for row in rows) / drawn, high=sum(row.high_kwh for row in rows) / drawn)


def _bins(days: Sequence[PumpDay], found: Realized, learnt: Learnt | None) -> list[Bin]:
    """Return the bins of the rung that answered; of any rung's electricity where none did."""
    rows = [row for day in days for row in day.bins if row.work == found.work]
    rung = kept(found.step) if found.step else next(iter(sorted({row.rung for row in rows})), None)
    by_edge: dict[int | None, list[HeatSum]] = {}
    for row in rows:
        if row.rung == rung:
            by_edge.setdefault(row.from_c, []).append(row.sums)
    factor = learnt.factor if learnt and found.step and found.step.key == "C" else None
    edges = sorted(edge for edge in by_edge if edge is not None) + [edge for edge in by_edge if edge is None]
    return [
        _bin(edge, add(anchored(row, factor) if factor else row for row in by_edge[edge]), found.step is not None,
             _expected(days, found.work, edge, whole=False))
        for edge in edges
    ]  # fmt: skip


def _bin(edge: int | None, whole: HeatSum, answered: bool, expected: Range | None) -> Bin:
    judged = answered and whole.electricity_kwh >= _LEAST_BIN_KWH and whole.heat_kwh > 0
    cop = whole.heat_kwh / whole.electricity_kwh if judged else None
    width = half_width(whole) if judged else 0.0
    return Bin(
        from_c=edge,
        to_c=None if edge is None else edge + BIN_K,
        kwh=whole.electricity_kwh + whole.missing_kwh,
        heat_kwh=whole.heat_kwh if answered else None,
        cop=cop,
        low=None if cop is None else cop * max(1 - width, 0.0),
        high=None if cop is None else cop * (1 + width),
        expected=expected,
    )
