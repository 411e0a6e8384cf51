"""How fast intervals become accounts and COP, and how well starts and defrosts are told from power alone.

A year of one home, 20 devices at five-minute intervals; one open day, alone; seconds of processor. Then traces with
known cycles and defrosts, read at several rhythms: hit rate (found of true) and false alarms per day.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
import numpy as np

from heatledger.config import load, shipped_dir
from heatledger.days import midnight, spans
from heatledger.heat_days import INTERVALS_OF
from heatledger.home import Home, Meter
from heatledger.ledger import Ledger
from heatledger.operation import cycling
from heatledger.readings import Intervals
from heatledger.store import open_store
from heatledger.store.state import State
from ingest import simulate
from ingest.simulate import history
from tests.accounts.traces import cycles, read_every, winter

ZONE = ZoneInfo("America/Chicago")
CYCLES = ((4, 5), (25, 20), (60, 30), (50, 12), (50, 8), (50, 4))
"""Minutes on and off: the last three rest about as long as a defrost takes."""
START, DAYS, DEVICES = midnight(date(2025, 1, 1), ZONE), 365, 20


def widened(home: Home, blocks: list[Intervals]) -> tuple[Home, list[Intervals]]:
    """Return the demo home with circuits added until it has 20 devices."""
    have = {block.key.device for block in blocks}
    copied = [b for b in blocks if b.key.device == "Kids room/panel heater" and b.key.quantity in ("energy", "power")]
    meters = list(home.meters)
    for number in range(DEVICES - len(have)):
        meters.append(Meter(id=f"more{number}", role="circuit", parent="main", points=(f"more {number}",)))
        blocks = [*blocks, *(_shifted(block, f"more {number}", 37 * (number + 1)) for block in copied)]
    return msgspec.structs.replace(home, meters=tuple(meters)), blocks


def _shifted(block: Intervals, device: str, by: int) -> Intervals:
    columns = {name: np.roll(getattr(block, name), by) for name in ("energy", "mean", "min", "max", "last")}
    return block._replace(key=block.key._replace(device=device), **columns)


def speed(folder: Path) -> dict[str, float]:
    """Measure a year, and the open day alone."""
    (folder / "homes").mkdir()
    shutil.copy(shipped_dir() / "homes" / "demo.toml", folder / "homes")
    config = load(data_dir=folder, config_dir=folder, environ={})
    end = midnight(START.astimezone(ZONE).date() + timedelta(days=DAYS), ZONE)
    truth = simulate.advance(simulate.new(7, int(START.timestamp()) * 10**6), int(end.timestamp()) * 10**6, 300)
    blocks = [b for b in history.intervals(truth, home="demo") if b.key.quantity in INTERVALS_OF]
    home, blocks = widened(config.homes["demo"], blocks)
    store, state = open_store(f"sqlite:///{folder / 'h.db'}"), State(folder / "state.db")
    ledger = Ledger(config, home, store=store, state=state)
    pieces = spans(START, end, ZONE)
    began = time.process_time()
    ledger.day_book.days_of(blocks, int(START.timestamp()), int(end.timestamp()), pieces, now=end)
    year = time.process_time() - began
    first = int(pieces[-1][0].timestamp())
    tail = [_from(block, first - 86_400) for block in blocks]
    days = []
    for _ in range(9):
        began = time.process_time()
        ledger.day_book.days_of(tail, first, int(end.timestamp()), pieces[-1:], now=end)
        days.append(time.process_time() - began)
    store.close()
    state.close()
    return {"year_s": year, "open_day_s": float(np.median(days)), "devices": float(DEVICES)}


def _from(block: Intervals, first: int) -> Intervals:
    keep = block.start_s >= first
    columns = {name: getattr(block, name)[keep] for name in ("start_s", "energy", "mean", "min", "max", "last")}
    columns |= {"coverage": block.coverage[keep], "flags": block.flags[keep]}
    words = None if block.state is None else [word for word, kept in zip(block.state, keep, strict=True) if kept]
    return block._replace(**columns, state=words)


def detection(days: int = 30) -> dict[str, dict[str, float | None]]:
    """Measure starts and defrosts on traces of known truth."""
    found: dict[str, dict[str, float | None]] = {}
    for every in (10, 30, 60, 120, 300):
        frosts = [read_every(winter(9, seed=seed), every)[1].defrosts for seed in range(days)]
        calm = [read_every(winter(0, seed=seed), every)[1].defrosts for seed in range(days)]
        turns = [read_every(cycles(on, off, seed=seed)[0], every)[1].defrosts
                 for seed in range(days) for on, off in CYCLES]  # fmt: skip
        counted = [starts_of(on, off, seed, every) for seed in range(days // 3)
                   for on, off in ((4, 4), (5, 5), (8, 7), (12, 10), (40, 25))]  # fmt: skip
        known = [share for share in counted if share is not None]
        found[f"every {every} s"] = {
            "defrosts_found_of_true": sum(frosts) / (9 * days),
            "false_defrosts_per_day_steady": sum(calm) / len(calm),
            "false_defrosts_per_day_cycling": sum(turns) / len(turns),
            "starts_known_share_of_days": len(known) / len(counted),
            "starts_counted_of_true": float(np.mean(known)) if known else None,
        }
    return found


def starts_of(on: float, off: float, seed: int, every: int) -> float | None:
    """Return counted over true starts of a day, None where they are not known."""
    watts, true = cycles(on, off, seed=seed)
    _, day = read_every(watts, every)
    starts = cycling([day], day.heard_s).starts
    return None if starts is None else starts / true


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(speed(Path(folder)), indent=1))
    print(json.dumps(detection(), indent=1))
