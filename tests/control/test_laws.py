"""No sequence of requests, clock jumps, crashes, restarts, late or replayed requests breaks a limit."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from heatledger.control.moment import Moment
from tests.control.plant import LIMITS, PLACES, House

ZONES = st.sampled_from(sorted(PLACES))
MODES = st.sampled_from(["heat", "cool", "dry", "fan_only", "off", "auto", None])
SETPOINTS = st.none() | st.floats(min_value=-50, max_value=60) | st.sampled_from([8.0, 20.0, 24.0, 24.3, 7.7])


class Anything(RuleBasedStateMachine):
    """Whoever asks whatever, whenever, with the machine falling over in between."""

    def __init__(self):
        super().__init__()
        self.house = House(mode="off", celsius=18.0)
        self.turned: dict[str, float] = {}
        self.ran = {unit: self.house.runs(unit) for unit in ("split", "multi")}
        self.by_us: dict[str, bool] = {}

    @rule(zone=ZONES, setpoint=SETPOINTS, mode=MODES, by=st.sampled_from(["person", "programme"]))
    def ask(self, zone, setpoint, mode, by):
        self.house.ask(zone, setpoint=setpoint, mode=mode, by=by)
        self.look()

    @rule(zone=ZONES, setpoint=st.sampled_from([20.5, 22.0, 23.5]), mode=st.sampled_from(["heat", "cool", "off"]))
    def ask_sensibly(self, zone, setpoint, mode):
        self.house.ask(zone, setpoint=None if mode == "off" else setpoint, mode=mode)
        self.look()

    @rule(zone=ZONES, late_s=st.floats(min_value=901, max_value=1e5))
    def ask_late(self, zone, late_s):
        now = self.house.now
        at = Moment(now.time_us, now.boot, now.steady_s - late_s)
        late = self.house.ask(zone, setpoint=21.0, mode="heat", at=at)
        self.look()
        assert self.house.log.kinds(late.id) in (["expired"], ["replaced"])

    @rule(zone=ZONES)
    def change_ones_mind(self, zone):
        for setpoint in (20.5, 21.5, 22.5):
            self.house.ask(zone, setpoint=setpoint)
            self.look()
            self.house.wait(5.0)

    @rule(zone=ZONES)
    def press_on_and_off(self, zone):
        for mode, setpoint in (("off", None), ("heat", 22.0), ("off", None)):
            self.house.ask(zone, mode=mode, setpoint=setpoint)
            self.look()
            self.house.wait(30.0)
            self.look()

    @rule(seconds=st.sampled_from([1.0, 20.0, 100.0, 299.0, 301.0, 1000.0]))
    def wait(self, seconds):
        self.house.wait(seconds)
        self.look()

    @rule(seconds=st.integers(min_value=-(10**8), max_value=10**8))
    def set_the_wall_clock(self, seconds):
        self.house.wall_us += seconds * 1_000_000

    @rule(killed=st.booleans())
    def crash(self, killed):
        if killed:
            self.look(killed=True)
        self.house.start()

    @rule()
    def restart_the_machine(self):
        self.house.wait(20.0)
        self.house.boot, self.house.booted_s = self.house.boot + "'", self.house.true_s - 5.0
        self.house.spoke = {}
        self.house.start()

    @rule(zone=ZONES, deaf=st.booleans(), heard=st.booleans())
    def ail(self, zone, deaf, heard):
        (self.house.deaf.add if deaf else self.house.deaf.discard)(zone)
        self.house.heard[zone] = heard

    @rule(zone=ZONES, celsius=st.sampled_from([5.0, 9.0, 15.0, 19.0, 22.0, 27.0]))
    def warm_or_cool(self, zone, celsius):
        self.house.celsius[zone] = celsius
        self.look()

    @precondition(lambda self: self.house.sent)
    @rule()
    def stand_still(self):
        self.look()

    def look(self, *, killed=False):
        """Let the process look, and judge by the true time what left it."""
        house, before = self.house, len(self.house.sent)
        was = {zone: dict(held) for zone, held in house.set.items()}
        for unit in self.ran:
            self.note(unit, ours=False)
        house.step(killed=killed)
        for at, zone, setpoint, mode in house.sent[before:]:
            self.judge(at, zone, setpoint, mode, was)
        for unit in self.ran:
            self.note(unit, ours=len(house.sent) > before)

    def note(self, unit, *, ours):
        """Keep when a compressor turned; one that we turned rested or ran its minutes."""
        runs, now_s = self.house.runs(unit), self.house.true_s
        if runs == self.ran[unit]:
            return
        least_s = 60 * (LIMITS.rest_min if runs else LIMITS.run_min)
        if ours:
            assert now_s - self.turned.get(unit, -1e9) >= least_s - 1e-6, (unit, runs)
        self.ran[unit], self.turned[unit] = runs, now_s

    def judge(self, _at, zone, setpoint, mode, was):
        counts = mode or was[zone]["mode"]
        assert mode in (None, "heat", "cool", "dry", "fan_only", "off")
        if setpoint is not None:
            assert counts not in (None, "off")
            assert LIMITS.frost_c <= setpoint <= (32.0 if counts in ("cool", "dry") else LIMITS.highest_c)
            assert counts not in ("cool", "dry") or setpoint >= LIMITS.coolest_c
        if mode is not None and mode != "heat":
            assert self.house.celsius[zone] >= LIMITS.frost_c + 2.0

    @invariant()
    def never_too_often(self):
        for zone in PLACES:
            times = [at for at, where, *_ in self.house.sent if where == zone]
            for first, last in zip(times, times[LIMITS.per_hour :], strict=False):
                assert last - first > 3600.0

    @invariant()
    def never_against_one_another(self):
        modes = {self.house.set[zone]["mode"] for zone in ("bedroom", "study")}
        assert not ("heat" in modes and modes & {"cool", "dry"})

    @invariant()
    def every_message_was_in_the_log_before(self):
        assert len(self.house.sent) <= sum(row.kind == "sent" for row in self.house.log.rows)


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
