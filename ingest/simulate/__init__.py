"""The demo home: a house with weather, people and machines that knows the truth and speaks as real devices do."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ingest.simulate.faults import Fault
from ingest.simulate.house import ZONES, Indoors
from ingest.simulate.obey import TOPICS as LISTENS
from ingest.simulate.obey import obey
from ingest.simulate.observe import columns, look
from ingest.simulate.truth import CIRCUITS, Simulation, State, Truth
from ingest.simulate.truth import advance as _advance
from ingest.simulate.wire import Wire, announce, farewell, messages

__all__ = [
    "CIRCUITS",
    "HISTORY_STEP_S",
    "HOME",
    "LISTENS",
    "LIVE_STEP_S",
    "ZONES",
    "Fault",
    "Simulation",
    "State",
    "Truth",
    "Wire",
    "advance",
    "announce",
    "farewell",
    "load",
    "messages",
    "misbehave",
    "new",
    "obey",
    "replay",
    "save",
]

HOME = "demo"
"""Id of the home file; the demo's readings belong to it."""
HISTORY_STEP_S = 300
LIVE_STEP_S = 5

_DAY_US = 86_400 * 1_000_000


def new(seed: int, start_us: int, *, faults: bool = False) -> State:
    """Return a demo home at its first instant, rooms at 20 °C and every counter at 0.

    Parameters
    ----------
    seed : int
        The same seed and start give the same home.
    start_us : int
        Where it begins, brought down to a whole interval. [µs]
    faults : bool
        Whether it misbehaves from the start; see also `misbehave`.

    Returns
    -------
    State
        To be advanced.
    """
    begins = start_us - start_us % (HISTORY_STEP_S * 1_000_000)
    simulation = Simulation(seed, begins, begins if faults else None)
    house = Indoors([20.0 + 0.2 * number for number in range(len(ZONES))], [False] * len(ZONES))
    return State(simulation, begins, house)


def misbehave(state: State, from_us: int) -> None:
    """Let the faults of `faults.schedule` happen, the first round beginning at an instant [µs]."""
    state.simulation = msgspec.structs.replace(state.simulation, faults_from_us=from_us)


def advance(state: State, to_us: int, step_s: int = LIVE_STEP_S) -> Truth:
    """Run the home forward by whole steps not beyond an instant; the devices then speak of its last step.

    Parameters
    ----------
    state : State
        Where it stands; moved on.
    to_us : int
        UTC. [µs]
    step_s : int
        Width of a step. [s]

    Returns
    -------
    Truth
        What happened, a row per step.
    """
    truth = _advance(state, to_us, step_s)
    look(state, truth)
    return truth


def replay(state: State, to_us: int, step_s: int) -> Iterator[tuple[Truth, list[Wire]]]:
    """Run the home forward and say everything it would have said on the way, one look per step, a day at a time.

    Parameters
    ----------
    state : State
        Where it stands; moved on.
    to_us : int
        Not beyond this instant. [µs]
    step_s : int
        Width of a step. [s]

    Yields
    ------
    tuple of Truth and list of Wire
        What happened on a day, and what was published at the end of each of its steps.
    """
    while state.time_us + step_s * 1_000_000 <= to_us:
        truth = _advance(state, min(to_us, state.time_us + _DAY_US), step_s)
        seen = columns(truth)
        wires: list[Wire] = []
        ends_us = (truth.time_us + step_s * 1_000_000).tolist()
        for end_us, row in zip(ends_us, zip(*(column.tolist() for column in seen.values()), strict=True), strict=True):
            state.view = dict(zip(seen, row, strict=True))
            wires += messages(state, end_us)
        yield truth, wires


def save(state: State) -> bytes:
    """Return a state as JSON."""
    return msgspec.json.encode(state)


def load(data: bytes) -> State:
    """Return a saved state.

    Raises
    ------
    ValueError
        If the bytes are not a saved state; the message says what to do.
    """
    try:
        return msgspec.json.decode(data, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a saved demo home: {error}; begin anew with --fresh") from error
