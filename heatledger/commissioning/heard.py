"""Whether everything named in the home file is heard: often enough, fresh, and by a clock that is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import duration
from heatledger.formatting import share as shared
from heatledger.hearing import limit_s
from heatledger.home import Home, names
from heatledger.marks import marked, worded
from heatledger.quantities import QUANTITIES
from heatledger.readings import INTERVAL_S, Flag, Floats

_AHEAD_S: Final = 60.0
_COVERED: Final = 0.98
"""A month of it lacks half a day at most. [0–1]"""
_GAP_S: Final = 1800.0
_LOST_S: Final = 900.0
"""So long ago a clock that was not set is news: devices tell their time every five minutes and more often. [s]"""
_SPEAKS = ("power", "energy")


def _any_named(home: Home) -> bool:
    return bool(home.meters or home.heat_pumps or any(zone.temperature for zone in home.zones))


def _heard(seen: Evidence) -> Iterator[Seen]:
    """Judge whether each device of the home file is heard."""
    named = [source for source in seen.sources if source.mapped]
    for source in named:
        if not source.silent:
            continue
        if source.heard_us is None:
            said = worded("was never heard")
        else:
            said = worded(
                "silent for {duration}", duration=duration(seen.now.timestamp() - source.heard_us / 1000000.0)
            )
        yield Seen(source.device, said, good=False)
    if named and not any(source.silent for source in named):
        yield Seen("", worded("all {n} devices are heard", n=len(named)), good=True)


def _rhythm(seen: Evidence) -> Iterator[Seen]:
    """Judge whether what measures power speaks at least once an interval."""
    for source in seen.sources:
        powers = [key for key in seen.latest if key.device == source.device and key.quantity == "power"]
        if source.mapped and source.usual_s is not None and powers:
            yield Seen(
                source.device,
                worded("speaks every {duration}", duration=duration(source.usual_s)),
                good=source.usual_s <= INTERVAL_S,
                value=source.usual_s,
                low=0.0,
                high=float(INTERVAL_S),
                unit="s",
            )


def _fresh(seen: Evidence) -> Iterator[Seen]:
    """Judge whether anything of a device is known only by what the broker kept from an unknown time."""
    now_us = seen.now.timestamp() * 1e6
    for source in seen.sources:
        values = {key: value for key, value in seen.latest.items() if _is(source.family, source.device, key)}
        if not source.mapped or not values:
            continue
        kept = {key: value for key, value in values.items() if value.flags & Flag.RETAINED}
        due = {
            key.quantity
            for key, value in kept.items()
            if QUANTITIES[key.quantity].kind != "state" and now_us - value.time_us > 1e6 * limit_s(None, [key.quantity])
        }
        whole = worded("every value is one the broker kept, of unknown age")
        part = worded("{quantities}: kept by the broker, of unknown age", quantities=", ".join(sorted(due)))
        said = whole if len(kept) == len(values) else part if due else worded("speaks for itself")
        yield Seen(source.device, said, good=len(kept) < len(values) and not due)


def _is(family: str, device: str, key: tuple[str, ...]) -> bool:
    return key[1] == family and key[2] == device and key[4] != "online"


def _clocks(seen: Evidence) -> Iterator[Seen]:
    """Judge whether anything is told of a time that is still to come."""
    now_us = seen.now.timestamp() * 1e6
    ahead = {key.device: (value.time_us - now_us) / 1e6 for key, value in seen.latest.items()}
    if not ahead:
        return
    worst = max(ahead, key=ahead.__getitem__)
    wrong = ahead[worst] > _AHEAD_S
    none = worded("no time lies ahead of this machine's")
    said = worded("{duration} ahead of this machine", duration=duration(ahead[worst])) if wrong else none
    yield Seen(
        worst if wrong else "", said, good=not wrong, value=max(ahead[worst], 0.0), low=0.0, high=_AHEAD_S, unit="s"
    )


def _unset(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a device's own clock was set since it started."""
    now_us = seen.now.timestamp() * 1e6
    named = {(source.family, source.device) for source in seen.sources if source.mapped}
    told = {key: value.lost_us for key, value in seen.latest.items() if (key.family, key.device) in named}
    lost = {key.device for key, at_us in told.items() if at_us and now_us - at_us <= 1e6 * _LOST_S}
    for device in sorted(lost):
        yield Seen(
            device, worded("its clock stands at 1970 or 2000, where clocks begin before they are set"), good=False
        )
    if told and not lost:
        yield Seen("", worded("no device tells a time before 2020"), good=True)


def _laid(seen: Evidence) -> Iterator[tuple[str, Floats]]:
    """Return how much of each interval each meter was heard, from when anything was first heard. [0–1]."""
    found: list[tuple[str, Floats]] = []
    for meter, name in seen.meters():
        points = {*meter.points, *meter.sum}
        blocks = [b for b in seen.grid.blocks.values() if b.key.quantity in _SPEAKS and points & set(names(b.key))]
        if blocks and seen.grid.size:
            laid = np.max([seen.grid.lay(block, block.coverage, 0.0) for block in blocks], axis=0)
            found.append((name, np.clip(laid, 0.0, 1.0)))
    first = min((int(np.argmax(laid > 0)) for _, laid in found if (laid > 0).any()), default=0)
    return ((name, laid[first:]) for name, laid in found)


def _coverage(seen: Evidence) -> Iterator[Seen]:
    """Judge how much of the span each meter was heard."""
    for name, laid in _laid(seen):
        share = float(laid.mean())
        said = worded("heard {share} of the time", share=shared(share, digits=1))
        yield Seen(name, said, good=share >= _COVERED, value=100 * share, low=100 * _COVERED, high=100.0, unit="%")


def _gaps(seen: Evidence) -> Iterator[Seen]:
    """Judge the longest silence of each meter."""
    for name, laid in _laid(seen):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], laid <= 0, [False]))))
        silent_s = float(np.max(edges[1::2] - edges[::2], initial=0)) * INTERVAL_S
        none = worded("never silent for five minutes")
        said = worded("silent for {duration} at the longest", duration=duration(silent_s)) if silent_s else none
        yield Seen(name, said, good=silent_s <= _GAP_S, value=silent_s / 60, low=0.0, high=_GAP_S / 60, unit="min")


CHECKS: Final = (
    Check(
        id="device.heard",
        name=marked("Every device is heard"),
        group="measurement",
        question=marked("Is every device that the home file names heard?"),
        rule=marked("silent for three times its usual rhythm, and a minute at least"),
        source=marked("own rule: hearing.SILENT_AFTER"),
        severity="fail",
        mend=marked(
            "see that it has power and reaches the broker, and that the home file writes its name as it was heard"
        ),
        needs=marked("name the home's meters, rooms and heat pumps in the home file"),
        judge=_heard,
        applies=_any_named,
    ),
    Check(
        id="device.rhythm",
        name=marked("Power is told often enough"),
        group="measurement",
        question=marked("Does every meter of power speak at its usual rate?"),
        rule=marked("at least once an interval of 5 minutes"),
        source=marked("own rule: an interval without a reading is a guess"),
        severity="warn",
        mend=marked("set its reporting to a minute or less (Tasmota: TelePeriod 60)"),
        needs=marked("a few readings of each meter"),
        judge=_rhythm,
    ),
    Check(
        id="device.fresh",
        name=marked("Values are fresh"),
        group="measurement",
        question=marked("Is anything known only by what the broker kept?"),
        rule=marked("no value that is due is one the broker kept: power after 15 min, others after three hours"),
        source=marked(
            "MQTT 3.1.1, 3.3.1.3: a retained message was published before the subscription, when is not said"
        ),
        severity="warn",
        mend=marked("see that the device is on; clear its retained messages if it is gone"),
        needs=marked("readings of its devices"),
        judge=_fresh,
    ),
    Check(
        id="device.clock",
        name=marked("Clocks"),
        group="measurement",
        question=marked("Does any device speak of a time that is still to come?"),
        rule=marked("no more than a minute ahead of this machine"),
        source=marked("own rule: what is ahead is not counted until then"),
        severity="fail",
        mend=marked("set the clock of the device or of this machine by NTP"),
        needs=marked("readings of its devices"),
        judge=_clocks,
    ),
    Check(
        id="device.clock_lost",
        name=marked("Clocks that were never set"),
        group="measurement",
        question=marked("Does any device’s clock stand where clocks begin?"),
        rule=marked("no device told a time before 2020 in the last 15 min"),
        source=marked(
            "own rule: clocks without the time count from 1970 (Unix) or 2000; readings get the time of receipt"
        ),
        severity="warn",
        mend=marked(
            "let it reach a time server (Tasmota: NtpServer, Shelly: SNTP server): until then its own schedules and its"
            " counters of a day go wrong"
        ),
        needs=marked("readings of its devices"),
        judge=_unset,
        applies=_any_named,
    ),
    Check(
        id="meter.coverage",
        name=marked("Coverage"),
        group="measurement",
        question=marked("How much of the time was each meter heard?"),
        rule=marked("98 % and more"),
        source=marked("own rule: what is missing is estimated, and said to be"),
        severity="warn",
        mend=marked("move the access point nearer, or give the meter a wired connection"),
        needs=marked("a meter that was heard in the span"),
        judge=_coverage,
    ),
    Check(
        id="meter.gaps",
        name=marked("Silences"),
        group="measurement",
        question=marked("Was any meter silent for long?"),
        rule=marked("never for more than half an hour"),
        source=marked(
            "own rule: what a register counted in longer silence cannot be laid into its hours and their prices"
        ),
        severity="warn",
        mend=marked("look at its power supply and its network at that hour"),
        needs=marked("a meter that was heard in the span"),
        judge=_gaps,
        applies=lambda home: bool(home.meters),
    ),
)
