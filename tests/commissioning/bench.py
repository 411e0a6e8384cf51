"""The simulated home's living room with somebody at the remote: a unit that is sound, or has one thing wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from heatledger.commissioning.trial.traces import HeadHeard, Heard, Trace, Words
from ingest.simulate.house import ZONES, Indoors, Network, Step, march
from ingest.simulate.observe import columns
from ingest.simulate.people import Doings
from ingest.simulate.plant import PUMPS, capacity, electricity
from ingest.simulate.truth import Truth
from ingest.simulate.weather import outdoors

STEP_S = 10
JANUARY_S = 1_768_478_400  # 2026-01-15 12:00 UTC
JULY_S = 1_784_116_800  # 2026-07-15 12:00 UTC
MODES = {"off": 0.0, "heat": 1.0, "cool": -1.0}


@dataclass
class Remote:
    """How the living room's unit is set: off, heat or cool, and to what. [°C]"""

    mode: str = "heat"
    setpoint_c: float = 21.0


@dataclass
class Bench:
    """A home in steps of ten seconds; `weak` is a share of the capacity, `fixed` a compressor of one speed.

    `dead` compressors never start; `standby_w` is drawn more than by a sound one.
    """

    start_s: int = JANUARY_S
    weak: float = 1.0
    fixed: bool = False
    dead: bool = False
    standby_w: float = 0.0
    seed: int = 1
    remote: Remote = field(default_factory=Remote)

    def __post_init__(self):
        self.clock_s = 0.0
        self.house = Indoors([21.0] * len(ZONES), [True] * len(ZONES))
        self.sign = 1.0 if self.start_s < JULY_S - 5_000_000 else -1.0
        self.network = Network(float(STEP_S))
        self.kwh = 0.0
        self.rows: list[tuple[float, ...]] = []
        self.modes: list[str] = []
        self.asked: list[float] = []

    def step(self) -> Truth:
        """Live ten seconds and return what happened."""
        at_s = self.start_s + self.clock_s
        weather = outdoors(self.seed, np.array([int(at_s * 1e6)], dtype=np.int64))
        signs = [0.0 if self.dead else MODES[self.remote.mode], self.sign, self.sign, self.sign]
        setpoints, season = [self.remote.setpoint_c, 20.0, 20.0, 20.0], np.array([self.sign])
        limits = [float(capacity(pump, weather, season)[0]) for pump in PUMPS]
        limits[0] *= self.weak
        least = (limits[0] if self.fixed else PUMPS[0].least_w, PUMPS[1].least_w)
        gains = np.array([[150.0, 70.0, 60.0, 60.0]])
        before = np.array([self.house.zone_c])
        driven = Step(signs, float(weather.temp_c[0]), setpoints, gains[0].tolist(), limits, 0.0, [1.0, 1.0, 1.0])
        (row,) = march(self.house, [driven], self.network, least)
        zone_c, heat_w = np.array([row[:4]]), np.array([row[4:8]])
        drawn = electricity(
            PUMPS[0], self.seed, np.array([at_s]), weather, indoor_c=zone_c[:, 0], heat_w=heat_w[:, 0]
        ) + (self.standby_w if not heat_w[0, 0] else 0.0)
        self.clock_s += STEP_S
        self.kwh += float(drawn[0]) * STEP_S / 3.6e6
        self.rows.append(
            (self.clock_s, float(drawn[0]), float(zone_c[0, 0]), float(weather.temp_c[0]), float(heat_w[0, 0]))
        )
        self.modes.append(self.remote.mode)
        self.asked.append(self.remote.setpoint_c)
        none, signs_ = np.zeros(1), np.array([signs])
        doings = Doings(
            season=season, setpoint_c=np.array([setpoints]), mode=np.array([[MODES[self.remote.mode], *signs[1:]]]),
            fan=np.zeros((1, 4)), sign=signs_, gain_w=gains, base_w=none, draw_w=none, powered=np.ones((1, 3)),
            open=none,
        )  # fmt: skip
        return self._truth(int(at_s * 1e6), weather, doings, before, zone_c, heat_w, drawn)

    def _truth(self, time_us, weather, doings, before, zone_c, heat_w, drawn) -> Truth:
        none = np.zeros(1)
        power = {"living": drawn, **dict.fromkeys(("upstairs", "kids", "water", "base", "leg_a", "leg_b"), none)}
        power["main"] = drawn
        kwh = {name: np.array([self.kwh]) if name in ("living", "main") else none for name in power}
        kwh |= {"living:heat": np.array([self.kwh]), "living:cool": none}
        return Truth(
            time_us=np.array([time_us]), step_s=float(STEP_S), weather=weather,
            doings=doings, before_c=before, zone_c=zone_c, heat_w=heat_w,
            tank_c=np.array([55.0]), power_w=power, kwh=kwh, before_kwh={},
            cop={pump.id: np.where(heat_w[:, 0] != 0.0, 3.0, np.nan) for pump in PUMPS}, faults=[],
        )  # fmt: skip

    def view(self, truth: Truth) -> dict[str, float]:
        """Return what the devices of the simulated home see."""
        return {name: float(column[-1]) for name, column in columns(truth).items()} | {"living:midnight": 0.0}

    def from_now_on(self) -> None:
        """Count time from now: what was before is negative."""
        self.rows = [(at - self.clock_s, *rest) for at, *rest in self.rows]
        self.start_s, self.clock_s = self.start_s + round(self.clock_s), 0.0

    def live(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(math.ceil(seconds / STEP_S)):
            self.step()

    def heard(self, *, measured: bool = False, outdoor: bool = True, room: bool = True, head: bool = True) -> Heard:
        """Return what was heard so far: whole watts, half degrees; the heat too where it is `measured`."""
        at, power, air, outside, heat = (np.array(column) for column in zip(*self.rows, strict=True))
        nothing = Trace(np.zeros(0), np.zeros(0))
        changed = [n for n, mode in enumerate(self.modes) if n == 0 or self.modes[n - 1] != mode]
        words = Words(at[changed], tuple(self.modes[n] for n in changed))
        return Heard(
            power=Trace(at, np.round(power)),
            room=Trace(at, np.round(2 * air) / 2) if room else nothing,
            outdoor=Trace(at, outside) if outdoor else nothing,
            heat=Trace(at, np.abs(heat)) if measured else nothing,
            heat_rung="A" if measured else "",
            heat_width=0.05 if measured else 0.0,
            heads=(HeadHeard("Living room", mode=words, setpoint=Trace(at, np.array(self.asked))),) if head else (),
        )
