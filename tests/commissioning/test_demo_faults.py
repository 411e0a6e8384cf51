"""The demo home speaks, and its devices misbehave: through decoder, store and books each fault is found by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heatledger.commissioning.checks import examine
from heatledger.commissioning.gather import gather
from heatledger.config import load
from heatledger.hearing import heard
from heatledger.ledger import Ledger
from heatledger.readings import Flag
from heatledger.store import open_store
from heatledger.store.state import State
from ingest import simulate
from ingest.decode import Decoder
from ingest.intervals import Keeper
from ingest.simulate import faults, history
from ingest.simulate.devices import PLUG, WATER
from ingest.simulate.wire import _KEEPING_TIME
from tests.commissioning import weeks

START = datetime(2026, 1, 12, 6, tzinfo=UTC)
QUIET = timedelta(days=2)
"""How long all was well."""
WRONG = timedelta(hours=27)
_US = 10**6
(STALE_S,) = (after for kind, _, after, _ in faults._ROWS if kind == "stale")


def us(at: datetime) -> int:
    return int(at.timestamp()) * _US


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Two days of history, then a day of messages through the decoder; a thermostat that is stuck stays so."""
    data = tmp_path_factory.mktemp("demo")
    config, state = weeks.shipped(), simulate.new(7, us(START))
    store, kept = open_store(f"sqlite:///{data / 'heatledger.db'}"), State(data / "state.db")
    store.write_intervals(list(history.intervals(simulate.advance(state, us(START + QUIET), 300), home="demo")))
    keeper, decoder = Keeper(store, config.homes), Decoder(load(data_dir=data, environ={}).devices)
    rows = tuple(
        (kind, who, after, 26 * 3600 if kind == "stuck" else lasts) for kind, who, after, lasts in faults._ROWS
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faults, "_ROWS", rows)
        patch.setattr(faults, "EVERY_S", 90 * 3600)
        simulate.misbehave(state, state.time_us)
        readings = list(_speak(state, decoder))
    store.write(readings)
    keeper.touch(readings, 0.0)
    keeper.recompute()
    yield Ledger(config, config.homes["demo"], store=store, state=kept), store, readings
    kept.close()
    store.close()


def _speak(state, decoder):
    begins = state.time_us
    wires = simulate.announce(begins)
    for now_us in range(begins + 120 * _US, us(START + QUIET + WRONG) + 1, 120 * _US):
        simulate.advance(state, now_us, 60)
        wires += simulate.messages(state, now_us)
    for wire in wires:
        yield from decoder.decode(
            wire.topic, wire.payload, retain=wire.retain, received_us=wire.time_us, home="demo"
        ).readings


def wrong(spoken, after, *, dead=""):
    """What is wrong so long after the first misbehaviour, of what was heard until then; of a device that is dead only
    what the broker kept."""
    ledger, store, readings = spoken
    now = START + QUIET + after
    latest = heard(row for row in readings if row.time_us <= us(now) and _speaks(row, dead))
    seen = gather(ledger, store, start=START, now=now, latest=latest)
    return {(one.check, one.at) for one in examine(seen) if one.result in ("fail", "warn")}


def _speaks(row, dead):
    return row.device != dead or row.flags & Flag.RETAINED or row.time_us < us(START + QUIET) + STALE_S * _US


def test_each_fault_is_found_by_name_and_nothing_else(spoken):
    assert wrong(spoken, WRONG) == {
        ("meter.restarts", "Water heater"),  # reboot
        ("sensor.stuck", "Kids’ room"),
        ("meter.gaps", "Mini-split, living room"),
    }


def test_before_they_began_nothing_was_wrong(spoken):
    assert wrong(spoken, timedelta(minutes=9)) == set()


def test_a_value_that_the_broker_kept_of_a_dead_device_is_named(spoken):
    found = wrong(spoken, timedelta(seconds=STALE_S, minutes=20), dead=WATER.name)
    assert ("device.fresh", WATER.name) in found
    assert ("device.heard", WATER.name) in found


def test_a_clock_that_is_lost_is_named_while_it_is_and_harms_nothing_for_the_time_is_then_that_of_receipt(spoken):
    ((began, lasts),) = ((after, lasts) for kind, _, after, lasts in faults._ROWS if kind == "clock")
    during, after = (wrong(spoken, timedelta(seconds=began + s)) for s in (300, lasts + 1000))
    assert during == {("meter.restarts", "Water heater"), *(("device.clock_lost", one.name) for one in _KEEPING_TIME)}
    assert after == {("meter.restarts", "Water heater")}
    told = [row for row in spoken[2] if row.device == PLUG.name]
    assert min(row.time_us for row in told) >= us(START + QUIET)
