"""Reads what was heard for a test run out of the store, laid on the run's clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np

from heatledger import outdoor
from heatledger.commissioning.trial.course import Trial
from heatledger.commissioning.trial.subject import Subject
from heatledger.commissioning.trial.traces import (
    NOTHING,
    SILENT,
    TEMPERATURE_HELD_S,
    HeadHeard,
    Heard,
    Trace,
    Words,
    together,
)
from heatledger.heat import air_side, heat_meter
from heatledger.home import Head, resolve
from heatledger.readings import Flag, Floats, Samples, SeriesKey, States
from heatledger.store import Store


class _Readings:
    """The readings of one home's span, every device asked for once."""

    def __init__(self, store: Store, trial: Trial, unit: Subject, upto: datetime) -> None:
        self._store, self._pace, self._home = store, trial.pace, unit.home
        self._keys = tuple(row.key for row in store.series(unit.home.id))
        self._span = (int(trial.started_at.timestamp() * 1e6), int(upto.timestamp() * 1e6) + 1)
        self._devices: dict[tuple[str, str], dict[SeriesKey, Samples | States]] = {}

    def gauge(self, points: Sequence[str | None], quantity: str) -> Trace:
        """Return a gauge of the first of some points that was heard; values of unknown age are left out."""
        return self._first([resolve(point, quantity, self._keys) for point in points if point])

    def outdoor(self) -> Trace:
        """Return the outdoor temperature of the most trusted source that was heard. [°C]."""
        return self._first(outdoor.sources(self._home, self._keys))

    def words(self, points: Sequence[str | None], quantity: str) -> Words:
        """Return a state of the first of some points that was heard, kept by the broker or not."""
        rows = [self._row(resolve(point, quantity, self._keys)) for point in points if point]
        row = next((row for row in rows if isinstance(row, States)), None)
        if row is None:
            return SILENT
        kept = row.time_us < self._span[1]
        words = tuple(word for word, inside in zip(row.value, kept.tolist(), strict=True) if inside)
        return Words(self._clock(row)[kept], words)

    def _first(self, keys: Iterable[SeriesKey | None]) -> Trace:
        return next((trace for key in keys if len((trace := self._gauge(key)).at_s)), NOTHING)

    def _gauge(self, key: SeriesKey | None) -> Trace:
        row = self._row(key)
        if not isinstance(row, Samples):
            return NOTHING
        kept = (row.time_us < self._span[1]) & ((row.flags & Flag.RETAINED) == 0) & np.isfinite(row.value)
        return Trace(self._clock(row)[kept], row.value[kept])

    def _row(self, key: SeriesKey | None) -> Samples | States | None:
        if key is None:
            return None
        device = (key.family, key.device)
        if device not in self._devices:
            start_us, end_us = self._span
            rows = self._store.samples(key.home, *device, start_us=start_us, end_us=end_us)
            self._devices[device] = {row.key: row for row in rows}
        return self._devices[device].get(key)

    def _clock(self, row: Samples | States) -> Floats:
        return np.asarray((row.time_us - self._span[0]) / 1e6 * self._pace, dtype=np.float64)


def hear(trial: Trial, unit: Subject, store: Store, upto: datetime) -> Heard:
    """Return what was heard for a run up to an instant.

    Parameters
    ----------
    trial : Trial
        The run.
    unit : Subject
        What it is made with.
    store : Store
        Where its readings are.
    upto : datetime
        Aware.

    Raises
    ------
    StoreError
        If the store does not answer.
    """
    rows = _Readings(store, trial, unit, upto)
    heat, rung, width = _heat(rows, trial, unit)
    devices = [head.device for head in unit.pump.heads]
    return Heard(
        power=_power(rows, unit),
        room=_mean([_room(rows, unit, head) for head in unit.heads]),
        supply=_mean([rows.gauge((head.device,), "supply_temp") for head in unit.heads]),
        outdoor=rows.outdoor(),
        heat=heat,
        heat_rung=rung,
        heat_width=width,
        heads=tuple(_head(rows, unit, head) for head in unit.heads),
        defrost=rows.words(devices, "defrost"),
    )


def _power(rows: _Readings, unit: Subject) -> Trace:
    """Return the power of the unit's circuit: of one of its points, or of all its clamps together. [W]."""
    meter = unit.meter
    sign = -meter.scale if meter.invert else meter.scale
    if meter.sum:
        return together([rows.gauge((point,), "power") for point in meter.sum], lambda each: sign * each.sum(axis=0))
    found = rows.gauge(meter.points, "power")
    return Trace(found.at_s, sign * found.value)


def _room(rows: _Readings, unit: Subject, head: Head) -> Trace:
    thermometer = next((zone.temperature for zone in unit.home.zones if zone.id == head.zone), None)
    return rows.gauge((thermometer, head.device), "temperature")


def _mean(traces: Sequence[Trace]) -> Trace:
    return together(traces, lambda each: each.mean(axis=0), TEMPERATURE_HELD_S)


def _head(rows: _Readings, unit: Subject, head: Head) -> HeadHeard:
    said = (head.device,)
    return HeadHeard(
        unit.room(head.zone), rows.words(said, "mode"), rows.words(said, "action"), rows.gauge(said, "setpoint")
    )


def _heat(rows: _Readings, trial: Trial, unit: Subject) -> tuple[Trace, str, float]:
    """Return measured heat [W], positive whichever way it is moved, its rung and its 90 % half-width [1]."""
    cools = trial.work == "cooling"
    sign = -1.0 if cools else 1.0
    metered = _metered(rows, unit)
    if len(metered.at_s) and unit.pump.heat_meter:
        width = heat_meter.VERIFIED if unit.pump.heat_meter.verified else heat_meter.HALF_WIDTH
        return Trace(metered.at_s, sign * metered.value), "A", width
    aired = [_aired(rows, unit, head) for head in unit.pump.heads]
    if aired and all(len(trace.at_s) for trace in aired):
        total = together(aired, lambda each: sign * each.sum(axis=0))
        air = unit.pump.air_flow
        widths = air_side.CALIBRATED if air is None or air.calibrated else air_side.CATALOGUE
        return total, "B", widths[int(cools)]
    return NOTHING, "", 0.0


def _metered(rows: _Readings, unit: Subject) -> Trace:
    """Return the heat of a heat meter: as it says, else by flow and two temperatures. [W]."""
    meter = unit.pump.heat_meter
    if meter is None:
        return NOTHING
    said = rows.gauge((meter.point,), "heat_power")
    if len(said.at_s):
        return said
    points = {"flow": meter.flow, "flow_temp": meter.flow_temp, "return_temp": meter.return_temp}
    traces = [rows.gauge((point or meter.point,), quantity) for quantity, point in points.items()]
    return together(traces, lambda each: heat_meter.hydronic(*each, leg=meter.leg, glycol=unit.pump.glycol))


def _aired(rows: _Readings, unit: Subject, head: Head) -> Trace:
    """Return the heat that one indoor unit gives to its air. [W]."""
    said, air = (head.device,), unit.pump.air_flow
    flow = rows.gauge(said, "air_flow")
    if not len(flow.at_s) and air is not None:
        fan = rows.words(said, "fan")
        flow = Trace(fan.at_s, np.array([air.steps.get(word, np.nan) for word in fan.value], dtype=np.float64))
    damp = rows.gauge(said, "humidity")
    traces = [flow, _room(rows, unit, head), rows.gauge(said, "supply_temp"), *([damp] if len(damp.at_s) else [])]

    def heat(each: Floats) -> Floats:
        humidity = each[3] if len(each) > 3 else np.full(each.shape[1], np.nan)
        return air_side.air_heat(each[0], each[1], each[2], humidity)

    return together(traces, heat, TEMPERATURE_HELD_S)
