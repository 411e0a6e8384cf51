from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.hearing import LiveValue, follow, limit_s, sources
from heatledger.home import Home
from heatledger.live import now
from heatledger.readings import Flag
from tests.dashboard.house import AT_US, HOUSE, RATE, key, latest, spoken


def at(changes=None, *, home=HOUSE, rate=RATE, credit=None):
    return now(home, latest(**(changes or {})), rate=rate, credit=credit, at_us=AT_US)


def test_total_is_what_the_clamps_sum_to_and_its_cost_the_marginal_rate():
    seen = at()
    assert seen.total.watts == pytest.approx(2838.5)
    assert seen.total.cost == Decimal("2838.5") * RATE / 1000
    assert seen.heat_pumps.watts == pytest.approx(963.5 + 494.8)
    assert seen.rest.watts == pytest.approx(2838.5 - 963.5 - 494.8)
    assert {seen.total.bound, seen.heat_pumps.bound, seen.rest.bound} == {"exact"}


def test_the_only_running_head_has_the_outdoor_unit_to_itself():
    seen = at()
    by_id = {zone.id: zone for zone in seen.zones}
    assert by_id["bedroom"].part.watts == pytest.approx(494.8)
    assert by_id["study"].part.watts is None
    assert seen.groups == ()


def test_two_running_heads_share_the_outdoor_unit_counted_once():
    seen = at({"desk_action": spoken("heating")})
    by_id = {zone.id: zone for zone in seen.zones}
    assert [(group.id, group.zones, group.part.watts) for group in seen.groups] == [
        ("duo", ("bedroom", "study"), 494.8)
    ]
    assert by_id["bedroom"].group == by_id["study"].group == "duo"
    assert by_id["bedroom"].part.watts is None
    assert by_id["bedroom"].part.bound == "not known"


def test_a_silent_plug_spoils_the_split_and_not_the_total():
    seen = at({"multi": spoken(494.8, ago_s=2040)})
    assert seen.total.bound == "exact"
    assert (seen.heat_pumps.bound, seen.heat_pumps.watts) == ("at least", 963.5)
    assert seen.rest.bound == "at most"
    assert seen.rest.watts == pytest.approx(2838.5 - 963.5)
    assert "Outdoor unit" in seen.heat_pumps.reason
    assert [source.device for source in seen.silent if source.heard_us] == ["pm1"]


def test_a_silent_main_meter_leaves_a_lower_bound():
    seen = at({"main_a": spoken(1500.0, ago_s=2040), "main_b": spoken(1.0, ago_s=2040)})
    assert seen.total.bound == "at least"
    assert seen.total.watts == pytest.approx(963.5 + 494.8)
    assert seen.total.reason == "Main meter is not heard"
    assert (seen.heat_pumps.bound, seen.rest.bound, seen.rest.watts) == ("exact", "not known", None)


def test_without_anything_heard_nothing_is_zero():
    seen = now(HOUSE, {}, rate=RATE, at_us=AT_US)
    parts = [seen.total, seen.heat_pumps, seen.rest, seen.unzoned, *(zone.part for zone in seen.zones)]
    assert {(part.watts, part.cost, part.bound) for part in parts} == {(None, None, "not known")}
    assert all(part.reason for part in parts)
    assert seen.outdoor.celsius is None
    assert len(seen.silent) == seen.expected > 0


def test_without_a_main_meter_in_the_home_file_the_reason_says_so():
    bare = msgspec.structs.replace(HOUSE, meters=(), heat_pumps=())
    assert now(bare, latest(), rate=RATE, at_us=AT_US).total.reason == "no meter of role import in the home file"


def test_without_a_rate_power_is_known_and_money_is_not():
    seen = at(rate=None)
    assert seen.total.watts == pytest.approx(2838.5)
    assert seen.total.cost is None
    assert "no rate plan" in seen.reason


@pytest.mark.parametrize(("credit", "cost"), [(None, "0"), (Decimal("0.10"), "-0.05")])
def test_exporting_costs_nothing_or_earns_the_credit(credit, cost):
    quiet = {"split": spoken(0.0), "multi": spoken(0.0)}
    seen = at({"main_a": spoken(-600.0), "main_b": spoken(100.0), **quiet}, credit=credit)
    assert seen.exporting
    assert seen.total.watts == -500.0
    assert seen.total.cost == Decimal(cost)


def test_own_solar_power_is_used_but_not_paid():
    raw = msgspec.to_builtins(HOUSE)
    raw["meters"] = [*raw["meters"], {"id": "roof", "role": "solar", "points": ["pv"]}]
    values = latest() | {key("pv", "power"): spoken(2838.5)}
    seen = now(msgspec.convert(raw, Home), values, rate=RATE, at_us=AT_US)
    assert seen.total.watts == pytest.approx(2 * 2838.5)
    assert float(seen.total.cost) == pytest.approx(2.8385 * 0.384)


def test_a_retained_power_is_of_unknown_age_and_not_used():
    live = LiveValue(963.5, AT_US, Flag.RETAINED)
    assert at({"split": live}).heat_pumps.bound == "at least"


def test_an_inverted_and_scaled_clamp():
    raw = msgspec.to_builtins(HOUSE)
    raw["meters"] = [{"id": "mains", "role": "import", "points": ["em:a"], "invert": True, "scale": 2.0}]
    raw["heat_pumps"] = []
    seen = now(msgspec.convert(raw, Home), latest(main_a=spoken(-500.0)), rate=RATE, at_us=AT_US)
    assert seen.total.watts == 1000.0


def test_state_of_a_zone():
    living, _, _, kids = at().zones
    assert (living.celsius, living.setpoint, living.mode, living.action) == (21.1, 21.0, "heat", "heating")
    assert (kids.celsius, kids.stale, kids.action) == (20.0, False, None)
    assert at({"kids_temp": spoken(20.0, ago_s=3000)}).zones[3].stale


def test_outdoor_comes_from_the_weather_source_before_a_units_own():
    values = latest() | {key("Living", "outdoor_temp"): spoken(3.0)}
    assert now(HOUSE, values, rate=RATE, at_us=AT_US).outdoor.celsius == -7.2
    silent = values | {key("station", "outdoor_temp", family="ecowitt"): spoken(-7.2, ago_s=9000)}
    assert now(HOUSE, silent, rate=RATE, at_us=AT_US).outdoor.device == "Living"


WATTS = st.floats(-5000, 20_000, allow_nan=False)
HEARD = st.sampled_from((0.0, 5000.0))


@given(
    values=st.dictionaries(st.sampled_from(("main_a", "main_b", "split", "multi", "heater")), st.tuples(WATTS, HEARD)),
    actions=st.tuples(st.sampled_from(("heating", "idle", "off")), st.sampled_from(("heating", "idle", "off"))),
)
def test_zones_and_rest_add_up_to_the_total(values, actions):
    changes = {name: spoken(watts, ago_s=ago) for name, (watts, ago) in values.items()}
    seen = at({**changes, "bed_action": spoken(actions[0]), "desk_action": spoken(actions[1])})
    if seen.total.bound == "exact":
        parts = [*(zone.part for zone in seen.zones), *(group.part for group in seen.groups), seen.unzoned]
        assert sum(part.watts or 0 for part in parts) == pytest.approx(seen.total.watts, abs=1e-9)
        assert seen.heat_pumps.bound == "not known" or (
            seen.heat_pumps.watts + seen.rest.watts == pytest.approx(seen.total.watts, abs=1e-9)
        )
        if not seen.exporting:
            assert sum(part.cost or 0 for part in parts) == pytest.approx(seen.total.cost, abs=Decimal("1e-9"))
    else:
        assert seen.unzoned.watts is None


def test_rhythm_of_a_slow_valve_does_not_flap():
    """A valve that reports in bursts, then not for 50 minutes: silent only after three times that."""
    live, time_us = None, 0
    for _ in range(10):
        for gap_s in (1, 2, 3, 3000):
            time_us += gap_s * 1_000_000
            live = follow(live, 20.0, time_us=time_us)
    assert 2000 < live.usual_s <= 3000
    values = {key("trv1", "temperature"): live}
    assert not sources(HOUSE, values, at_us=time_us + 3600 * 1_000_000)[-1].silent
    (valve,) = [row for row in sources(HOUSE, values, at_us=time_us + 9100 * 1_000_000) if row.device == "trv1"]
    assert valve.silent


def test_an_outage_is_not_learned_as_a_habit():
    live = spoken(1.0, every_s=10)
    after = follow(live, 1.0, time_us=AT_US + 86_400 * 1_000_000)
    assert limit_s(after.usual_s, ("power",)) < 300


def test_a_device_that_says_it_is_offline_is_silent_at_once():
    values = latest() | {key("plug1", "online"): LiveValue(value=False, time_us=AT_US)}
    assert "plug1" in {row.device for row in now(HOUSE, values, rate=RATE, at_us=AT_US).silent}


def test_silence_is_three_rhythms_and_at_least_a_minute():
    assert limit_s(10.0, ("power",)) == 60.0
    assert limit_s(100.0, ("power",)) == 300.0
    assert limit_s(None, ("temperature",)) == 3 * 3600
    assert limit_s(None, ("temperature", "power")) == 900.0
