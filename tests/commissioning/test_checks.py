"""Each check catches its fault and says nothing of a healthy home; what cannot be tested never passes."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from heatledger.billed import Reconciled
from heatledger.commissioning.checks import CHECKS, examine
from heatledger.commissioning.finding import WORST_FIRST
from heatledger.heat.balance import House
from heatledger.home import Design, Home, Meter
from heatledger.readings import Flag
from tests.commissioning import weeks, wet

PLUG, HEATER, LIVING = "living room/AC plug", "Kids room/panel heater", "Living room"
STATION = "ecowitt2mqtt/Garden station"
SPLIT, MULTI = "Mini-split, living room", "Multi-split, bedroom and study"
HOURS = np.arange(wet.STEPS) / 12.0


def flagged(flag):
    def change(block):
        if block.key.device != PLUG or block.key.quantity != "energy":
            return block
        flags = block.flags.copy()
        flags[500:503] |= int(flag)
        return block._replace(flags=flags)

    return change


def silent(block):
    """Nothing of the plug for an hour, its register counting on."""
    if block.key.device != PLUG or block.key.quantity not in ("power", "energy"):
        return block
    coverage = block.coverage.copy()
    coverage[500:512] = 0.0
    return block._replace(coverage=coverage)


def told(device, quantity, make):
    """One series' values made over from its own."""

    def change(block):
        if block.key.device != device or block.key.quantity != quantity:
            return block
        mean = make(block.mean if quantity != "energy" else block.energy)
        if quantity == "energy":
            return block._replace(energy=mean)
        return block._replace(
            mean=mean, min=mean - 1, max=mean + 1, last=mean, energy=mean * 300 / 3.6e6 if quantity == "power" else mean
        )

    return change


def drawn(device, make):
    """A device's power made over, its register following."""
    power = told(device, "power", make)

    def change(block):
        if block.key.device == device and block.key.quantity == "energy":
            return block._replace(energy=make(block.energy * 3.6e6 / 300) * 300 / 3.6e6)
        return power(block)

    return change


def words(device, quantity, make):
    def change(block):
        if block.key.device != device or block.key.quantity != quantity:
            return block
        return block._replace(state=make(block.state))

    return change


def less_heard(block):
    return block._replace(coverage=block.coverage * 0.9) if block.key.device == PLUG else block


def every(minutes, watts):
    """A compressor that runs every other so many minutes."""
    return lambda rows: np.where(np.arange(len(rows)) // (minutes // 5) % 2 == 0, watts, 5.0)


def demo(**changes) -> Home:
    return msgspec.structs.replace(weeks.demo_home(), **changes)


def with_meter(**fields) -> Home:
    home = weeks.demo_home()
    return demo(meters=(*home.meters, Meter(id="again", name="Again", role="circuit", parent="main", **fields)))


def fahrenheit(rows):
    return rows * 1.8 + 32


def still(rows):
    return rows * 0 + 20.5


def heated(rows):
    return np.where(rows > 80, rows + 2000.0, rows)


def cools(said):
    return ["cooling"] * len(said)


# what is wrong with the simulated home → the check that must say so, and at what
FAULTS = {
    "a clamp turned round": (weeks.scaled("power", PLUG, -1.0), "meter.sign", SPLIT),
    "watt-hours taken for kilowatt-hours": (weeks.scaled("energy", PLUG, 1000.0), "meter.scale", SPLIT),
    "watt-minutes taken for watt-hours": (weeks.scaled("energy", PLUG, 60.0), "meter.scale", SPLIT),
    "a register ten times too small": (weeks.scaled("energy", PLUG, 0.1), "meter.scale", SPLIT),
    "kilowatts taken for watts": (drawn(PLUG, lambda rows: rows * 0.001), "meter.size", SPLIT),
    "a part beyond the whole": (drawn(HEATER, lambda rows: rows * 5), "meter.parts", "Whole home"),
    "a counter that starts again": (flagged(Flag.RESET), "meter.restarts", SPLIT),
    "a counter that jumps": (flagged(Flag.REFUSED), "meter.jumps", SPLIT),
    "a meter heard nine minutes in ten": (less_heard, "meter.coverage", SPLIT),
    "a meter silent for an hour": (silent, "meter.gaps", SPLIT),
    "a thermometer in Fahrenheit": (told("Bedroom head", "temperature", fahrenheit), "sensor.plausible", "Bedroom"),
    "a thermometer that stands still": (told("Study head", "temperature", still), "sensor.stuck", "Study"),
    "an outdoor sensor in Fahrenheit": (told(STATION, "outdoor_temp", fahrenheit), "sensor.outdoor", STATION),
    "an outdoor sensor that stands still": (told(STATION, "outdoor_temp", still), "sensor.outdoor", STATION),
    "a base-pan heater always on": (drawn(PLUG, lambda rows: rows + 40), "unit.standby", SPLIT),
    "a compressor that starts every ten minutes": (drawn(PLUG, every(5, 1200.0)), "unit.cycling", SPLIT),
    "a unit that only runs full": (
        drawn(PLUG, lambda rows: np.where(rows > 80, 1700.0, rows)),
        "unit.modulation",
        SPLIT,
    ),
    "one of two legs of its circuit": (drawn(PLUG, lambda rows: rows * 0.5), "unit.below_map", SPLIT),
    "a heater on the unit's circuit": (drawn(PLUG, heated), "unit.beyond_map", SPLIT),
    "a unit on and off within the hour": (drawn(PLUG, every(20, 1200.0)), "unit.oversized", SPLIT),
    "a room that never gets there": (
        told("Bedroom head", "setpoint", lambda rows: rows + 4),
        "room.reached",
        "Bedroom",
    ),
    "a room that gets too warm": (
        told("Bedroom head", "temperature", lambda rows: rows + 4),
        "room.overshot",
        "Bedroom",
    ),
    "a machine that cools while another heats": (
        words(LIVING, "mode", lambda told: ["cool"] * len(told)),
        "home.against",
        "",
    ),
    "a head that cools while the other heats": (words("Bedroom head", "action", cools), "unit.fighting", MULTI),
}


@pytest.fixture(scope="module")
def healthy():
    return weeks.winter()


def wrong(found):
    return {(one.check, one.at) for one in found if one.result in ("fail", "warn")}


def test_a_healthy_winter_week_has_nothing_wrong(healthy):
    found = examine(weeks.evidence(*healthy))
    assert wrong(found) == set()
    assert [one.result for one in found] == sorted((one.result for one in found), key=WORST_FIRST.index)
    assert all(one.mend for one in found if one.result != "pass")
    assert not any(one.mend for one in found if one.result == "pass")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_simulated_home_is_found_by_name(healthy, name):
    change, check, at = FAULTS[name]
    found = wrong(examine(weeks.evidence(*healthy, change=change)))
    assert (check, at) in found, found


def later(value, seconds):
    return msgspec.structs.replace(value, time_us=value.time_us + seconds * 10**6)


HEARD = {
    "silent for a day": (lambda value: later(value, -86_400), "device.heard"),
    "speaks every quarter of an hour": (
        lambda value: msgspec.structs.replace(value, gap_s=9e3, gap_s2=8.1e6),
        "device.rhythm",
    ),
    "kept by the broker": (lambda value: msgspec.structs.replace(value, flags=int(Flag.RETAINED)), "device.fresh"),
    "an hour ahead": (lambda value: later(value, 3600), "device.clock"),
    "a clock at 1970": (
        lambda value: msgspec.structs.replace(value, lost_us=value.time_us),
        "device.clock_lost",
    ),
}


@pytest.mark.parametrize("name", HEARD)
def test_a_device_that_is_not_heard_as_it_should_is_named(healthy, name):
    change, check = HEARD[name]
    blocks, start = healthy
    latest = weeks.newest(blocks, int(start.timestamp()) + 7 * weeks.DAY_S)
    latest = {key: change(value) if key.device == PLUG else value for key, value in latest.items()}
    assert (check, PLUG) in wrong(examine(weeks.evidence(blocks, start, latest=latest)))


def test_a_device_that_was_never_heard_is_named(healthy):
    blocks, start = healthy
    found = examine(weeks.evidence(blocks, start, home=with_meter(points=("nobody/knows",))))
    said = next(one for one in found if one.check == "device.heard")
    assert (said.result, said.at, said.evidence) == ("fail", "nobody/knows", "was never heard")


@pytest.mark.parametrize("reports_all", [True, False])
def test_a_head_that_reports_its_whole_outdoor_unit_is_known(healthy, reports_all):
    blocks, start = healthy
    unit = next(b for b in blocks if b.key.device == "garden/outdoor unit" and b.key.quantity == "energy")
    fan = 0.025 / 12
    head = unit._replace(
        key=unit.key._replace(device="bedroom's own", channel=""),
        energy=unit.energy + fan if reports_all else np.full(len(unit.energy), fan),
    )
    home = weeks.demo_home()
    above = next(meter.id for meter in home.meters if meter.role == "outdoor_unit")
    mine = Meter(id="own", name="Own", role="head", parent=above, points=("bedroom's own",))
    seen = weeks.evidence([*blocks, head], start, home=demo(meters=(*home.meters, mine)))
    assert (("meter.leader_head", "Own") in wrong(examine(seen))) is reports_all


def test_a_circuit_named_twice_is_counted_twice_and_said_so(healthy):
    assert ("meter.twice", "Again") in wrong(examine(weeks.evidence(*healthy, home=with_meter(points=(PLUG,)))))


@pytest.mark.parametrize(("warmth", "good"), [(4.0, False), (0.0, True)])
def test_a_thermometer_in_a_loaded_relay_is_known_by_its_warmth(warmth, good):
    on = (np.arange(wet.STEPS) % 36) < 18
    since = np.arange(wet.STEPS) % 36
    room = 20.5 + warmth * np.where(on, np.minimum(since / 6, 1), np.maximum(1 - (since - 18) / 6, 0))
    changed = {("hall", "temperature"): room, ("hall", "power"): np.where(on, 900.0, 1.0)}
    found = examine(weeks.evidence(wet.series(changed), wet.START, home=wet.HOME))
    assert (("sensor.warmed", "Hall") in wrong(found)) is not good


@pytest.mark.parametrize(("sun", "good"), [(8.0, False), (1.0, True)])
def test_an_outdoor_sensor_in_the_sun_is_known_by_its_noon(sun, good):
    noon = np.maximum(np.cos((HOURS % 24 - 13) / 24 * 2 * np.pi) - 0.7, 0) / 0.3
    changed = {("station", "outdoor_temp"): wet.OUTDOOR + sun * noon, ("unit", "outdoor_temp"): wet.OUTDOOR + 1.0}
    found = examine(weeks.evidence(wet.series(changed), wet.START, home=wet.HOME))
    said = next(one for one in found if one.check == "sensor.sun")
    assert (said.result == "pass", said.at) == (good, "station")


def test_a_healthy_hydronic_week_has_nothing_wrong():
    for home in (wet.HOME, wet.ground()):
        found = examine(weeks.evidence(wet.series(), wet.START, home=home))
        assert wrong(found) == {("home.tariff", "")}


RISING = np.where(wet.RUNS, 38.0 + 0.3 * wet.OUTDOOR, 25.0)
REGISTER = wet.POWER * 300 / 3.6e6
BACKUP = np.where(wet.OUTDOOR > 4, 0.1, 0.0)
FROST = ["defrosting" if n % 2 else "heating" for n in range(wet.STEPS)]
LONG_FROST = ["defrosting" if n % 36 < 5 else "heating" for n in range(wet.STEPS)]
HALF = np.where(wet.RUNS & (wet.OUTDOOR > 0), 900.0, wet.POWER)
HELP = np.where(HALF == 900.0, 0.05, 0.0)  # it helps while the heat pump runs at less than half of its most
# what is wrong with the hydronic home → the check that must say so
WET_FAULTS = {
    "no flow": ({("unit", "flow"): np.zeros(wet.STEPS)}, "water.flow"),
    "a spread too wide": ({("unit", "return_temp"): wet.FLOW_TEMP - 15}, "water.spread"),
    "thermometers swapped": ({("unit", "return_temp"): wet.FLOW_TEMP + 5}, "water.spread"),
    "flow that rises with the weather": (
        {("unit", "flow_temp"): RISING, ("unit", "return_temp"): RISING - 5}, "water.compensation"
    ),
    "a ground that freezes": ({("ground", "temperature"): np.full(wet.STEPS, -9.0)}, "water.brine"),
    "lukewarm water": ({("unit", "dhw_temp"): np.full(wet.STEPS, 38.0)}, "water.hot"),
    "no legionella run": ({("unit", "dhw_temp"): np.full(wet.STEPS, 50.0)}, "water.legionella"),
    "a COP of one and a half": ({("unit", "heat_energy"): 1.5 * REGISTER}, "unit.cop"),
    "a COP of seven": ({("unit", "heat_energy"): 7 * REGISTER}, "unit.cop"),
    "back-up heat in mild weather": (
        {("heater", "energy"): BACKUP, ("unit", "energy"): REGISTER + BACKUP}, "unit.backup"
    ),
    "a defrost every ten minutes": ({("unit", "action"): FROST}, "unit.defrost"),
    "defrosts of half an hour": ({("unit", "action"): LONG_FROST}, "unit.defrost_length"),
    "back-up heat beside a heat pump held down": (
        {("heater", "energy"): HELP, ("unit", "power"): HALF + HELP * 12_000,
         ("unit", "energy"): HALF * 300 / 3.6e6 + HELP}, "unit.backup_overlap"
    ),
    "a loop that hardly flows": ({("ground back", "temperature"): np.full(wet.STEPS, -5.0)}, "water.brine_spread"),
    "flow counted half as much again": ({("unit", "flow"): wet.FLOW * 1.5}, "water.heat"),
}  # fmt: skip


@pytest.mark.parametrize("name", WET_FAULTS)
def test_a_fault_of_the_hydronic_home_is_found_by_name(name):
    changed, check = WET_FAULTS[name]
    home = wet.ground() if check.startswith("water.brine") else wet.HOME
    assert check in {one for one, _ in wrong(examine(weeks.evidence(wet.series(changed), wet.START, home=home)))}


@pytest.mark.parametrize(("at_night", "good"), [(60.0, False), (0.0, True)])
def test_a_pan_heater_that_is_on_in_dry_weather_is_known_by_the_rest(at_night, good):
    warm = wet.OUTDOOR + 10
    rest = np.where(wet.RUNS, 2000.0 - 60.0 * wet.OUTDOOR, 12.0 + at_night * (HOURS % 24 < 12))
    changed = {("station", "outdoor_temp"): warm, ("unit", "power"): rest, ("unit", "energy"): rest * 300 / 3.6e6}
    found = wrong(examine(weeks.evidence(wet.series(changed), wet.START, home=wet.HOME)))
    assert (("unit.pan_heater", "Heat pump") in found) is not good


@pytest.mark.parametrize(("supplied", "good"), [(4.0, False), (14.0, True)])
def test_supplied_air_that_is_hardly_warmer_than_the_room_is_said(healthy, supplied, good):
    blocks, start = healthy
    room = next(b for b in blocks if b.key.device == "Living room" and b.key.quantity == "temperature")
    air = room._replace(key=room.key._replace(quantity="supply_temp"), mean=room.mean + supplied)
    found = [one for one in examine(weeks.evidence([*blocks, air], start)) if one.check == "room.supply"]
    assert [(one.at, one.result) for one in found] == [("Living room", "pass" if good else "warn")]


def house(loss_w_k, gain_m2=5.0):
    return House(np.array([loss_w_k * 24 / 1000, gain_m2, 2.0]), np.diag([0.01, 0.1, 0.1]), 3.0, lasting=0.05, days=60)


@pytest.mark.parametrize(
    ("loss_w_k", "gain_m2", "design", "wrongs"),
    [
        (200.0, 5.0, Design(outdoor_c=-15, heat_loss_w=8000), set()),
        (400.0, 5.0, Design(outdoor_c=-15, heat_loss_w=8000), {"home.heat_loss", "home.margin"}),
        (2000.0, 0.0, None, {"home.balance"}),
    ],
)
def test_the_house_is_judged_against_its_design(healthy, loss_w_k, gain_m2, design, wrongs):
    seen = weeks.evidence(*healthy, home=demo(design=design))._replace(house=house(loss_w_k, gain_m2))
    found = {check for check, _ in wrong(examine(seen)) if check.startswith("home.")}
    assert found == wrongs


@pytest.mark.parametrize(("difference", "good"), [("0.00", True), ("3.20", False)])
def test_our_bill_is_judged_against_the_utilitys(healthy, difference, good):
    seen = weeks.evidence(*healthy)
    utility = Reconciled(total="100.00", difference=difference, likely="")
    bill = msgspec.structs.replace(seen.summary.bill, utility=utility)
    seen = seen._replace(summary=msgspec.structs.replace(seen.summary, bill=bill))
    assert (("home.utility", "") in wrong(examine(seen))) is not good


def test_a_home_without_a_tariff_is_said_to_have_none(healthy):
    assert ("home.tariff", "") in wrong(examine(weeks.evidence(*healthy, home=demo(tariff=None))))


def test_flow_of_unstated_glycol_is_not_testable_and_says_what_to_state():
    found = examine(weeks.evidence(wet.series(), wet.START, home=wet.HOME))
    said = next(one for one in found if one.check == "water.glycol")
    assert said.result == "not_testable"
    assert said.mend.startswith("glycol.kind")


@pytest.mark.parametrize("meters", [(), (Meter(id="main", role="import", points=("plug",)),)])
def test_an_empty_home_and_one_with_a_plug_pass_nothing_that_was_not_tested(meters):
    home = Home(id="bare", name="Bare", timezone="UTC", currency="EUR", meters=meters)
    found = examine(weeks.evidence([], datetime(2026, 1, 12, tzinfo=UTC), home=home, latest={}))
    assert found
    assert not [one for one in found if one.result == "pass"]
    assert all(one.mend for one in found)


def test_each_check_has_a_question_a_rule_a_source_and_a_mend_of_its_own():
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert all((check.question.endswith("?"), check.rule, check.source, check.mend, check.needs)), check.id


def test_every_check_is_shown_a_fault():
    named = {row[1] for table in (FAULTS, HEARD, WET_FAULTS) for row in table.values()}
    alone = {
        "meter.twice", "meter.leader_head", "meter.phase", "meter.power_factor", "unit.fading", "water.frost",
        "sensor.warmed", "sensor.sun", "unit.pan_heater", "room.supply", "home.heat_loss", "home.margin",
        "home.balance", "home.utility", "home.tariff", "unit.capacity", "unit.least_output", "water.glycol",
    }  # fmt: skip
    assert named | alone == {check.id for check in CHECKS}
