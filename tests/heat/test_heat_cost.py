"""What a kilowatt-hour of heat costs: the zone's price of electricity over the heat pump's COP."""

from decimal import Decimal

import pytest

from heatledger.heat.flows import HeatSum, PumpDay
from heatledger.heat_pumps import pump_use
from heatledger.summary import _heat
from heatledger.zone_use import ZoneUse, _priced
from tests.accounts.homes import home


@pytest.mark.parametrize(("heat_kwh", "cost"), [(30.0, "0.0544"), (0.0, None)])
def test_electricity_at_16_32_cents_and_cop_3_is_heat_at_5_44(heat_kwh, cost):
    sums = HeatSum(electricity_kwh=10.0, heat_kwh=heat_kwh, systematic_kwh=1.0, seconds=86_400.0)
    day = PumpDay(use={"heating": 10.0}, heating={"D": sums})
    use = ZoneUse(kwh=10.0, cost="1.632", cost_of_heat_per_kwh=None, split="own meter")
    priced = _priced(use, _heat(pump_use(home().heat_pumps[0], [day], 10.0)))
    assert priced.cost_of_heat_per_kwh == cost
    if cost:
        low, high = Decimal(priced.cost_of_heat_low), Decimal(priced.cost_of_heat_high)
        assert low < Decimal(cost) < high
