"""What is decoded, differenced and accounted equals what the simulated home truly consumed."""

from datetime import UTC, datetime

import numpy as np
import pytest

from heatledger import config, energy
from heatledger.accounts import account
from heatledger.quantities import QUANTITIES
from heatledger.readings import Flag, Samples, States
from ingest import simulate
from ingest.decode import Decoder
from ingest.simulate.devices import PLUG, WATER

pytestmark = pytest.mark.slow

START_US = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
DAYS = 30
CADENCE_S = 60
METERS = {
    "main": "main",
    "living_ac": "living",
    "outdoor_unit": "upstairs",
    "kids_heater": "kids",
    "water_heater": "water",
}
ZONES = {"living": "living", "kids": "kids"}
NEEDED = {"energy", "energy_returned", "power", "mode", "action", "compressor_freq"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    homes = data / "config" / "homes"
    homes.mkdir(parents=True)
    (homes / "demo.toml").write_bytes((config.shipped_dir() / "homes" / "demo.toml").read_bytes())
    return config.load(data_dir=data, environ={})


def live_a_month(settings, *, faults):
    """Return what the meters truly counted [kWh], the faults, and the intervals of all that was heard."""
    state, decoder = simulate.new(7, START_US, faults=faults), Decoder(settings.devices)
    end_us = START_US + DAYS * 86_400 * 1_000_000
    heard, went_wrong, resting_kwh = {}, set(), 0.0
    for truth, wires in simulate.replay(state, end_us, CADENCE_S):
        went_wrong |= set(truth.faults)
        rests = np.isnan(truth.cop["upstairs"])
        resting_kwh += truth.power_w["upstairs"][rests].sum() * CADENCE_S / 3.6e6
        for wire in wires:
            decoded = decoder.decode(
                wire.topic, wire.payload, retain=wire.retain, received_us=wire.time_us, home=simulate.HOME
            )
            for reading in decoded.readings:
                if reading.quantity in NEEDED:
                    heard.setdefault((reading.key, reading.reset), []).append(reading)
    span = {"start_s": START_US // 1_000_000, "end_s": end_us // 1_000_000}
    blocks = [energy.intervals(_columns(key, reset, found), **span) for (key, reset), found in heard.items()]
    true_kwh = state.kwh | {"upstairs running": state.kwh["upstairs"] - resting_kwh}
    return true_kwh, sorted(went_wrong), blocks, account(settings.homes["demo"], blocks, **span)


def _columns(key, reset, readings):
    """Return a series' readings as columns, one per instant: a repeat within one changes nothing."""
    by_time = {reading.time_us: reading for reading in readings}
    rows = [by_time[time_us] for time_us in sorted(by_time)]
    times = np.array([row.time_us for row in rows], dtype=np.int64)
    flags = np.array([row.flags for row in rows], dtype=np.int64)
    if QUANTITIES[key.quantity].kind == "state":
        return States(key, times, [str(row.value) for row in rows], flags)
    values = np.array([row.value for row in rows], dtype=np.float64)
    return Samples(key, QUANTITIES[key.quantity].kind, reset, times, values, flags)


@pytest.fixture(scope="module")
def quiet(settings):
    return live_a_month(settings, faults=False)


@pytest.fixture(scope="module")
def troubled(settings):
    return live_a_month(settings, faults=True)


@pytest.mark.parametrize(("meter", "circuit"), METERS.items())
def test_each_meter_is_within_half_a_percent_of_the_truth(quiet, meter, circuit):
    true_kwh, _, _, accounted = quiet
    assert accounted.meters[meter].sum() == pytest.approx(true_kwh[circuit], rel=0.005)


@pytest.mark.parametrize(("zone", "circuit"), ZONES.items())
def test_each_zone_with_a_meter_of_its_own_is_too(quiet, zone, circuit):
    true_kwh, _, _, accounted = quiet
    assert accounted.zones[zone].sum() == pytest.approx(true_kwh[circuit], rel=0.005)


def test_the_two_heads_together_are_their_outdoor_unit_while_it_runs(quiet):
    true_kwh, _, _, accounted = quiet
    both = sum(accounted.zones[zone].sum() for zone in ("bedroom", "study"))
    assert both == pytest.approx(true_kwh["upstairs running"], rel=0.005)


def test_what_no_meter_sees_is_what_the_base_load_and_the_water_heater_took(quiet):
    true_kwh, _, _, accounted = quiet
    unseen = true_kwh["base"] + true_kwh["water"]
    assert accounted.home["unallocated"].sum() == pytest.approx(unseen, rel=0.01)


@pytest.mark.parametrize(("meter", "circuit"), METERS.items())
def test_with_faults_each_total_is_within_one_percent(troubled, meter, circuit):
    true_kwh, _, _, accounted = troubled
    assert accounted.meters[meter].sum() == pytest.approx(true_kwh[circuit], rel=0.01)


def test_every_gap_and_every_reboot_is_flagged(troubled):
    _, went_wrong, blocks, _ = troubled
    flagged = {
        (block.key.device, flag): set(block.start_s[(block.flags & flag) != 0].tolist())
        for block in blocks
        if block.key.quantity == "energy"
        for flag in (Flag.GAP, Flag.RESET)
    }
    gaps = [fault for fault in went_wrong if fault.kind == "gap"]
    boots = [fault for fault in went_wrong if fault.kind == "reboot"]
    assert len(gaps) == len(boots) == -(-DAYS * 24 // 25)  # one each in 25 hours
    for gap in gaps:
        silent = range(gap.start_us // 1_000_000, gap.end_us // 1_000_000, 300)
        assert set(silent) <= flagged[PLUG.name, Flag.GAP]
    for boot in boots[1:]:  # at the first nothing had been counted yet
        assert boot.start_us // 1_000_000 // 300 * 300 in flagged[WATER.name, Flag.RESET]


def test_the_stale_power_is_never_integrated(troubled):
    _, _, blocks, _ = troubled
    power = next(b for b in blocks if b.key.device == WATER.name and b.key.quantity == "power")
    counter = next(b for b in blocks if b.key.device == WATER.name and b.key.quantity == "energy")
    assert np.nansum(power.energy) == pytest.approx(np.nansum(counter.energy), rel=0.01)
