"""Weeks of the simulated home as evidence, whole or with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from heatledger import accounts, hearing
from heatledger.commissioning.evidence import Evidence
from heatledger.config import Config, load, shipped_dir
from heatledger.day_sums import sum_days
from heatledger.days import spans
from heatledger.hearing import LiveValue
from heatledger.heat.system import System
from heatledger.heat_days import heat_of
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import Intervals, SeriesKey
from heatledger.summary import Period, summarise
from ingest import simulate
from ingest.simulate import history

DAY_S = 86_400
Change = Callable[[Intervals], Intervals | None]


@cache
def shipped() -> Config:
    """The shipped configuration and nothing of a user's."""
    return load(data_dir=shipped_dir(), config_dir=shipped_dir(), environ={})


def demo_home() -> Home:
    return shipped().homes["demo"]


@cache
def blocks(seed: int, start: datetime, days: int = 7) -> tuple[Intervals, ...]:
    """A simulated home's intervals, a day of settling before the first left off."""
    first = int(start.timestamp()) - DAY_S
    last = first + DAY_S * (days + 1)
    truth = simulate.advance(simulate.new(seed, first * 10**6), last * 10**6, 300)
    return tuple(history.intervals(truth, home="demo"))


def newest(heard: Sequence[Intervals], end_s: int) -> dict[SeriesKey, LiveValue]:
    """The newest value of each series, spoken once a minute until the end."""
    found = {}
    for block in heard:
        value = block.state[-1] if block.state is not None else float(block.last[-1])
        late = int(block.start_s[-1]) + 300 < end_s - 300
        at_us = (int(block.start_s[-1]) if late else end_s - 10) * 10**6
        found[block.key] = LiveValue(value, at_us, gaps=10.0, gap_s=600.0, gap_s2=36_000.0)
    return found


def evidence(
    heard: Sequence[Intervals],
    start: datetime,
    *,
    days: int = 7,
    home: Home | None = None,
    change: Change | None = None,
    latest: dict[SeriesKey, LiveValue] | None = None,
    systems: Mapping[str, System] | None = None,
) -> Evidence:
    """Evidence from intervals, each passed through `change` where given; None from it leaves the series out."""
    home = home or demo_home()
    heard = [made for block in heard if (made := change(block) if change else block) is not None]
    start_s, end_s = int(start.timestamp()), int(start.timestamp()) + days * DAY_S
    zone, now = ZoneInfo(home.timezone), start + timedelta(days=days)
    whole = accounts.account(home, heard, start_s=start_s, end_s=end_s)
    pieces = spans(start, now, zone)
    config = shipped()
    systems = config.systems if systems is None else systems
    heat = heat_of(home, systems, heard, whole, pieces)
    made = sum_days(whole, pieces, now=now, home=home, heat=heat)
    summary = summarise(
        home, made, period=Period(start=start.astimezone(zone), end=now.astimezone(zone)),
        tariff=config.tariffs.get(home.tariff or ""), now=now, systems=systems,
    )  # fmt: skip
    known = newest(heard, end_s) if latest is None else latest
    return Evidence(
        home=home, now=now, grid=Grid(heard, start_s, end_s), account=whole, days=made, summary=summary,
        sources=hearing.sources(home, known, at_us=end_s * 10**6), latest=known, systems=systems,
    )  # fmt: skip


def winter(seed: int = 7) -> tuple[tuple[Intervals, ...], datetime]:
    """A week of January."""
    start = datetime(2026, 1, 12, 6, tzinfo=UTC)
    return blocks(seed, start), start


def scaled(quantity: str, device: str, factor: float) -> Change:
    """One quantity of a device times a factor."""

    def change(block: Intervals) -> Intervals:
        if block.key.quantity != quantity or block.key.device != device:
            return block
        names = ("energy", "mean", "last", *(("min", "max") if factor > 0 else ("max", "min")))
        made = (getattr(block, name) * factor for name in names)
        return block._replace(**dict(zip(("energy", "mean", "last", "min", "max"), made, strict=True)))

    return change
