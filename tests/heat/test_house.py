"""Rung F in a home's own books: anchored by a meter on loan, resistance heaters, a fuel bill; refused with fewer."""

from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from heatledger.anchors import Anchor
from heatledger.heat import balance, sun
from heatledger.heat.flows import HeatSum, PumpDay
from heatledger.heat.house import Dated, by_house, teach
from heatledger.heat.house_day import HouseDay
from heatledger.heat.ladder import realize
from heatledger.heat_pumps import pump_use
from heatledger.home import Home
from tests.accounts.homes import HOME

FIRST = date(2026, 1, 1)
LOSS, APERTURE, STORAGE, COP = 4.0, 4.0, 2.0, 2.6


def a_home(pumps=1, **given):
    zones = [{"id": "living", "name": "Living", "area_m2": 80.0}]
    place = {"latitude": 41.9, "longitude": -87.6}
    return msgspec.convert({**HOME, **place, "zones": zones, "heat_pumps": HOME["heat_pumps"][:pumps], **given}, Home)


def winter(count, rungs, seed=5, *, sun_heard=True):
    """Make days of a house that loses 4 kWh/(K·d), heated at COP 2.6; `rungs(day, heat)` says what was heard of it."""
    rng, rows, before = np.random.default_rng(seed), [], 0.0
    for number in range(count):
        out, shone, rise, other = rng.uniform(-12, 8), rng.uniform(0.3, 2.5), rng.normal(0, 0.3), rng.uniform(4, 9)
        house = HouseDay(indoor_c=20.0, outdoor_c=out, before_c=before, sun_kwh_m2=shone, sun_heard=sun_heard,
                         rise_k=rise, other_kwh=other)  # fmt: skip
        heat = LOSS * (20 - 0.7 * out - 0.3 * before) - APERTURE * shone + STORAGE * rise - other + rng.normal(0, 1.0)
        rows.append(Dated(FIRST + timedelta(days=number), *rungs(number, house, heat)))
        before = out
    return rows


def sums(heat, factor=1.0, width=0.2):
    return HeatSum(electricity_kwh=heat / COP, heat_kwh=heat * factor, systematic_kwh=heat * width / 1.645,
                   seconds=86_400.0)  # fmt: skip


def metered(loan, mapped=None):
    def rungs(number, house, heat):
        said = {"A": sums(heat, width=0.03)} if number < loan else {}
        if mapped:
            said["D"] = sums(heat, mapped)
        return house, {"mini": PumpDay(use={"heating": heat / COP}, heating=said)}

    return rungs


def told(home, rows, first):
    taught = teach(home, rows)
    return taught, [row["mini"] for row in by_house(home, taught.house, rows[first:])]


def test_a_meter_on_loan_for_twenty_days_makes_the_house_a_meter_for_the_rest():
    rows = winter(90, metered(20))
    taught, rest = told(a_home(), rows, 20)
    assert taught.days == 20
    found = realize(rest)
    assert (found.rung, found.method) == ("F", "heat balance of the house")
    assert found.value == pytest.approx(COP, rel=0.05)
    assert found.low < COP < found.high
    assert 0.08 < (found.high - found.low) / 2 / found.value < 0.25


def test_thirteen_days_are_too_few_and_say_so():
    rows = winter(60, metered(13))
    taught = teach(a_home(), rows)
    assert (taught.house, taught.days) == (None, 13)
    days = [row.pumps["mini"] for row in rows[13:]]
    use = pump_use(a_home().heat_pumps[0], days, 300.0, taught.maps["mini"], house_days=taught.days)
    row = next(row for row in use.ladder if row.rung == "F")
    assert (row.state, row.have, row.need) == ("gathering", 13, 14)
    assert row.reason == "13 of 14 days of known heat; fewer say nothing that holds"
    assert use.cop.value is None


def test_where_nobody_measures_the_sun_it_is_less_sure():
    def width(heard):
        rows = winter(90, metered(20), sun_heard=heard)
        found = realize(told(a_home(), rows, 20)[1])
        return (found.high - found.low) / found.value

    assert width(False) > 1.5 * width(True)


def test_resistance_heaters_alone_anchor_the_map_through_the_house():
    def rungs(number, house, heat):
        if number < 20:  # heat pump off: the heaters' electricity is the other heat
            return msgspec.structs.replace(house, other_kwh=house.other_kwh + heat), {"mini": PumpDay(use={})}
        return house, {"mini": PumpDay(use={"heating": heat / COP}, heating={"D": sums(heat, 1.2)})}

    stated = [{"kind": "resistance", "start": FIRST, "end": FIRST + timedelta(days=20)}]
    home = a_home(anchors=stated)
    rows = winter(70, rungs)
    taught, rest = told(home, rows, 20)
    learnt = taught.maps["mini"]
    assert (taught.days, learnt.by) == (20, "heat balance")
    assert learnt.factor.value == pytest.approx(1 / 1.2, abs=0.05)
    use = pump_use(home.heat_pumps[0], rest, 300.0, learnt, house_days=taught.days)
    assert (use.cop.rung, use.cop.method) == ("C", "unit map, anchored")
    assert use.cop.low < COP < use.cop.high
    # without the statement the same days are a house whose heat nobody knows
    assert teach(a_home(), rows).days == 0


def test_a_heat_pump_that_ran_is_no_resistance_day():
    stated = [{"kind": "resistance", "start": FIRST, "end": FIRST + timedelta(days=20)}]
    rows = winter(30, metered(0))
    assert teach(a_home(anchors=stated), rows).days == 0


def test_a_fuel_bill_before_the_heat_pump_anchors_the_house_as_well_as_a_bill_can():
    # 90 days at 2 °C outside, 20 °C inside: 90·4·18 kWh of loss, less sun (4 m² · 1.4 kWh/m²d) and 6 kWh/d of lights
    heat = 90 * (LOSS * 18 - APERTURE * 1.4 - 6.0)
    bill = Anchor(kind="fuel", start=date(2024, 12, 1), end=date(2025, 3, 1), heat_kwh=heat, indoor_c=20.0,
                  outdoor_c=2.0, electricity_kwh=540.0)  # fmt: skip
    home = a_home(anchors=[msgspec.to_builtins(bill)])
    taught, rest = told(home, winter(60, metered(0)), 0)
    assert taught.days == 90
    found = realize(rest)
    assert found.rung == "F"
    assert found.low < COP < found.high
    assert 0.10 < (found.high - found.low) / 2 / found.value < 0.30


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"kind": "fuel", "start": "2025-01-01", "end": "2025-02-01"},
            "needs indoor_c, outdoor_c and electricity_kwh of its time, and heat_kwh",
        ),
        ({"kind": "resistance", "start": "2025-02-01", "end": "2025-01-01"}, "end must be after start"),
    ],
)
def test_an_anchor_that_says_too_little_is_refused(given, says):
    with pytest.raises(msgspec.ValidationError, match=says):
        a_home(anchors=[given])


def test_of_two_heat_pumps_that_nobody_measures_the_balance_names_neither_without_their_maps():
    home = a_home(pumps=2, zones=HOME["zones"])

    def rungs(number, house, heat):
        said = {"A": sums(heat / 2, width=0.03)} if number < 20 else {}
        return house, {name: PumpDay(use={"heating": heat / 2 / COP}, heating=said) for name in ("mini", "multi")}

    rows = winter(60, rungs)
    taught = teach(home, rows)
    assert taught.days == 20
    rest = by_house(home, taught.house, rows[20:])
    assert all("F" not in day.heating for row in rest for day in row.values())


def test_what_another_heat_pump_is_metered_to_give_is_taken_off():
    home = a_home(pumps=2, zones=HOME["zones"])

    def rungs(number, house, heat):
        own = {"A": sums(heat * 0.4, width=0.03)}
        return house, {
            "mini": PumpDay(use={"heating": heat * 0.6 / COP}, heating={"A": sums(heat * 0.6)} if number < 20 else {}),
            "multi": PumpDay(use={"heating": heat * 0.4 / COP}, heating=own),
        }

    rows = winter(80, rungs)
    rest = by_house(home, teach(home, rows).house, rows[20:])
    found = realize([row["mini"] for row in rest])
    assert (found.rung, found.value) == ("F", pytest.approx(COP, rel=0.08))


def test_global_irradiance_is_parted_into_beam_and_sky():
    # overcast: all sky, half of which a wall sees; clear noon, 600 W/m² at 30°: kt 0.88, 16.5 % sky (Erbs 1982)
    assert float(sun.walls(np.array([50.0]), np.radians([30.0]))[0]) == pytest.approx(25.0, rel=0.05)
    beam = 600 * 0.835 / 0.5
    assert float(sun.walls(np.array([600.0]), np.radians([30.0]))[0]) == pytest.approx(
        float(balance.on_walls(np.array([beam]), np.array([99.0]), np.radians([30.0]))[0])
    )


def test_the_sun_stands_highest_at_local_noon():
    noon = 1_781_978_400.0 + 3600 * np.arange(24)  # 20 June 2026, 18:00 UTC on
    high = sun.height(noon, 41.9, -90.0)  # six hours behind
    assert int(np.argmax(high)) == 0
    assert np.degrees(high[0]) == pytest.approx(90 - 41.9 + 23.44, abs=0.3)
