"""A machine at its most in ordinary days is held against its map; one that is too large, against the home's load."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from heatledger.commissioning.checks import examine
from heatledger.commissioning.full_load import CHECKS as FULL
from heatledger.commissioning.sizing import CHECKS as SIZING
from heatledger.heat.balance import House
from heatledger.home import AirFlow
from ingest import simulate
from ingest.simulate import history
from tests.commissioning import weeks
from tests.commissioning.probes import HEAD, M3_S, own_home, probed

PLUG = "living room/AC plug"
WEEK = 7


@pytest.fixture(scope="module")
def january():
    blocks, start = weeks.winter()
    first = int(start.timestamp()) - weeks.DAY_S
    truth = simulate.advance(simulate.new(7, first * 10**6), (first + weeks.DAY_S * 8) * 10**6, 300)
    return blocks, start, truth


def drawn(factor):
    """The living room's unit drawing a share of what it draws while it runs."""
    return lambda block: (
        weeks.scaled(block.key.quantity, PLUG, factor)(block) if block.key.quantity in ("power", "energy") else block
    )


def said(seen, check, at):
    (one,) = (one for one in examine(seen, (*FULL, *SIZING)) if one.check == check and one.at == at)
    return one


LIVING, UPSTAIRS = "Mini-split, living room", "Multi-split, bedroom and study"
# what of its power the meter tells, though its rooms are short → what is said
DRAWN = {
    "all of it": (1.0, "pass", ""),
    "a little less": (0.85, "pass", ""),  # the map's own interval is ±20 %
    "one of two legs": (0.5, "warn", "about half"),
    "a third lost with the refrigerant": (0.67, "warn", "quiet or eco mode"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_power_is_held_against_the_map_only_when_all_of_it_is_asked_for(january, name):
    factor, result, mend = DRAWN[name]
    blocks, start, _ = january
    one = said(weeks.evidence(blocks, start, change=drawn(factor)), "unit.below_map", LIVING)
    assert (one.result, one.mend[: len(mend)]) == (result, mend), one.evidence
    assert one.value == pytest.approx(98.5 * factor, abs=1.5)  # its map is the simulator's own unit, rounded


def test_a_unit_that_never_had_to_give_its_most_is_not_tested(january):
    blocks, start, _ = january
    one = said(weeks.evidence(blocks, start), "unit.below_map", UPSTAIRS)
    assert (one.result, one.value) == ("not_testable", None)
    assert "guided test run" in one.mend


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (("Living room", "setpoint"), "temperature or set-point"),
        (("station", "outdoor_temp"), "far from their set-points for 0.0 h"),
    ],
)
def test_without_the_room_or_the_weather_nothing_is_said_of_its_power(january, lost, why):
    blocks, start, _ = january
    kept = [b for b in blocks if not (lost[0] in b.key.device and b.key.quantity == lost[1])]
    kept = [b for b in kept if lost[1] != "outdoor_temp" or b.key.quantity != "outdoor_temp"]
    for check in ("unit.below_map", "unit.capacity"):
        one = said(weeks.evidence(kept, start), check, LIVING)
        assert (one.result, why in one.evidence) == ("not_testable", True), one.evidence


def test_a_quiet_mode_in_a_room_that_is_warm_enough_is_no_fault(january):
    """Half the power, and a room at its set-point: nothing asked for more."""
    blocks, start, _ = january

    def warm(block):
        if (block.key.device, block.key.quantity) == (HEAD, "setpoint"):
            return block._replace(last=block.last - 6.0, mean=block.mean - 6.0)
        return drawn(0.5)(block)

    assert said(weeks.evidence(blocks, start, change=warm), "unit.below_map", LIVING).result == "not_testable"


# what of its heat the air carries, at full power → what is said; a probe with measured airflow is known to ±12 %
MOVED = {"all of it": (1.0, "pass"), "nine tenths": (0.9, "pass"), "half, as with a coil full of dust": (0.5, "warn")}


@pytest.mark.parametrize("name", MOVED)
def test_measured_heat_is_held_against_the_map_at_the_top_of_its_power(january, name):
    factor, result = MOVED[name]
    blocks, start, truth = january
    air = AirFlow(steps={"auto": M3_S * factor}, calibrated=True)
    pump = msgspec.structs.replace(own_home().heat_pumps[0], air_flow=air)
    home = msgspec.structs.replace(own_home(), heat_pumps=(pump,))
    one = said(weeks.evidence(probed(blocks, truth), start, home=home), "unit.capacity", LIVING)
    assert one.result == result, one.evidence
    week = slice(288, 288 * 8)
    most = np.percentile(truth.heat_w[week, 0], 98)  # what the simulated unit truly gave at its most
    assert one.value == pytest.approx(factor * most, rel=0.1)


def test_heat_that_nobody_measures_is_not_tested_by_the_map_that_it_would_be_read_from(january):
    blocks, start, _ = january
    one = said(weeks.evidence(blocks, start), "unit.capacity", LIVING)
    assert (one.result, one.mend[:12]) == ("not_testable", "a heat meter")


def told(start, mode, asked):
    """Two days of the simulated home, from the moment at which its remotes are set otherwise than its people do."""
    begins_us = int(start.timestamp()) * 10**6
    state = simulate.new(7, begins_us - weeks.DAY_S * 10**6)
    simulate.advance(state, begins_us, 300)
    state.orders.setpoint_c.update(asked)
    state.orders.mode.update(dict.fromkeys(asked, mode))
    return list(history.intervals(simulate.advance(state, begins_us + 2 * weeks.DAY_S * 10**6, 300), home="demo"))


# what the remotes are set to, when → the machine that then has to give its most
ASKED = {
    "July, 16 °C in the living room": (datetime(2026, 7, 12, 18, tzinfo=UTC), "cool", {"living": 16.0}, LIVING, PLUG),
    "January, 31 °C upstairs": (
        datetime(2026, 1, 12, 6, tzinfo=UTC),
        "heat",
        {"bedroom": 31.0, "study": 31.0},
        UPSTAIRS,
        "garden/outdoor unit",
    ),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(("factor", "result"), [(1.0, "pass"), (0.5, "warn")])
def test_a_set_point_that_is_never_reached_makes_a_machine_show_its_most(name, factor, result):
    start, mode, asked, at, device = ASKED[name]

    def change(block):
        scales = block.key.device == device and block.key.quantity in ("power", "energy")
        return weeks.scaled(block.key.quantity, device, factor)(block) if scales else block

    one = said(weeks.evidence(told(start, mode, asked), start, days=2, change=change), "unit.below_map", at)
    assert one.result == result, one.evidence


def house(loss_w_k):
    return House(np.array([loss_w_k * 24 / 1000, 5.0, 2.0]), np.diag([0.01, 0.1, 0.1]), 3.0, lasting=0.05, days=60)


@pytest.fixture(scope="module")
def seasons():
    """Days of a January and of an April week of the simulated home."""
    found = {}
    for month in (1, 4):
        start = datetime(2026, month, 12, 6, tzinfo=UTC)
        found[month] = weeks.evidence(weeks.blocks(7, start), start)
    return found


# heat loss, months of the past → what is said of the living room's unit, which gives 850 W at its least
SIZES = {
    "a house that asks for more": (150.0, (1, 4), "pass"),  # the simulated house loses 62 + 33 + 29 + 26 W/K
    "a house that asks for half": (80.0, (1, 4), "warn"),
    "cold weeks alone are no pass": (150.0, (1,), "not_testable"),
    "mild weeks alone are no fault": (150.0, (4,), "not_testable"),
    "a house that asks for half, in the cold alone": (80.0, (1,), "warn"),
    "within the interval of its heat loss it may be right": (100.0, (1,), "not_testable"),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_unit_is_too_large_by_the_hours_in_which_the_home_asks_for_less_than_its_least(seasons, name):
    loss, months, result = SIZES[name]
    past = {}
    for month in months:
        for twice in (0, 1):  # two like weeks: three hundred hours and more that ask for heat
            for day, row in enumerate(seasons[month].days):
                past[datetime(2025, month, 1 + day + 10 * twice, tzinfo=UTC).date()] = row
    one = said(seasons[1]._replace(house=house(loss), past=past), "unit.least_output", LIVING)
    assert one.result == result, one.evidence


def test_without_the_heat_loss_or_the_least_output_size_by_load_is_not_tested(seasons):
    seen = seasons[1]
    assert [one.result for one in examine(seen, SIZING)] == ["not_testable"]
    rows = {name: msgspec.structs.replace(system, heating=tuple(p for p in system.heating if p.level != "min"))
            for name, system in seen.systems.items()}  # fmt: skip
    known = seen._replace(house=house(150.0), systems=rows)
    assert said(known, "unit.least_output", LIVING).result == "not_testable"
