"""The uncertainty budget: what it promises of a sensor is what the ladder then says, once a simulated home has it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from heatledger.commissioning.budget import budget
from heatledger.commissioning.narrowing import COSTS, SENSORS
from heatledger.home import AirFlow, Home
from ingest import simulate
from tests.commissioning import weeks, wet
from tests.commissioning.probes import HEAD, M3_S, own_home, probed


@pytest.fixture(scope="module")
def january():
    """A simulated January week with the heat that its living room truly got. [kWh]."""
    blocks, start = weeks.winter()
    first = int(start.timestamp()) - weeks.DAY_S
    truth = simulate.advance(simulate.new(7, first * 10**6), (first + weeks.DAY_S * 8) * 10**6, 300)
    return blocks, start, truth


def doubt(seen, pump="living"):
    return next(one for one in budget(seen) if one.heat_pump == pump)


def offered(seen, sensor, pump="living"):
    return next((one for one in doubt(seen, pump).options if one.sensor == sensor), None)


def test_a_supply_air_probe_gives_the_simulated_home_the_interval_that_was_promised_and_the_truth_lies_in_it(january):
    blocks, start, truth = january
    promised = offered(weeks.evidence(blocks, start, home=own_home()), "air")
    air = AirFlow(steps={"auto": M3_S}, calibrated=True)
    fitted = msgspec.structs.replace(own_home().heat_pumps[0], air_flow=air)
    home = msgspec.structs.replace(own_home(), heat_pumps=(fitted,))
    found = weeks.evidence(probed(blocks, truth), start, home=home).summary.heat_pumps["living"].cop
    assert (found.rung, promised.rung) == ("B", "B")
    assert found.high / found.value - 1 == pytest.approx(promised.half_width, rel=0.05)
    week = slice(288, 288 * 8)
    true_cop = truth.heat_w[week, 0].sum() / truth.power_w["living"][week].sum()
    assert found.low < true_cop < found.high
    assert doubt(weeks.evidence(probed(blocks, truth), start, home=home)).cop == pytest.approx(true_cop, rel=0.05)


def test_with_a_probe_only_the_measured_airflow_is_left_to_offer(january):
    blocks, start, truth = january
    catalogue = msgspec.structs.replace(own_home().heat_pumps[0], air_flow=AirFlow(steps={"auto": M3_S}), unit=None)
    seen = weeks.evidence(
        probed(blocks, truth), start, home=msgspec.structs.replace(own_home(), heat_pumps=(catalogue,))
    )
    one = doubt(seen)
    assert one.rung == "E"
    assert offered(seen, "airflow").half_width == pytest.approx(0.15, abs=0.01)  # heatledger/heat/air_side.py
    assert offered(seen, "catalogue") is None


def test_a_heat_meter_gives_a_water_home_the_interval_that_was_promised():
    bare = msgspec.structs.replace(wet.HOME.heat_pumps[0], heat_meter=None)
    without = wet.series({("unit", "heat_energy"): None, ("unit", "flow"): None})
    seen = weeks.evidence(without, wet.START, home=msgspec.structs.replace(wet.HOME, heat_pumps=(bare,)))
    promised, now = offered(seen, "heat_meter", "pump"), doubt(seen, "pump")
    assert now.rung == "E"  # a share of Carnot's COP, by the temperature of its flow
    fitted = weeks.evidence(wet.series(), wet.START, home=wet.HOME).summary.heat_pumps["pump"].cop
    assert fitted.high / fitted.value - 1 == pytest.approx(promised.half_width, rel=0.02)
    assert promised.high - promised.low < now.high - now.low
    assert (promised.best, promised.cost) == (True, "under_1000")


def test_a_meter_that_was_checked_is_promised_what_it_then_has():
    promised = offered(weeks.evidence(wet.series(), wet.START, home=wet.HOME), "verified", "pump")
    meter = msgspec.structs.replace(wet.HOME.heat_pumps[0].heat_meter, verified=True)
    pump = msgspec.structs.replace(wet.HOME.heat_pumps[0], heat_meter=meter)
    home = msgspec.structs.replace(wet.HOME, heat_pumps=(pump,))
    seen = weeks.evidence(wet.series(), wet.START, home=home)
    found = seen.summary.heat_pumps["pump"].cop
    assert found.high / found.value - 1 == pytest.approx(promised.half_width, rel=0.02)
    assert offered(seen, "verified", "pump") is None


@pytest.mark.parametrize("unit", [None, "cold_climate_mini_split"])
def test_a_map_is_promised_what_it_then_has(january, unit):
    blocks, start, _ = january
    pump = msgspec.structs.replace(own_home().heat_pumps[0], unit=unit, rated_w=5000.0)
    seen = weeks.evidence(blocks, start, home=msgspec.structs.replace(own_home(), heat_pumps=(pump,)))
    promised = offered(seen, "table")
    theirs = weeks.evidence(blocks, start, home=own_home()).summary.heat_pumps["living"].cop
    assert theirs.rung == "D"
    assert theirs.high / theirs.value - 1 == pytest.approx(promised.half_width, rel=0.05)
    assert (promised.cost, promised.narrows) == ("free", True)
    assert (promised.low is None) == (unit is None)  # nothing known now: a width, and no interval about nothing


def test_a_head_that_tells_its_mode_is_promised_what_a_home_that_hears_it_has(january):
    blocks, start, _ = january

    def lost(block):
        """What the head does, for the last third of the week not heard."""
        if block.key.device != HEAD or block.key.quantity not in ("mode", "action", "compressor_freq"):
            return block
        kept = len(block.start_s) * 7 // 10
        rows = {name: getattr(block, name) for name in block._fields if name != "key"}
        return block._replace(**{name: None if row is None else row[:kept] for name, row in rows.items()})

    seen = weeks.evidence(blocks, start, home=own_home(), change=lost)
    promised, now = offered(seen, "mode"), doubt(seen)
    heard = weeks.evidence(blocks, start, home=own_home()).summary.heat_pumps["living"].cop
    assert now.high / now.cop - 1 > promised.half_width + 0.05, "a gap widens what is known"
    assert heard.high / heard.value - 1 == pytest.approx(promised.half_width, rel=0.02)
    assert promised.narrows


def test_what_nobody_can_say_is_not_known_and_says_why(january):
    blocks, start, _ = january
    pump = own_home().heat_pumps[0]
    gone = msgspec.structs.replace(own_home().meters[1], points=("gone",))
    home = msgspec.structs.replace(own_home(), meters=(own_home().meters[0], gone), heat_pumps=(pump,))
    seen = weeks.evidence(blocks, start, home=home)
    for one in doubt(seen).options:
        assert one.half_width is None
        assert one.reason
    assert doubt(seen).cop is None
    assert offered(seen, "power") is not None
    blind = weeks.evidence(
        [b for b in blocks if b.key.quantity != "outdoor_temp" and "station" not in b.key.device],
        start,
        home=own_home(),
    )
    assert offered(blind, "outdoor").half_width == pytest.approx(0.20, abs=0.01)  # the map's, heat/delivered.py
    loan = offered(weeks.evidence(blocks, start, home=own_home()), "loan")
    assert (loan.half_width, loan.narrows) == (None, None)


def test_what_narrows_most_is_first_and_each_class_of_price_has_one_best(january):
    blocks, start, _ = january
    pump = msgspec.structs.replace(own_home().heat_pumps[0], unit=None)
    found = doubt(weeks.evidence(blocks, start, home=msgspec.structs.replace(own_home(), heat_pumps=(pump,)))).options
    widths = [one.half_width for one in found if one.narrows]
    assert widths == sorted(widths)
    best = [one.cost for one in found if one.best]
    assert len(best) == len(set(best)) == len({one.cost for one in found if one.narrows})
    assert not any(one.best for one in found if not one.narrows)


def test_a_home_without_heat_pumps_has_nothing_to_narrow():
    start = datetime(2026, 1, 12, tzinfo=UTC)
    home = Home(id="empty", name="Empty", timezone="UTC", currency="EUR")
    assert budget(weeks.evidence([], start, home=home)) == ()


def test_every_price_has_a_source_and_a_class():
    for sensor in SENSORS.values():
        assert sensor.source
        for count in (1, 4):
            assert sensor.each * count + sensor.once <= COSTS[sensor.cost(count)][0]
