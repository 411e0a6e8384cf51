"""The load from fuel bills: a planted boiler is found, its base is no heat of rooms, and no COP has a say."""

import gzip
import json
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from heatledger.anchors import Anchor
from heatledger.baseline.changepoint import before, by_bills, heat_of
from heatledger.baseline.load import Missing
from heatledger.weather_response import energy, fit, fit_bills
from tests.baseline.houses import COMMON_C, lived_in
from tests.baseline.test_whole_home import load_of

SAMPLES = Path(__file__).parents[3] / "shared" / "physics" / "data" / "opendsm-samples"
THERM_KWH = 29.3071  # 100,000 Btu
LOSS_W_K, BALANCE_C, HOT_WATER_KWH, EFFICIENCY = 180.0, 16.0, 9.0, 0.80


def degrees(day):
    """A year of a temperate place: −4 °C in January, 24 °C in July."""
    return 10.0 - 14.0 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365)


def burnt(day, *, less=0.0):
    """Heat of a day: rooms and hot water. [kWh]"""
    return LOSS_W_K * (1 - less) * 0.024 * max(BALANCE_C - degrees(day), 0.0) + HOT_WATER_KWH


def bills(months=12, *, less=0.0, from_month=0):
    """Monthly gas bills in therms, of a boiler of 80 %."""
    out = []
    for number in range(from_month, from_month + months):
        start = date(2023 + number // 12, number % 12 + 1, 1)
        end = (start + timedelta(days=32)).replace(day=1)
        days = [start + timedelta(days=at) for at in range((end - start).days)]
        heat = sum(burnt(day, less=less) for day in days)
        out.append(
            Anchor(
                kind="fuel",
                start=start,
                end=end,
                fuel="gas",
                unit="therm",
                amount=heat / EFFICIENCY / THERM_KWH,
                efficiency=EFFICIENCY,
                indoor_c=20.0,
                outdoor_c=float(np.mean([degrees(day) for day in days])),
                electricity_kwh=300.0,
            )
        )
    return out


DAILY = {date(2023, 1, 1) + timedelta(days=at): degrees(date(2023, 1, 1) + timedelta(days=at)) for at in range(800)}


def test_a_boiler_is_found_in_a_year_of_its_bills_and_its_hot_water_is_no_heat_of_rooms():
    told = before(bills(), DAILY)
    assert told.response.heating * 1e3 / 24 == pytest.approx(LOSS_W_K, rel=0.02)
    assert told.response.heats_below_c == pytest.approx(BALANCE_C, abs=0.5)
    assert told.response.base == pytest.approx(HOT_WATER_KWH, rel=0.05)


def test_the_mean_temperature_of_each_bill_does_where_nobody_kept_its_days():
    told = before(bills())
    assert told.response.heating * 1e3 / 24 == pytest.approx(LOSS_W_K, rel=0.06)


def test_a_reduction_of_a_tenth_is_found_from_bills():
    told = before(bills(), DAILY)
    after = bills(less=0.10, from_month=12)
    temps = np.concatenate(
        [[DAILY[b.start + timedelta(days=at)] for at in range((b.end - b.start).days)] for b in after]
    )
    rooms = energy(told.response, temps).sum() - told.response.base * len(temps)
    got = sum(b.heat_kwh for b in after) - HOT_WATER_KWH * len(temps)
    assert 1 - got / rooms == pytest.approx(0.10, abs=0.02)


def test_fewer_than_six_bills_and_bills_twice_are_refused_by_name():
    few, twice = before(bills(5)), before([*bills(), bills()[3]])
    assert isinstance(few, Missing)
    assert few.reason == "5 fuel bills from before the heat pumps; 6 are needed"
    assert isinstance(twice, Missing)
    assert "2023-04-01 and 2023-04-01 overlap" in twice.reason


def test_bills_that_do_not_follow_the_cold_say_so():
    flat = [Anchor(**{f: getattr(b, f) for f in ("kind", "start", "end", "indoor_c", "outdoor_c", "electricity_kwh")},
                   heat_kwh=300.0) for b in bills()]  # fmt: skip
    assert "do not follow the cold" in before(flat).reason


@settings(max_examples=20, deadline=None)
@given(st.floats(-25.0, 30.0), st.floats(15.0, 22.0), st.floats(0.1, 3.0))
def test_heat_grows_with_the_set_point_and_is_none_above_the_balance(outdoor, set_c, more):
    told = before(bills(), DAILY)
    cold = np.full(72, outdoor)
    low, high = (heat_of(told, cold, np.full(72, at)).sum() for at in (set_c, set_c + more))
    assert high >= low >= 0.0
    if outdoor > told.response.heats_below_c + set_c - told.indoor_c:
        assert low == 0.0


def test_a_load_by_bills_owes_nothing_to_the_heat_pumps_cop():
    told = before(bills(), DAILY)
    hours, _ = lived_in()
    one, double = (by_bills(told, load_of(hours._replace(heat_w=by * hours.heat_w))) for by in (1.0, 1.3))
    assert_array_equal(one.heating.whole(), double.heating.whole())
    assert one.heating.restored_sd == 0.0
    assert one.source == "12 fuel bills from 2023-01-01 to 2024-01-01"
    # every day below the balance: the span's heat is the loss times its degrees
    degrees_h = np.maximum(told.response.heats_below_c + COMMON_C - 20.0 - hours.outdoor_c, 0.0).sum()
    assert one.heating.whole().sum() == pytest.approx(told.response.heating * 1e3 / 24 * degrees_h, rel=0.02)


def test_what_setting_back_saves_is_taken_over_as_a_share():
    load = load_of(lived_in()[0])
    one = by_bills(before(bills(), DAILY), load._replace(set_back_w=0.9 * load.heating.whole()))
    assert one.set_back_w.sum() == pytest.approx(0.9 * one.heating.whole().sum())


def test_an_anchor_in_the_fuels_own_unit_is_that_heat():
    march = bills()[2]
    assert march.heat_kwh == pytest.approx(march.amount * THERM_KWH * EFFICIENCY)
    with pytest.raises(ValueError, match="gas is not billed in gal: kWh, therm, m3, ccf"):
        Anchor(kind="fuel", start=date(2023, 1, 1), end=date(2023, 2, 1), fuel="gas", amount=1.0, unit="gal",
               efficiency=0.8)  # fmt: skip
    with pytest.raises(ValueError, match="fuel, amount, unit and efficiency belong together"):
        Anchor(kind="fuel", start=date(2023, 1, 1), end=date(2023, 2, 1), fuel="gas", amount=1.0)


def _public(name):
    zone = ZoneInfo("America/Chicago")
    with gzip.open(SAMPLES / f"{name}.csv.gz", "rt") as lines:
        next(lines)
        rows = [line.strip().partition(",") for line in lines]
    return [(datetime.fromisoformat(at).astimezone(zone).date(), float(value) if value else np.nan)
            for at, _, value in rows]  # fmt: skip


@pytest.fixture(scope="module")
def weather_c():
    if not SAMPLES.is_dir():
        pytest.skip("needs ../shared")
    hours = {}
    for day, fahrenheit in _public("il-tempF"):
        hours.setdefault(day, []).append((fahrenheit - 32) / 1.8)
    return {day: float(np.mean(row)) for day, row in hours.items()}


@pytest.mark.reference
@pytest.mark.parametrize("sample", ["il-electricity-cdd-hdd-daily", "il-gas-hdd-only-daily"])
def test_the_planted_tenth_of_opendsms_samples_is_recovered_by_days(weather_c, sample):
    """Apache-2.0 samples of opendsm 1.2.7; its metadata plants 10,000 before and 9,000 after a blackout."""
    known = json.loads((SAMPLES / "metadata.json").read_text())[sample]
    ends, begins = (date.fromisoformat(known[f"blackout_{name}_date"]) for name in ("start", "end"))
    rows = [(day, kwh) for day, kwh in _public(sample) if np.isfinite(kwh) and day in weather_c]
    old, new = [r for r in rows if r[0] < ends][-365:], [r for r in rows if r[0] >= begins][:365]
    found = fit(np.array([weather_c[day] for day, _ in old]), np.array([kwh for _, kwh in old]))
    foreseen = energy(found, np.array([weather_c[day] for day, _ in new])).sum()
    assert 1 - sum(kwh for _, kwh in new) / foreseen == pytest.approx(0.10, abs=0.02)


@pytest.mark.reference
@pytest.mark.parametrize(("sample", "cools"), [("il-electricity-cdd-hdd", True), ("il-gas-hdd-only", False)])
def test_the_planted_tenth_is_recovered_by_monthly_bills(weather_c, sample, cools):
    known = json.loads((SAMPLES / "metadata.json").read_text())[f"{sample}-billing_monthly"]
    ends, begins = (date.fromisoformat(known[f"blackout_{name}_date"]) for name in ("start", "end"))
    rows = _public(f"{sample}-billing_monthly")
    sets = {"old": ([], [], []), "new": ([], [], [])}
    for (start, kwh), (end, _) in pairwise(rows):
        temps = [weather_c.get(start + timedelta(days=at), np.nan) for at in range((end - start).days)]
        name = "old" if end <= ends else "new" if start >= begins else None
        if name and np.isfinite(temps).all() and np.isfinite(kwh):
            for column, value in zip(sets[name], (temps, len(temps), kwh), strict=True):
                column.append(value)
    temps, days, kwh = sets["old"]
    found = fit_bills(np.concatenate(temps), np.array(days), np.array(kwh), cools=cools)
    foreseen = energy(found, np.concatenate(sets["new"][0])).sum()
    assert 1 - sum(sets["new"][2]) / foreseen == pytest.approx(0.10, abs=0.02)
