"""How the demo home misbehaves on request: what goes wrong, with which device, and exactly when."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ingest.simulate.devices import PLUG, THERMOSTAT, WATER

Kind = Literal["reboot", "stale", "clock", "stuck", "gap"]
EVERY_S: Final = 25 * 3600
"""The same things go wrong again after this time, an hour later every day [s]."""


class Fault(NamedTuple):
    """One misbehaviour: its kind, the device, and its half-open span (empty for an instant) [µs]."""

    kind: Kind
    device: str
    start_us: int
    end_us: int


# kind, device, how long after the start of the misbehaving [s], how long it lasts [s]
_ROWS: Final[tuple[tuple[Kind, str, int, int], ...]] = (
    ("reboot", WATER.name, 600, 0),  # its watt-minutes begin at 0 again
    ("stale", WATER.name, 1200, 0),  # a retained power of unknown age is delivered
    ("clock", PLUG.name, 1800, 600),  # it says 1970, as the Shellys do meanwhile (ts 1.61)
    ("stuck", THERMOSTAT.name, 2700, 3 * 3600),  # its thermometer repeats one value
    ("gap", PLUG.name, 3600, 2400),  # nothing heard, then back
)


def schedule(from_us: int | None, start_us: int, end_us: int) -> list[Fault]:
    """Return the faults that touch a span.

    Parameters
    ----------
    from_us : int or None
        When the home began to misbehave; None: it never does. [µs]
    start_us, end_us : int
        The half-open span. [µs]

    Returns
    -------
    list of Fault
        In order of their start.

    Examples
    --------
    >>> [fault.kind for fault in schedule(0, 0, 1_900_000_000)]
    ['reboot', 'stale', 'clock']
    """
    if from_us is None or end_us <= start_us:
        return []
    every_us = EVERY_S * 1_000_000
    rounds = range(max(0, (start_us - from_us) // every_us - 1), (end_us - from_us) // every_us + 1)
    found = [
        Fault(kind, device, begins, begins + lasts_s * 1_000_000)
        for number in rounds
        for kind, device, after_s, lasts_s in _ROWS
        for begins in (from_us + number * every_us + after_s * 1_000_000,)
    ]
    return [fault for fault in found if fault.start_us < end_us and max(fault.end_us, fault.start_us + 1) > start_us]


def now_wrong(from_us: int | None, now_us: int) -> dict[Kind, Fault]:
    """Return the faults whose span holds an instant, by kind [µs]."""
    return {fault.kind: fault for fault in schedule(from_us, now_us, now_us + 1) if fault.end_us > now_us}
