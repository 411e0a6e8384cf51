"""The comparison's laws: the same machine saves nothing, leaks cost, money scales, causes add up, guardrails hold."""

import datetime as dt
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.baseline.compare import Asked, compare
from heatledger.home import Comparison, Ducts
from tests.baseline.compared_home import ROOM_C, UNIT, ZONE, compared, home, known, tariff
from tests.baseline.machines import shipped

SIZE_W = 5000.0  # what the map stands for


def same_machine(**changes):
    return home(comparison=(Comparison(system=UNIT, size_w=SIZE_W),), **changes)


def bare(found):
    """The system's own crankcase and standby as the home's map has them, so that nothing but the load can differ."""
    kinds = dict(shipped().alternatives)
    kinds[UNIT] = msgspec.structs.replace(kinds[UNIT], crankcase_w=0.0, standby_w=10.0)
    end = dt.datetime(2026, 2, 1, tzinfo=ZONE)
    return compare(found, Asked(dt.datetime(2026, 1, 1, tzinfo=ZONE), end, end, ()), kinds)


def test_the_same_machine_without_ducts_and_set_back_saves_exactly_nothing():
    found = bare(known(same_machine()))
    assert (found.saving.p10, found.saving.p50, found.saving.p90) == ("0.00", "0.00", "0.00")
    assert found.bill.p50 == found.actual
    assert {row["amount"] for row in found.because} == {"0.00"}
    assert found.cop_error.share == 0.0


def test_what_was_let_go_is_saved_by_the_same_machine():
    found = bare(known(same_machine(), idle=0.2))
    by_cause = {row["cause"]: Decimal(row["amount"]) for row in found.because}
    assert Decimal(found.saving.p50) > 5
    assert by_cause["ducts"] == 0
    assert by_cause["idle_rooms"] > 5


def saving(leak, plan=None, size_w=9000.0, **changes):
    stated = Comparison(system="ducted", ducts=Ducts(supply_leak=leak, return_leak=leak), size_w=size_w)
    return compared(known(home(compare="ducted", comparison=(stated,)), plan=plan, **changes))


def test_the_saving_falls_as_the_ducts_of_the_comparison_are_tightened():
    found = [Decimal(saving(leak).saving.p50) for leak in (0.2, 0.15, 0.1, 0.05, 0.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1] + 10


@given(scale=st.decimals("0.2", "9", places=1))
@settings(max_examples=8, deadline=None)
def test_a_price_that_is_another_scales_all_money(scale):
    # lines are rounded to cents: at most a cent a line on either side
    one, other = saving(0.08), saving(0.08, plan=tariff(scale))
    for name in ("p10", "p50", "p90"):
        expected = Decimal(getattr(one.saving, name)) * scale
        assert abs(Decimal(getattr(other.saving, name)) - expected) <= Decimal("0.03") * max(scale, 1)
    assert other.chance == one.chance


@pytest.mark.parametrize(
    "lines",
    [
        None,
        [
            {"kind": "energy", "label": "Peak", "rate": "0.31", "when": [{"hours": ["16:00-21:00"]}]},
            {"kind": "energy", "label": "Rest", "rate": "0.11", "otherwise": True},
            {"kind": "percent", "label": "Tax", "rate": "6.25"},
        ],
        [{"kind": "energy", "label": "Use", "tiers": [{"rate": "0.10", "up_to": "600"}, {"rate": "0.22"}]}],
    ],
)
def test_the_causes_add_up_to_the_saving_to_the_cent(lines):
    found = saving(0.08, plan=tariff(lines=lines), idle=0.1, unseen=0.1)
    assert sum(Decimal(row["amount"]) for row in found.because) == Decimal(found.saving.p50)
    assert [row["cause"] for row in found.because] == ["ducts", "idle_rooms", "machine", "timing"]
    assert found.by_day[-1].base.p50 == pytest.approx(found.part.p50) or abs(
        Decimal(found.by_day[-1].base.p50) - Decimal(found.part.p50)
    ) <= Decimal("0.02")


def test_ten_percent_of_cop_moves_the_saving_by_base_over_saving_of_it():
    # notes §3.1: the base moves by e, and the saving by e·base/(base − actual)
    found = saving(0.08)
    expected = 0.10 * float(found.part.p50) / float(found.saving.p50)
    assert found.cop_error.share == pytest.approx(expected, rel=0.10)


def test_resistance_costs_heat_times_price():
    # 1 kWh of heat is 1 kWh of electricity at $0.16
    found = compared(known(), "resistance")
    row = next(row for row in found.alternatives if row.system == "resistance")
    heat_kwh = float(known().load.heating.measured_w.sum()) / 1e3
    assert row.kwh == pytest.approx(heat_kwh)
    assert float(row.part.p50) == pytest.approx(heat_kwh * 0.16, abs=0.02)


def test_gas_costs_what_its_heat_does():
    # 1 therm is 29.3 kWh; 90 % AFUE; $1.20 a therm, and $0.40 a day
    stated = Comparison(
        system="gas_boiler", fuel_price=Decimal("1.20"), fuel_unit="therm", fuel_standing=Decimal("0.40"), size_w=9000.0
    )
    place = home(compare="gas_boiler", comparison=(stated,))
    found = compared(known(place))
    heat_kwh = float(known().load.heating.measured_w.sum()) / 1e3
    row = found.alternatives[0]
    assert row.fuel.quantity == pytest.approx(heat_kwh / 0.90 / 29.3071, rel=1e-4)
    assert float(row.fuel.cost) == pytest.approx(row.fuel.quantity * 1.20 + 31 * 0.40, abs=0.01)


def test_a_fuel_without_a_price_is_not_guessed():
    found = compared(known(home(compare="oil_boiler")), "gas_furnace")
    assert found.saving.p50 is None
    assert 'fuel_price = "…"' in found.refused
    assert all(row.refused and row.saving.p50 is None for row in found.alternatives)


def test_under_four_fifths_of_the_hours_there_is_no_figure():
    found = known()
    measured = found.load.heating.measured_w.copy()
    measured[: int(0.25 * measured.size)] = np.nan
    part = found.load.heating._replace(measured_w=measured)
    told = compared(found._replace(load=found.load._replace(heating=part)))
    assert told.saving.p50 is None
    assert "75% of this span is known hour by hour, 80% is needed" in told.refused
    assert told.coverage == pytest.approx(0.75)


def test_the_comparison_is_named_in_one_sentence():
    found = saving(0.08)
    assert found.sentence == (
        "Compared with a ducted heat pump of one speed, HSPF 8.5, ducts in the attic that lose about 25 %, "
        "every room held at 20.0 °C by one thermostat"
    )


def test_the_likely_alternative_is_the_default():
    assert compared(known(home(compare=None))).system == "ducted"


def test_comfort_given_up_stands_beside_the_saving():
    found = bare(known(same_machine(), idle=0.2))
    bed = found.comfort.rooms[0]
    assert (bed.zone, bed.below_k_h) == ("bed", pytest.approx(3.0 * 31 * 24))
    assert bed.common_k_h == 0
    assert found.comfort.setpoint_c == ROOM_C
    assert 0 < Decimal(found.comfort.set_back.p50) < Decimal(found.saving.p50)
    # its own machine heating every room costs what the same machine does, but for a COP that falls with the load: 1 %
    assert abs(Decimal(found.comfort.everywhere.p50)) <= Decimal("0.01") * Decimal(found.bill.p50)


def test_a_cold_snap_is_told_in_watts_hours_and_money():
    found = saving(0.08, size_w=4000.0).cold_snap
    assert found.design_c == -15.0
    assert found.load_w == pytest.approx(100.0 * 35.0 - 150.0)
    assert found.capacity_w < found.load_w
    assert found.hours_short > 0
    assert float(found.backup_cost) == pytest.approx(found.backup_kwh * 0.16, abs=0.02)


def test_the_draws_are_the_same_every_time():
    assert saving(0.08) == saving(0.08)
