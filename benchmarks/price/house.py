"""The simulated house under a pilot: lived in, fitted, run for a month, and what that came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np

from benchmarks.price.plans import BAND, HEATING, SEED, SETPOINT_C, STEP, STEPS, TICK_S, ZONE, Rates
from heatledger.control.course import coasts, edges, set_points
from heatledger.control.given import heat_pump, resistance
from heatledger.control.plan import Ahead, Peak, Unit, plan
from heatledger.control.weather_ahead import like_yesterday
from heatledger.heat import unit_map
from heatledger.heat.room import RoomResponse, strongest
from heatledger.heat.room_fit import STEP_S, fit
from heatledger.heat.system import System
from heatledger.readings import Floats
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.load import Load
from heatledger.tariff.marginal import Context, marginal
from heatledger.tariff.pricing import price
from ingest.simulate import State, new
from ingest.simulate.house import ZONES
from ingest.simulate.plant import PUMPS
from ingest.simulate.truth import Truth, advance
from ingest.simulate.weather import outdoors


class Run(NamedTuple):
    """What a way of heating came to.

    Attributes
    ----------
    kwh, cost, bill : float
        Of the heating [kWh, currency], and of the whole home [currency].
    below_kh, above_kh, mean_c : float
        Degree-hours of the rooms outside the band, summed over the rooms [K·h]; and how warm they were [°C].
    changes : float
        Set-points told a room and day. [1/d]
    """

    kwh: float
    cost: float
    bill: float
    below_kh: float
    above_kh: float
    mean_c: float
    changes: float = 0.0


def lived(start: datetime, days: int = 31) -> tuple[State, Truth]:
    """Let the home live by its people's programme, and a last day at the set-point, up to an instant."""
    state = new(SEED, int((start - timedelta(days=days)).timestamp() * 1e6))
    past = advance(state, int((start - timedelta(days=1)).timestamp() * 1e6), TICK_S)
    state.orders.mode = {zone.id: "heat" for zone in ZONES}
    state.orders.setpoint_c = {zone.id: SETPOINT_C for zone in ZONES}
    return state, joined([past, advance(state, int(start.timestamp() * 1e6), TICK_S)])


def responses(truth: Truth, system: System) -> list[RoomResponse]:
    """Fit every room to what a home without a heat meter knows of it."""
    width = STEP_S // TICK_S
    means = [coarse(column, width) for column in (*truth.zone_c.T, truth.weather.temp_c)]
    room_c, outdoor_c = means[:4], means[4]
    times = truth.time_us[::width] // 1_000_000
    hour = np.array([datetime.fromtimestamp(at, ZONE).hour for at in times.tolist()], dtype=np.float64)
    found = []
    for number, heat_w in enumerate(known_heat(truth, system)):
        beside = np.mean([one for other, one in enumerate(room_c) if other != number], axis=0)
        one = fit(
            times, room_c[number], outdoor_c, coarse(heat_w, width), beside_c=beside, hour=hour, electric=number == 3
        )
        assert isinstance(one, RoomResponse), one
        found.append(one)
    return found


def known_heat(truth: Truth, system: System) -> list[Floats]:
    """Return the rooms' heat by the published map and measured power; heads on one unit by their demand. [W]."""
    found = []
    for pump in PUMPS:
        room = truth.zone_c[:, list(pump.zones)].mean(axis=1)
        power = truth.power_w[pump.id]
        whole = unit_map.heating(
            system, power, truth.weather.temp_c, room, standby_w=system.standby_w, scale=pump.rated_w / 5400.0
        ).heat_w
        heads = truth.heat_w[:, list(pump.zones)]
        share = heads / np.maximum(heads.sum(axis=1), 1e-9)[:, None]
        found += [whole * share[:, number] for number in range(len(pump.zones))]
    return [*found, truth.power_w["kids"]]


def coarse(column: Floats, width: int) -> Floats:
    return np.asarray(column[: column.size // width * width].reshape(-1, width).mean(axis=1), dtype=np.float64)


class Pilot:
    """Plans every half hour for every room, and keeps what it was told of weather and load.

    Parameters
    ----------
    home : Rates
        What it pays.
    rooms : sequence of RoomResponse
        As fitted.
    system : System
        The map of both heat pumps.
    past : Truth
        The weeks before.
    foresight : bool
        Whether it knows the weather.
    """

    def __init__(
        self, home: Rates, rooms: Sequence[RoomResponse], system: System, past: Truth, *, foresight: bool = False
    ) -> None:
        self.home, self.rooms, self.system, self.foresight = home, rooms, system, foresight
        self.time_s = (past.time_us // 1_000_000)[-600:]
        self.outdoor_c = past.weather.temp_c[-600:]
        self.others_w = (past.power_w["base"] + past.power_w["water"])[-600:]
        self.reached_w = 0.0
        self._hour_w = list[float]()
        self._coasted = [False] * len(rooms)

    def see(self, truth: Truth) -> None:
        """Take in what was measured."""
        self.time_s = np.concatenate((self.time_s, truth.time_us // 1_000_000))[-600:]
        self.outdoor_c = np.concatenate((self.outdoor_c, truth.weather.temp_c))[-600:]
        self.others_w = np.concatenate((self.others_w, truth.power_w["base"] + truth.power_w["water"]))[-600:]
        self._hour_w = [*self._hour_w, *truth.power_w["main"].tolist()]
        if len(self._hour_w) >= 3600 // TICK_S:
            self.reached_w = max(self.reached_w, float(np.mean(self._hour_w)))
            self._hour_w = []

    def set_points(self, now: datetime, zone_c: Sequence[float]) -> list[float]:
        """Return what every room's thermostat is told. [°C]."""
        starts = now.timestamp() + np.arange(STEPS) * STEP.total_seconds()
        middle = starts + STEP.total_seconds() / 2
        found, drawn = [], self._usual(starts)
        for number, room in enumerate(self.rooms):
            ahead = self._ahead(now, starts, self._weather(now, middle), zone_c, number)
            unit = self._unit(number, ahead)
            peak = Peak(self.home.demand, np.ones(STEPS, dtype=np.bool_), drawn, self.reached_w)
            best = plan(room, zone_c[number], ahead, unit, peak if self.home.demand else None)
            drawn = drawn + best.electric_w
            found.append(float(set_points(best, ahead, coasted=self._coasted[number])[0]))
            self._coasted[number] = coasts(best, ahead, self._coasted[number])[0]
        return found

    def _weather(self, now: datetime, middle: Floats) -> Floats:
        if self.foresight:
            return outdoors(SEED, (middle * 1e6).astype(np.int64)).temp_c
        found = like_yesterday(self.time_s, self.outdoor_c, now.timestamp(), middle)
        assert found is not None
        return found

    def _usual(self, starts: Floats) -> Floats:
        """Return what else the home drew yesterday at this time. [W]."""
        width = int(STEP.total_seconds()) // TICK_S
        at = np.searchsorted(self.time_s, starts - 86_400)
        return np.array([self.others_w[one : one + width].mean() for one in at.tolist()])

    def _ahead(self, now: datetime, starts: Floats, outdoor_c: Floats, zone_c: Sequence[float], number: int) -> Ahead:
        room = self.rooms[number]
        hours = np.array([datetime.fromtimestamp(at, ZONE).hour for at in starts.tolist()])
        beside = float(np.mean([one for other, one in enumerate(zone_c) if other != number]))
        whole = np.full(STEPS, STEP.total_seconds() / 3600)
        free = np.zeros(STEPS) if room.sun_w is None else room.sun_w[hours]
        bare = Ahead(whole, self._prices(now, starts), outdoor_c, np.full(STEPS, beside), free, whole, whole)
        return edges(BAND, np.full(STEPS + 1, SETPOINT_C), room, zone_c[number], bare)

    def _prices(self, now: datetime, starts: Floats) -> Floats:
        cycle = Cycle(now.date() - timedelta(days=31), now.date() + timedelta(days=31), 62)
        steps = marginal(self.home.tariff, now, Context(cycle, ZONE, series=self.home.series), hours=25).ahead
        ends = np.array([step.end.timestamp() for step in steps])
        rate = np.array([float(step.rate if step.rate is not None else np.nan) for step in steps])
        return rate[np.searchsorted(ends, starts, side="right")]

    def _unit(self, number: int, ahead: Ahead) -> Unit:
        room = self.rooms[number]
        if number == 3:
            return resistance(strongest(room, ahead.outdoor_c))
        scale = 1.0 if number == 0 else PUMPS[1].rated_w / 5400.0 / 2
        return heat_pump(self.system, ahead.outdoor_c, ahead.low_c, strongest(room, ahead.outdoor_c), scale=scale)


def live(state: State, days: int, pilot: Pilot | float) -> tuple[Truth, float]:
    """Run a month, by a pilot or at one set-point; return what happened and how often set-points changed."""
    state = msgspec.json.decode(msgspec.json.encode(state), type=State)
    if isinstance(pilot, float):
        state.orders.setpoint_c = {zone.id: pilot for zone in ZONES}
        return advance(state, state.time_us + days * 86_400_000_000, TICK_S), 0.0
    parts, changes = list[Truth](), 0
    for _ in range(days * STEPS):
        now = datetime.fromtimestamp(state.time_us / 1e6, ZONE)
        told = dict(zip((zone.id for zone in ZONES), pilot.set_points(now, state.house.zone_c), strict=True))
        changes += sum(told[zone] != state.orders.setpoint_c.get(zone) for zone in told)
        state.orders.setpoint_c = told
        parts.append(advance(state, state.time_us + int(STEP.total_seconds() * 1e6), TICK_S))
        pilot.see(parts[-1])
    return joined(parts), changes / days / len(ZONES)


def joined(parts: Sequence[Truth]) -> Truth:
    """Return spans that follow on each other as one."""
    first = parts[0]
    return first._replace(
        time_us=np.concatenate([part.time_us for part in parts]),
        weather=type(first.weather)(*(np.concatenate(rows) for rows in zip(*(p.weather for p in parts), strict=True))),
        zone_c=np.concatenate([part.zone_c for part in parts]),
        heat_w=np.concatenate([part.heat_w for part in parts]),
        power_w={name: np.concatenate([part.power_w[name] for part in parts]) for name in first.power_w},
    )


def judged(truth: Truth, home: Rates, changes: float = 0.0) -> Run:
    """Return what a month came to."""
    heating = sum((truth.power_w[name] for name in HEATING), np.zeros(truth.time_us.size))
    hours = truth.step_s / 3600
    low, high = SETPOINT_C - BAND.below, SETPOINT_C + BAND.above
    bill = billed(truth, truth.power_w["main"], home)
    cost = bill - billed(truth, truth.power_w["main"] - heating, home)
    kwh = float(heating.sum() * hours / 1e3)
    given = float(truth.heat_w.sum() * hours / 1e3)
    capacity = np.array([zone.capacity for zone in ZONES]) / 3.6e6
    cost -= float(capacity @ (truth.zone_c[-1] - low)) * cost / given
    return Run(
        kwh, cost, bill,
        below_kh=float(np.maximum(low - truth.zone_c, 0.0).sum() * hours),
        above_kh=float(np.maximum(truth.zone_c - high, 0.0).sum() * hours),
        mean_c=float(truth.zone_c.mean()), changes=changes,
    )  # fmt: skip


def billed(truth: Truth, power_w: Floats, home: Rates) -> float:
    """Return the month's bill for a power. [currency]."""
    first = datetime.fromtimestamp(truth.time_us[0] / 1e6, ZONE).date()
    last = datetime.fromtimestamp(truth.time_us[-1] / 1e6, ZONE).date() + timedelta(days=1)
    kwh = power_w * truth.step_s / 3.6e6
    load = Load(truth.time_us // 1_000_000, int(truth.step_s), kwh, np.zeros(kwh.size))
    (one,) = price(
        home.tariff, load, [Cycle(first, last, (last - first).days)], ZONE, rounding=False, series=home.series
    )
    return float(one.total)
