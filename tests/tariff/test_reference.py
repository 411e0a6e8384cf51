"""The reference bills of ../shared: SAM's figures by month, published examples, days of a clock change."""

import csv
import datetime as dt
import json
import math
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from heatledger.tariff.cycle import Cycle
from heatledger.tariff.importers.urdb import import_urdb
from heatledger.tariff.load import load_of
from heatledger.tariff.pricing import price
from heatledger.tariff.series import PriceSeries
from tests.tariff.plans import UTC, amounts, by_kind, cycle, energy, instant, load, months, plan

ORACLE = Path(__file__).parents[2].parent / "shared" / "billing" / "oracle"
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not ORACLE.is_dir(), reason="the reference bills of ../shared are not here"),
]
STARTS = instant("2018-01-01") + np.arange(8760) * 3600
CLOSE = 0.005


def hourly():
    with (ORACLE / "load_8760.csv").open(encoding="utf-8") as lines:
        return [float(row["kwh"]) for row in csv.DictReader(lines)]


def generation():
    return json.loads((ORACLE / "gen_8760.json").read_text(encoding="utf-8"))


def reference(name):
    if not (ORACLE / name).is_file():
        return {}
    with (ORACLE / name).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    found = {}
    for row in rows:
        found.setdefault(row.pop("tariff"), []).append({key: float(value) for key, value in row.items()})
    return found


def imported(path):
    """Return a plan of the reference without its dates: its year lies before they begin."""
    found = import_urdb(path.read_text(encoding="utf-8"), where=path.name)
    undated = tuple(msgspec.structs.replace(line, start=None, end=None) for line in found.lines)
    return msgspec.structs.replace(found, lines=undated)


def assert_equal(found, bills, expected):
    daily = any(line.kind == "fixed" and line.per == "day" for line in found.lines)
    assert len(bills) == len(expected) == 12
    for bill, row in zip(bills, expected, strict=True):
        kinds = {name: float(value) for name, value in by_kind(bill).items()}
        fixed = kinds.get("fixed", 0.0) * (365 / 12 / bill.days if daily else 1)  # SAM bills a day as 1/365 of a year
        assert kinds.get("energy", 0) + kinds.get("credit", 0) == pytest.approx(row["energy"], abs=CLOSE)
        assert kinds.get("demand", 0) == pytest.approx(row["demand_flat"] + row["demand_tou"], abs=CLOSE)
        assert kinds.get("minimum", 0) == pytest.approx(row["min_adj"], abs=CLOSE)
        assert fixed == pytest.approx(row["fixed"], abs=CLOSE)


@pytest.mark.parametrize("name", sorted(reference("pysam_monthly.csv")))
def test_invented_tariffs_equal_sam_by_month(name):
    found = imported(ORACLE / f"tariff_{name}.json")
    bills = price(found, load_of(STARTS, 3600, hourly()), months(2018), UTC, rounding=False)
    assert_equal(found, bills, reference("pysam_monthly.csv")[name])


@pytest.mark.parametrize("name", sorted(reference("real/pysam_real_monthly.csv")))
def test_real_tariffs_equal_sam_by_month(name):
    found = imported(ORACLE / "real" / f"urdb_{name}.json")
    bills = price(found, load_of(STARTS, 3600, hourly()), months(2018), UTC, rounding=False)
    assert_equal(found, bills, reference("real/pysam_real_monthly.csv")[name])


def exported(name):
    raw = json.loads((ORACLE / "pysam_export.json").read_text(encoding="utf-8"))[name]
    return [{key: value[month] for key, value in raw.items() if key != "annual"} for month in range(12)]


def test_net_billing_equals_sam():
    found = imported(ORACLE / "tariff_i_net_billing.json")
    bills = price(found, load_of(STARTS, 3600, hourly(), generation()), months(2018), UTC, rounding=False)
    assert_equal(found, bills, exported("i_net_billing"))


def test_net_metering_with_rollover_equals_sam():
    found = imported(ORACLE / "tariff_a_flat.json")
    bills = price(found, load_of(STARTS, 3600, hourly(), generation()), months(2018), UTC, rounding=False)
    assert_equal(found, bills, exported("j_net_metering_kwh_rollover_flat"))


def clock_changes():
    if not ORACLE.is_dir():
        return []
    with (ORACLE / "dst_cases.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


DST_PLAN = (
    energy(label="night", rate="0.05", when=[{"hours": ["00:00-05:00"]}]),
    energy(label="peak", rate="0.30", when=[{"hours": ["16:00-21:00"]}]),
    energy(label="other", rate="0.10", otherwise=True),
)


@pytest.mark.parametrize("row", clock_changes(), ids=lambda row: f"{row['zone']} {row['date']}")
def test_days_of_a_clock_change(row):
    zone, day = ZoneInfo(row["zone"]), dt.date.fromisoformat(row["date"])
    used = load(row["utc_start"], [0.5] * int(row["half_hours"]), step_s=1800)
    (bill,) = price(plan(*DST_PLAN), used, [Cycle(day, day + dt.timedelta(days=1), 1)], zone, rounding=False)
    quantities = {line.label: float(line.quantity) for line in bill.lines}
    assert quantities == {
        "night": float(row["night_kwh"]),
        "peak": float(row["peak_kwh"]),
        "other": float(row["other_kwh"]),
    }
    assert rates(bill) == pytest.approx(float(row["cost"]), abs=1e-12)


def rates(bill):
    return float(sum(Decimal(line.amount) for line in bill.lines))


def spread(start, end, kwh):
    seconds = instant(end) - instant(start)
    return load_of([instant(start)], seconds, [kwh])


def one_bill(found, start, end, kwh):
    (bill,) = price(found, spread(start, end, kwh), [cycle(start, end)], UTC)
    return bill


def fixed(label, rate, **more):
    return {"kind": "fixed", "label": label, "rate": rate, **more}


def percent(label, rate, **more):
    return {"kind": "percent", "label": label, "rate": rate, **more}


def printed(name):
    with (ORACLE / "worked_examples.csv").open(encoding="utf-8") as lines:
        return next(row for row in csv.DictReader(lines) if row["id"] == name)


def seymour(*blocks):
    return plan(
        energy(
            rate=None, tiers=[{"up_to": limit, "rate": rate} if limit else {"rate": rate} for limit, rate in blocks]
        ),
        energy(label="Power cost", rate="0.085"),
        fixed("Customer", "7.50", per="bill"),
        percent("Tax", "1"),
    )


PUBLISHED = {
    "us-seymour-winter": (
        seymour(("250", "0.064"), ("700", "0.049"), (None, "0.0446")), "2026-01-01", "2026-02-01", 1200,
    ),
    "us-seymour-summer": (
        seymour(("250", "0.064"), ("700", "0.049"), ("1250", "0.0475"), (None, "0.0446")),
        "2026-07-01", "2026-08-01", 2000,
    ),
    "us-gru-2015": (
        plan(
            fixed("Customer", "12.75", per="bill", tax_groups=["city"]),
            energy(rate=None, tax_groups=["city"],
                   tiers=[{"up_to": "250", "rate": "0.031"}, {"up_to": "750", "rate": "0.042"}, {"rate": "0.084"}]),
            energy(label="Fuel", rate="0.078"),
            percent("Gross receipts tax", "2.5", mode="gross_up", tax_groups=["city"]),
            percent("City tax", "10", base=["city"]),
        ),
        "2015-04-29", "2015-05-30", 903,
    ),
    "us-peco-2026": (
        plan(
            energy(label="Generation", rate="0.10276"), energy(label="Distribution", rate="0.10237"),
            energy(label="Transmission", rate="0.00787"), fixed("Customer", "11.29", per="bill"),
            fixed("Tax adjustment", "0.15", per="bill"), fixed("Tax credit", "-0.06", per="bill"),
        ),
        "2026-04-28", "2026-05-28", 1244,
    ),
    "au-eme-discount": (
        plan(
            fixed("Supply", "1.19"), energy(label="Usage", rate="0.24"),
            percent("Discount", "-15", base=["Usage"]), percent("GST", "10"),
        ),
        "2026-01-01", "2026-04-01", 1980.353,
    ),
    "gb-energyplus": (plan(energy(rate="0.28"), fixed("Standing charge", "0.52")), "2026-01-01", "2026-01-31", 350),
    "gb-wtmaths": (
        plan(energy(rate="0.154", rounding={"mode": "none"}), percent("VAT", "5", rounding={"mode": "none"})),
        "2026-01-01", "2026-01-31", 479,
    ),
    "us-jcpb": (plan(energy(rate="0.0951"), fixed("Customer", "18.48", per="bill")), "2026-01-01", "2026-01-31", 1110),
    "us-goodland": (plan(energy(rate="0.127"), fixed("Customer", "15", per="bill")), "2026-01-01", "2026-01-31", 1000),
    "se-effect": (
        plan(
            fixed("Yearly fee", "4845", per="year", proration="average", rounding={"digits": 1}),
            {"kind": "demand", "label": "Effect", "rate": "60.25"},
            energy(rate="0"),
        ),
        "2026-01-01", "2026-02-01", 5 * 24 * 31,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_totals_to_the_cent(name):
    found, start, end, kwh = PUBLISHED[name]
    assert one_bill(found, start, end, kwh).total == printed(name)["printed_total"]


@pytest.mark.parametrize("name", ["us-seymour-winter", "us-seymour-summer"])
def test_published_lines_to_the_cent(name):
    found, start, end, kwh = PUBLISHED[name]
    assert amounts(one_bill(found, start, end, kwh)) == printed(name)["printed_lines"].split("|")


def test_a_fixed_charge_for_29_days_of_an_average_month():
    found = plan(fixed("Customer", "9.75", per="month", proration="average"), energy(rate="0.1", to="2018-12-31"),
                 energy(rate="0.1", **{"from": "2018-12-31"}, quantity={"digits": 6}))  # fmt: skip
    bill = one_bill(found, "2018-12-11", "2019-01-09", 600)
    lines = printed("us-otp-proration")["printed_lines"].split("|")
    assert bill.lines[0].amount == lines[0]
    assert bill.lines[2].quantity == lines[2]


def test_the_mean_of_twelve_peaks():
    peaks = [0.632, 4.6, 0, 1.028, 3.444, 4.164, 4.564, 6, 9.2, 5, 4.12, 4.88]
    starts = [instant(f"2025-{month:02}-15T12:00") for month in range(1, 13)]
    found = plan(energy(), {"kind": "demand", "label": "Capacity", "rate": "40", "minimum_kw": "2.5", "mean_bills": 12})
    bills = price(found, load_of(starts, 3600, peaks), months(2025), UTC)
    assert bills[-1].lines[1].quantity == printed("be-capacity")["printed_total"]


@pytest.mark.parametrize(
    ("limit", "days", "digits", "expected"),
    [("22.1918", 60, 0, "1332"), ("22.1918", 58, 0, "1287"), ("40", 62, 0, "2480")],
)
def test_thresholds_of_days_in_whole_kilowatt_hours(limit, days, digits, expected):
    ladder = energy(rate=None, tiers=[{"up_to": limit, "rate": "0.1"}, {"rate": "0.2"}], tier_per="day",
                    threshold={"digits": digits})  # fmt: skip
    end = (dt.date(2026, 1, 1) + dt.timedelta(days=days)).isoformat()
    assert Decimal(one_bill(plan(ladder), "2026-01-01", end, 9000).lines[0].quantity) == Decimal(expected)


def test_a_spanish_invoice_by_the_hour():
    path = ORACLE / "real" / "es_pvpc_2.0DHA_hourly_2020-02-18_2020-03-18.csv"
    if not path.is_file():
        pytest.skip("the hourly invoice of ../shared is not here")
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    starts = np.array([int(dt.datetime.fromisoformat(row["start_local_CET"]).timestamp()) for row in rows])
    prices = np.array([float(row["energy_price_eur_per_kwh_TCU"]) for row in rows])
    peak = [{"hours": ["12:00-22:00"]}]
    found = plan(
        fixed("Power", "0.103944", times="4.6"), fixed("Margin", "0.008505", times="4.6"),
        *(energy(label=f"Access {name}", rate=rate, group="access", quantity={"digits": 0}, **hours)
          for name, rate, hours in (("peak", "0.062012", {"when": peak}), ("valley", "0.002215", {"otherwise": True}))),
        *(energy(label=f"Energy {name}", rate=None, series="tcu", group="energy", **hours)
          for name, hours in (("peak", {"when": peak}), ("valley", {"otherwise": True}))),
        percent("Excise", "5.11269632"), fixed("Meter", "0.026667"), percent("VAT", "21"),
        series=[{"name": "tcu", "mqtt": "esios"}], currency="EUR",
    )  # fmt: skip
    series = {"tcu": PriceSeries(starts, starts + 3600, prices)}
    used = load_of(starts, 3600, [float(row["kwh"]) for row in rows])
    (bill,) = price(found, used, [cycle("2020-02-18", "2020-03-19")], ZoneInfo("Europe/Madrid"), series=series)
    assert math.isclose(sum(float(row["kwh"]) for row in rows), 472.931, abs_tol=1e-6)
    row = printed("es-pvpc-2.0DHA-2020")
    assert bill.total == row["printed_total"]
    assert sorted(amounts(bill)) == sorted(row["printed_lines"].split("|"))
