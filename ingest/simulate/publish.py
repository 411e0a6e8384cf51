"""The process that lets the demo home speak and listen over real MQTT in real time, and remembers where it stood."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Final

from heatledger.bus import Connection, Will, connect
from ingest import simulate
from ingest.simulate.wire import ONLINE, Wire

_TICK_S: Final = 0.5
_FLUSH_S: Final = 2.0


def run(
    url: str, state_path: Path, *, seed: int = 1, faults: bool = False, stop: threading.Event | None = None
) -> None:
    """Publish the demo home until stopped; SIGTERM and SIGINT stop it cleanly, every device saying goodbye.

    The state is saved before what it says is published: a start after any end goes on with counters that never go back.

    Parameters
    ----------
    url : str
        The broker, as in `heatledger.bus.connect`.
    state_path : Path
        Where the home's state is kept; made if it is not there.
    seed : int
        Of a home that is made anew.
    faults : bool
        Whether it misbehaves from now on.
    stop : threading.Event, optional
        Ends it too; needed where this does not run in the main thread.

    Raises
    ------
    ValueError
        If the state file cannot be read; one line with the mend.
    """
    ended = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        _stop_on_signals(ended)
    state = resume(state_path, now_us=_now_us(), seed=seed)
    if faults and state.simulation.faults_from_us is None:
        simulate.misbehave(state, _now_us())
    topic, _, down = ONLINE[0]
    bus = connect(url, client_id=f"heatledger-demo-{seed}", clean=True, will=Will(topic, down.encode()))
    bus.subscribe(simulate.LISTENS)
    try:
        _speak(bus, state, state_path, ended)
    finally:
        _publish(bus, simulate.farewell(_now_us()))
        _flush(bus)
        bus.close()


def resume(state_path: Path, *, now_us: int, seed: int) -> simulate.State:
    """Return the home as it stands now: the saved one brought up to date in wide steps, else a new one.

    Parameters
    ----------
    state_path : Path
        Where it may have been saved.
    now_us : int
        UTC. [µs]
    seed : int
        Of a new one.

    Returns
    -------
    State
        At most one history step behind.

    Raises
    ------
    ValueError
        If the file is there but is no saved home; one line with the mend.
    """
    if not state_path.exists():
        return simulate.new(seed, now_us)
    try:
        state = simulate.load(state_path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{state_path}: {error}") from error
    simulate.advance(state, now_us, simulate.HISTORY_STEP_S)
    return state


def save(state: simulate.State, state_path: Path) -> None:
    """Replace the saved state, whole or not at all."""
    draft = state_path.with_suffix(".new")
    draft.write_bytes(simulate.save(state))
    draft.replace(state_path)


def _speak(bus: Connection, state: simulate.State, state_path: Path, ended: threading.Event) -> None:
    """Tick: move the home on, save it, publish what is due; greet at every new connection."""
    greeted = False
    while not ended.is_set():
        now_us = _now_us()
        simulate.advance(state, now_us, simulate.LIVE_STEP_S)
        if bus.connected:
            due = [] if greeted else simulate.announce(now_us)
            due += simulate.messages(state, now_us)
            if due:
                save(state, state_path)
            _publish(bus, due)
        greeted = bus.connected
        _listen(bus, state)


def _listen(bus: Connection, state: simulate.State) -> None:
    """Wait for what the devices are told, and have them obey; retained or not, as real ones do."""
    for message in bus.poll(_TICK_S):
        _publish(bus, simulate.obey(state, message.topic, message.payload, _now_us()))
        bus.ack([message])


def _publish(bus: Connection, wires: list[Wire]) -> None:
    for wire in wires:
        bus.publish(wire.topic, wire.payload, wire.qos, retain=wire.retain)


def _flush(bus: Connection) -> None:
    """Wait a little for the broker to acknowledge what was said last."""
    deadline = time.monotonic() + _FLUSH_S
    while bus.connected and bus.unacknowledged and time.monotonic() < deadline:
        bus.poll(0.05)


def _stop_on_signals(ended: threading.Event) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _now_us() -> int:
    return time.time_ns() // 1000
