"""A simulated house that lives the same weather twice: with an automation in one room, and without."""

from __future__ import annotations

import functools
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.accounts import account
from heatledger.automation_savings import Books, zone_savings
from heatledger.config import load, shipped_dir
from heatledger.control.history import Asked
from heatledger.day_sums import sum_days
from heatledger.days import spans
from heatledger.heat_days import heat_of
from heatledger.room_responses import of_blocks
from ingest import simulate
from ingest.simulate import history

HERE = ZoneInfo("America/Chicago")
STEP_S = 300
HELD = {"living": 21.0, "bedroom": 19.5, "study": 20.5, "kids": 20.5}
HEATERS = {"living": "living", "bedroom": "upstairs", "study": "upstairs", "kids": "kids"}


class Case(NamedTuple):
    """Which room, lowered by how much and when (hours of the day; none: all day), weeks before, and how they went."""

    name: str
    zone: str
    lower_k: float
    hours: tuple[float, float] | None
    before_d: int = 28
    days: int = 14
    before: str = "held"


NIGHT = (22.0, 6.0)
CASES = (
    Case("night setback, mini-split", "living", 3.0, NIGHT),
    Case("small setback, mini-split", "living", 1.0, NIGHT),
    Case("away, mini-split", "living", 5.0, None),
    Case("night setback, heater", "kids", 3.0, NIGHT, before="same"),
    Case("away, heater", "kids", 4.0, None, before="night"),
    Case("never without, mini-split", "living", 3.0, NIGHT, before="same"),
    Case("away after a programme", "living", 5.0, None, before="night"),
    Case("night setback, shared unit", "study", 3.0, NIGHT),
)


class Outcome(NamedTuple):
    """What was stated and what is true, of the days with the automation. [kWh]"""

    true_kwh: float
    predicted: tuple[float, float, float]
    realized: tuple[float, float, float]
    told: bool
    without: int

    @property
    def inside(self) -> bool:
        return self.realized[0] <= self.true_kwh <= self.realized[2]

    def line(self) -> str:
        said = [f"{low:6.1f} {mid:6.1f} {high:6.1f}" for low, mid, high in (self.predicted, self.realized)]
        out = "" if self.inside else " OUT"
        return f"true {self.true_kwh:6.1f} | foretold {said[0]} | realized {said[1]} n={self.without}{out}"


@functools.cache
def demo():
    folder = Path(tempfile.mkdtemp())
    (folder / "homes").mkdir()
    (folder / "homes" / "demo.toml").write_bytes((shipped_dir() / "homes" / "demo.toml").read_bytes())
    return load(data_dir=folder, config_dir=folder, environ={})


def live(case: Case, seed: int, start: datetime, *, automated: bool):
    """Live through the case hour by hour of its schedule; return the truth day by day."""
    state = simulate.new(seed, int((start - timedelta(days=2)).timestamp()) * 10**6)
    state.orders.setpoint_c.update(HELD)
    truths, begins = [], case.before_d
    for day in range(-2, case.before_d + case.days):
        kind = case.before if day < begins else ("auto" if automated else "held")
        hours = {"held": (24.0, 0.0), "same": case.hours, "night": NIGHT, "auto": case.hours}[kind]
        by = 3.0 if kind == "night" else case.lower_k
        local = start + timedelta(days=day)
        for hour in (6, 22, 24):
            low = hours is None or (hour == 6 and hours == NIGHT) or (hour == 24 and hours == NIGHT)
            state.orders.setpoint_c[case.zone] = HELD[case.zone] - (by if low else 0.0)
            to = local + timedelta(hours=hour)
            truths.append(simulate.advance(state, int(to.timestamp()) * 10**6, STEP_S))
    return truths


def heated_kwh(truths, since_us) -> float:
    """The electricity that heated the whole house from an instant on. [kWh]"""
    rows = [truth for truth in truths if len(truth.time_us) and truth.time_us[0] >= since_us]
    return (
        sum(float(truth.power_w[name].sum()) for truth in rows for name in ("living", "upstairs", "kids"))
        * STEP_S
        / 3.6e6
    )


def outcome(case: Case, seed: int) -> Outcome:
    config = demo()
    home = config.homes["demo"]
    start = datetime(2026, 1, 3, tzinfo=HERE)
    begins = start + timedelta(days=case.before_d)
    ends = begins + timedelta(days=case.days)
    with_, without = (live(case, seed, start, automated=automated) for automated in (True, False))
    since = int(begins.timestamp()) * 10**6
    true = heated_kwh(without, since) - heated_kwh(with_, since)
    blocks = joined([history.intervals(truth) for truth in with_ if len(truth.time_us)])
    low, high = int(start.timestamp()), int(ends.timestamp())
    pieces = spans(start, ends, HERE)
    whole = account(home, blocks, start_s=low, end_s=high)
    days = sum_days(whole, pieces, now=ends, home=home, heat=heat_of(home, config.systems, blocks, whole, pieces))
    dated = {piece[0].astimezone(HERE).date(): day for piece, day in zip(pieces, days, strict=True)}
    responses = of_blocks(home, config.systems, blocks, start_s=low, end_s=high)
    asked = [command(case, start if case.before == "same" else begins, ends)]
    books = Books(dated, asked, (), responses)
    rows = zone_savings(home, books, case.zone, begins.date(), ends.date(), now=ends)
    (row,) = rows
    if row.realized is None:
        raise AssertionError(row.reason)
    said = [(one.kwh_low, one.kwh, one.kwh_high) for one in (row.predicted, row.realized)]
    return Outcome(true, *said, row.told, row.without)


def command(case: Case, start: datetime, end: datetime) -> Asked:
    why = "weekly programme" if case.hours else "away until 2026-02-14"
    return Asked(id=1, zone=case.zone, at=start, by="programme", who="", why=why, setpoint=17.0, mode=None,
                 state="confirmed", note="", over=True, start=start, end=end)  # fmt: skip


def joined(parts):
    """Join what was said hour by hour."""
    found = {}
    for blocks in parts:
        for block in blocks:
            found.setdefault(block.key, []).append(block)
    made = []
    for key, blocks in found.items():
        columns = [np.concatenate([block[at] for block in blocks]) for at in range(1, 9)]
        state = [word for block in blocks for word in block.state] if blocks[0].state is not None else None
        made.append(type(blocks[0])(key, *columns, state))
    return made
