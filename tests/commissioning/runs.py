"""Guided test runs made on the bench: somebody at the remote does what each step asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from heatledger.commissioning.finding import Finding
from heatledger.commissioning.trial.advance import advance, begin
from heatledger.commissioning.trial.course import Trial, Work
from heatledger.commissioning.trial.curves import curves
from heatledger.commissioning.trial.subject import Subject, subject
from heatledger.commissioning.trial.traces import Heard
from heatledger.commissioning.trial.verdicts import judged
from tests.commissioning.bench import Bench
from tests.commissioning.weeks import demo_home, shipped

STARTED = datetime(2026, 1, 15, 12, tzinfo=UTC)
REACTS_S = 30.0


def unit(zones: tuple[str, ...] = ("living",), pump: str = "living", *, mapped: bool = True) -> Subject:
    return subject(demo_home(), shipped().systems if mapped else {}, pump, zones)


def trial(work: Work = "heating", **given) -> Trial:
    return begin(
        Trial(
            home="demo", heat_pump="living", name="Mini-split, living room", zones=("living",), work=work,
            who="installer", started_at=STARTED, **given,
        )
    )  # fmt: skip


def ended(run: Trial, heard: Heard, on: Subject | None = None) -> Trial:
    """A run that is over as the books keep it: with its verdicts and its curves."""
    on = on or unit()
    return msgspec.structs.replace(run, findings=judged(run, heard, on), curves=curves(run, heard, on))


def obey(run: Trial, bench: Bench) -> None:
    """Set the remote as the step asks."""
    if run.leg.step == "rest":
        bench.remote.mode = "off"
    elif run.leg.step == "full":
        bench.remote.mode, bench.remote.setpoint_c = ("heat", 30.0) if run.work == "heating" else ("cool", 16.0)
    else:
        bench.remote.setpoint_c = unit().thermostat(bench.house.zone_c[0])


def driven(
    bench: Bench,
    run: Trial | None = None,
    *,
    on: Subject | None = None,
    meanwhile: Callable[[Trial, Bench], None] = lambda _run, _bench: None,
    look: Callable[[Bench], Heard] = Bench.heard,
) -> tuple[Trial, Heard, dict[str, Finding]]:
    """Make a run on a bench that has lived for half an hour, and return it, what was heard, and its verdicts."""
    bench.live(1800)
    bench.from_now_on()
    run, on = run or trial(), on or unit()
    while run.running:
        if run.leg.began_s is None and bench.clock_s - run.leg.asked_s >= REACTS_S:
            obey(run, bench)
        meanwhile(run, bench)
        bench.live(60)
        run = advance(run, look(bench), on, bench.clock_s)
    heard = look(bench)
    return run, heard, {one.check: one for one in judged(run, heard, on)}
