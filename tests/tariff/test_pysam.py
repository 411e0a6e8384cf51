"""NREL-PySAM itself as a second opinion on random rates and loads, where it is installed: the group `oracle`."""

import json
from decimal import Decimal

import numpy as np
import pytest

from heatledger.tariff.importers.urdb import import_urdb
from heatledger.tariff.load import load_of
from heatledger.tariff.pricing import price
from tests.tariff.plans import UTC, by_kind, instant, months

sam = pytest.importorskip("PySAM.Utilityrate5")
MANY = 1e38


def random_rate(seed):
    """Return a URDB rate: up to four periods by month and hour, tiers that agree, demand by hour and by month."""
    dice = np.random.default_rng(seed)
    periods, tiers = int(dice.integers(1, 5)), int(dice.integers(1, 4))
    limits = sorted(float(limit) for limit in dice.choice(np.arange(100, 2000, 50), tiers - 1, replace=False))
    daily = bool(dice.integers(2))
    unit = "kWh daily" if daily else "kWh"
    caps = [round(limit / 30, 1) if daily else limit for limit in limits]
    energy = [
        [
            {"rate": round(float(dice.uniform(0.05, 0.5)), 5), "unit": unit, **({"max": cap} if cap else {})}
            for cap in [*caps, None]
        ]
        for _ in range(periods)
    ]
    grids = [dice.integers(0, periods, (12, 24)).tolist() for _ in range(2)]
    demand = [[{"rate": round(float(dice.uniform(1, 12)), 2)}] for _ in range(2)]
    return {
        "name": f"random {seed}",
        "energyratestructure": energy,
        "energyweekdayschedule": grids[0],
        "energyweekendschedule": grids[1],
        "demandratestructure": demand,
        "demandweekdayschedule": dice.integers(0, 2, (12, 24)).tolist(),
        "demandweekendschedule": dice.integers(0, 2, (12, 24)).tolist(),
        "flatdemandstructure": [[{"rate": 2.5, "max": 3.0}, {"rate": 6.25}]],
        "flatdemandmonths": [0] * 12,
        "fixedchargefirstmeter": round(float(dice.uniform(0, 30)), 2),
        "fixedchargeunits": "$/month",
    }


def upwards(grid):
    return [[period + 1 for period in row] for row in grid]


def by_sam(rate, kwh, metering):
    """Return SAM's energy, demand and fixed charges by month."""
    one = sam.new()
    rows = [
        [period + 1, number + 1, tier.get("max", MANY), 2 if tier["unit"] == "kWh daily" else 0, tier["rate"], 0]
        for period, tiers in enumerate(rate["energyratestructure"])
        for number, tier in enumerate(tiers)
    ]
    flat = rate["flatdemandstructure"][0]
    charges = one.ElectricityRates
    charges.ur_metering_option = metering
    charges.ur_ec_tou_mat = rows
    charges.ur_ec_sched_weekday = upwards(rate["energyweekdayschedule"])
    charges.ur_ec_sched_weekend = upwards(rate["energyweekendschedule"])
    charges.ur_dc_enable = 1
    charges.ur_dc_tou_mat = [[at + 1, 1, MANY, row[0]["rate"]] for at, row in enumerate(rate["demandratestructure"])]
    charges.ur_dc_sched_weekday = upwards(rate["demandweekdayschedule"])
    charges.ur_dc_sched_weekend = upwards(rate["demandweekendschedule"])
    charges.ur_dc_flat_mat = [
        [month, number + 1, tier.get("max", MANY), tier["rate"]]
        for month in range(12)
        for number, tier in enumerate(flat)
    ]
    charges.ur_monthly_fixed_charge = rate["fixedchargefirstmeter"]
    charges.ur_monthly_min_charge = charges.ur_annual_min_charge = 0
    for name in ("nm_yearend_sell_rate", "en_ts_buy_rate", "en_ts_sell_rate", "sell_eq_buy", "enable_billing_demand"):
        setattr(charges, f"ur_{name}", 0)
    one.Lifetime.analysis_period, one.Lifetime.inflation_rate = 1, 0
    one.Lifetime.system_use_lifetime_output = 0
    one.SystemOutput.degradation, one.SystemOutput.gen = [0], [0.0] * 8760
    charges.rate_escalation, one.Load.load = [0], kwh
    one.execute()
    out = one.Outputs
    demand = [flat + tou for flat, tou in zip(
        out.year1_monthly_dc_fixed_without_system, out.year1_monthly_dc_tou_without_system, strict=True)]  # fmt: skip
    return {
        "energy": out.year1_monthly_ec_charge_without_system,
        "demand": demand,
        "fixed": out.year1_monthly_fixed_without_system,
    }


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize(("rules", "metering"), [("Net Metering", 0), ("Net Billing Hourly", 2)])
def test_a_random_rate_and_load_by_month(seed, rules, metering):
    rate = {**random_rate(seed), "dgrules": rules}  # net billing fills the ladder hour by hour
    kwh = np.round(np.random.default_rng(1000 + seed).gamma(2.0, 0.8, 8760), 3).tolist()
    plan = import_urdb(json.dumps(rate), where="random.json")
    bills = price(
        plan, load_of(instant("2018-01-01") + np.arange(8760) * 3600, 3600, kwh), months(2018), UTC, rounding=False
    )
    expected = by_sam(rate, kwh, metering)
    for month, bill in enumerate(bills):
        kinds = by_kind(bill)
        for name, values in expected.items():
            assert float(kinds.get(name, Decimal(0))) == pytest.approx(values[month], abs=0.005), (name, month)
