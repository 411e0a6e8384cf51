"""The uncertainty budget: which sensor would narrow a heat pump's COP most, by the ladder's own steps and widths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.narrowing import SENSORS, Cost
from heatledger.heat.air_side import CALIBRATED, CATALOGUE
from heatledger.heat.delivered import FRACTION, METER_RANDOM, RANDOM, WIDTHS
from heatledger.heat.flows import WORKS, Z90, HeatSum, Work, add
from heatledger.heat.heat_meter import CLIPPED, HALF_WIDTH, VERIFIED
from heatledger.heat.kinds import KINDS
from heatledger.heat.ladder import STEPS, Step, check, half_width
from heatledger.home import HeatPump
from heatledger.marks import marked
from heatledger.summary import Cop

_STEP: Final = {step.key: step for step in STEPS}
_HEARD: Final = 0.05
"""Less than this share of the span, and a series is not heard. [1]"""
_NARROWS: Final = 0.005
"""A narrowing of the half-width below this is none. [1]"""
_SCATTER: Final = marked("its width is known only after them: how far the days scatter about the map")
_LEARNT: Final = marked("its width is learnt from the home’s own days, and known only once the modes are heard")
_FAN: Final = marked("its fan step is not heard, by which an airflow is stated")
_OUTDOOR: Final = marked("a map needs the outdoor temperature, which is not heard")
_GROUND: Final = marked("its map needs the temperature of the liquid from the ground, which is not heard")
_MAP: Final = marked("electricity alone says nothing of heat: a map or a sensor of heat is needed too")


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor that a home lacks, and what the ladder would say with it.

    Attributes
    ----------
    sensor, name : str
        For machines, and for people.
    cost, source : str
        Class of its price (free, under_50, under_200 or under_1000 euros), and where that is from.
    best : bool
        Whether none of its class narrows more.
    rung, method : str or None
        Of the step that would answer.
    half_width : float or None
        Its 90 % half-width relative to the COP; None where nobody can say beforehand. [1]
    low, high : float or None
        The same about the COP as it is known now.
    narrows : bool or None
        Whether that is narrower than now.
    reason : str or None
        Why nobody can say.
    """

    sensor: str
    name: str
    cost: Cost
    source: str
    best: bool = False
    rung: str | None = None
    method: str | None = None
    half_width: float | None = None
    low: float | None = None
    high: float | None = None
    narrows: bool | None = None
    reason: str | None = None


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """How far a heat pump's COP is known over the span, and what would narrow it.

    Attributes
    ----------
    heat_pump, name, work : str
        Its id, what it is called, and heating or cooling.
    cop, low, high : float or None
        As the ladder says now, or not.
    rung, reason : str or None
        By which rung, or why not.
    options : tuple of Option
        What narrows most first; then what nobody can say of, then what does not narrow.
    """

    heat_pump: str
    name: str
    work: str
    cop: float | None
    low: float | None
    high: float | None
    rung: str | None
    reason: str | None
    options: tuple[Option, ...] = ()


class _Offer(NamedTuple):
    """A sensor and the step that it makes: its half-width and daily scatter; `heard` adds the unknown modes' share."""

    sensor: str
    step: Step | None
    width: float = 0.0
    random: float = RANDOM
    reason: str | None = None
    heard: bool = False


def budget(seen: Evidence) -> tuple[Doubt, ...]:
    """Return for every heat pump what would narrow its COP.

    Each sensor's interval is what `heat.ladder` would give for the span's electricity with the step that the sensor
    makes: its stated width, its daily scatter, and what of the electricity it could not judge.

    Parameters
    ----------
    seen : Evidence
        A span of the home.

    Returns
    -------
    tuple of Doubt
        One a heat pump, in the home file's order.
    """
    return tuple(_doubt(seen, pump, name, seen.summary.heat_pumps[pump.id].cop) for pump, name in seen.pumps())


def _doubt(seen: Evidence, pump: HeatPump, name: str, now: Cop) -> Doubt:
    work: Work = "cooling" if now.work == "cooling" else "heating"
    found = [_option(seen, pump, work, now, offer) for offer in _offers(seen, pump, work, now)]
    return Doubt(
        heat_pump=pump.id, name=name, work=work, cop=now.value, low=now.low, high=now.high, rung=now.rung,
        reason=now.reason, options=_best(sorted(found, key=_rank)),
    )  # fmt: skip


def _rank(one: Option) -> tuple[int, float]:
    return {True: 0, None: 1, False: 2}[one.narrows], one.half_width or 0.0


def _best(ranked: Sequence[Option]) -> tuple[Option, ...]:
    """Mark the first of each class of price among what narrows."""
    first = {one.cost: one.sensor for one in reversed(ranked) if one.narrows}
    return tuple(msgspec.structs.replace(one, best=first.get(one.cost) == one.sensor) for one in ranked)


def _option(seen: Evidence, pump: HeatPump, work: Work, now: Cop, offer: _Offer) -> Option:
    sensor = SENSORS[offer.sensor]
    bare = Option(sensor=sensor.id, name=sensor.name, cost=sensor.cost(max(len(pump.heads), 1)), source=sensor.source)
    if offer.step is None:
        return msgspec.structs.replace(bare, reason=offer.reason)
    whole = _promised(seen, pump, work, offer)
    wrong = check(whole, offer.step)
    if wrong is not None:
        return msgspec.structs.replace(bare, reason=wrong)
    width = half_width(whole)
    value, known = now.value, now.value is not None and now.high is not None
    before = now.high / now.value - 1.0 if known and now.high and now.value else None
    return msgspec.structs.replace(
        bare, rung=offer.step.rung, method=offer.step.method, half_width=width,
        low=None if value is None else value * max(1.0 - width, 0.0),
        high=None if value is None else value * (1.0 + width),
        narrows=before is None or width < before - _NARROWS,
    )  # fmt: skip


def _promised(seen: Evidence, pump: HeatPump, work: Work, offer: _Offer) -> HeatSum:
    """Return the span's sums as the step would have them, at a COP of 1: the relative width is that of any."""
    days = [_day(day.pumps[pump.id].use, day.seconds, work, offer) for day in seen.days if pump.id in day.pumps]
    return add(days)


def _day(use: dict[str, float], seconds: float, work: Work, offer: _Offer) -> HeatSum:
    drawn = {name: sum(use.get(mode, 0.0) for mode in modes) for name, modes in WORKS.items()}
    total, unknown = sum(drawn.values()), use.get("unknown", 0.0)
    share = drawn[work] / total if total > 0 else 0.0
    kwh = drawn[work] + share * use.get("standby", 0.0) + (unknown if offer.heard else 0.0)
    return HeatSum(
        electricity_kwh=kwh, heat_kwh=kwh, systematic_kwh=offer.width / Z90 * kwh,
        variance_kwh2=(offer.random * kwh) ** 2, missing_kwh=0.0 if offer.heard else unknown, seconds=seconds,
    )  # fmt: skip


def _offers(seen: Evidence, pump: HeatPump, work: Work, now: Cop) -> Iterator[_Offer]:
    if not np.isfinite(seen.power(pump)).any():
        yield _of_map(seen, pump, "power") or _Offer("power", None, reason=_MAP)
    elif now.rung != "A" and _unknown(seen, pump) > 0:
        yield _mode(now)
    yield from _of_water(seen, pump, now) if KINDS[pump.kind].carrier == "water" else _of_air(seen, pump, work, now)
    yield from _of_maps(seen, pump, now)


def _unknown(seen: Evidence, pump: HeatPump) -> float:
    return sum((day.pumps[pump.id].use.get("unknown", 0.0) for day in seen.days if pump.id in day.pumps), 0.0)


def _mode(now: Cop) -> _Offer:
    """Offer that no electricity is of an unknown mode; the step that answers now stays."""
    step = next((step for step in STEPS if step.rung == now.rung and step.method == now.method), None)
    if step is None or not now.value or not now.high:
        return _Offer("mode", None, reason=_MAP)
    own = {"D": WIDTHS["unit"][1], "E": WIDTHS["rating"][1], "B": CALIBRATED[0], "B?": CATALOGUE[0], "K": FRACTION}
    if step.key not in own:
        return _Offer("mode", None, reason=_LEARNT)
    return _Offer("mode", step, own[step.key], heard=True)


def _of_water(seen: Evidence, pump: HeatPump, now: Cop) -> Iterator[_Offer]:
    """Offer heat meters, and the flow's temperature for a share of Carnot's COP."""
    meter = pump.heat_meter
    lost = CLIPPED if meter is not None and meter.clipped else 0.0
    if meter is None or now.rung != "A":
        yield _Offer("heat_meter", _STEP["A"], HALF_WIDTH, METER_RANDOM)
    elif not meter.verified:
        yield _Offer("verified", _STEP["A"], VERIFIED + lost, METER_RANDOM)
    if meter is not None and now.rung == "A" and lost:
        yield _Offer("both_ways", _STEP["A"], VERIFIED if meter.verified else HALF_WIDTH, METER_RANDOM)
    points = [meter.flow_temp or meter.point or ""] if meter else []
    points += [head.device for head in pump.heads]
    if pump.kind == "air_to_water" and not _is_heard(seen, points, "flow_temp"):
        yield (
            _Offer("flow_temp", _STEP["K"], FRACTION) if _outdoors(seen) else _Offer("flow_temp", None, reason=_OUTDOOR)
        )


def _of_air(seen: Evidence, pump: HeatPump, work: Work, now: Cop) -> Iterator[_Offer]:
    """Offer supply-air probes and an airflow."""
    if not pump.heads or now.rung in ("A", "B"):
        return
    devices = [head.device for head in pump.heads]
    probed = all(_is_heard(seen, [device], "supply_temp") for device in devices)
    moved = all(_is_heard(seen, [device], "air_flow") for device in devices)
    stepped = moved or all(bool((seen.grid.codes(device, "fan", {}, other=0) == 0).any()) for device in devices)
    measured, stated = ("airflow", "catalogue") if probed else ("air", "catalogue_air")
    cools = int(work == "cooling")
    if not stepped:
        yield _Offer(measured, None, reason=_FAN)
        return
    yield _Offer(measured, _STEP["B"], CALIBRATED[cools], METER_RANDOM)
    if pump.air_flow is None or not probed:
        yield _Offer(stated, _STEP["B?"], CATALOGUE[cools], METER_RANDOM)


def _of_maps(seen: Evidence, pump: HeatPump, now: Cop) -> Iterator[_Offer]:
    """Offer an outdoor thermometer, a map or the maker's own, and days of known heat."""
    system = seen.systems.get(pump.unit or "")
    metered, ground = bool(np.isfinite(seen.power(pump)).any()), pump.kind == "ground_source"
    why = None if (_is_heard(seen, [pump.source or ""], "temperature") if ground else _outdoors(seen)) else (
        _GROUND if ground else _OUTDOOR
    )  # fmt: skip
    if why and metered:
        yield _of_map(seen, pump, "source" if ground else "outdoor") or _Offer(
            "source" if ground else "outdoor", None, reason=_MAP
        )
    for sensor, evidence in (("map", "rating"), ("table", "unit")):
        if system is None or (system.evidence, evidence) == ("rating", "unit"):
            rung, width = WIDTHS[evidence]
            yield _Offer(sensor, None, reason=why) if why else _Offer(sensor, _STEP[rung], width)
    if now.rung not in ("A", "B", "C", "F"):
        yield _Offer("loan", None, reason=_SCATTER)


def _of_map(seen: Evidence, pump: HeatPump, sensor: str) -> _Offer | None:
    """Return what the unit's map would say once a sensor lets it; None without a map."""
    system = seen.systems.get(pump.unit or "")
    if system is None:
        return None
    rung, width = WIDTHS[system.evidence]
    return _Offer(sensor, _STEP[rung], width)


def _outdoors(seen: Evidence) -> bool:
    return bool(np.isfinite(seen.outdoor_c).mean() > _HEARD) if seen.grid.size else False


def _is_heard(seen: Evidence, points: Sequence[str], quantity: str) -> bool:
    column = seen.mean([point for point in points if point], quantity)
    return column is not None and bool(np.isfinite(column).mean() > _HEARD)
