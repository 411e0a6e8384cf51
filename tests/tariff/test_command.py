"""`heatledger bill` and `heatledger tariff`: the contract, and every refusal in one line."""

import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest

FLAT = """
name = "Flat"
currency = "USD"
source = "a test"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.15"
[[lines]]
kind = "fixed"
label = "Customer charge"
rate = "10.00"
per = "month"
"""
URDB = {
    "name": "U",
    "country": "CAN",
    "energyratestructure": [[{"rate": 0.2}], [{"rate": 0.1}]],
    "energyweekdayschedule": [[0] * 7 + [1] * 17] * 12,
    "energyweekendschedule": [[1] * 24] * 12,
}


@pytest.fixture
def place(tmp_path):
    (tmp_path / "flat.toml").write_text(FLAT)
    (tmp_path / "dear.toml").write_text(FLAT.replace("0.15", "0.30"))
    (tmp_path / "rate.json").write_text(json.dumps(URDB))
    rows = [f"2026-{month:02}-{day:02}T00:00,10" for month, days in ((1, 31), (2, 28)) for day in range(1, days + 1)]
    (tmp_path / "load.csv").write_text("\n".join(["start,kwh", *rows]) + "\n")
    return tmp_path


def heatledger(place, *words):
    return subprocess.run(
        [sys.executable, "-m", "cli", *words], cwd=place, capture_output=True, text=True,
        env={**os.environ, "HEATLEDGER_DATA": str(place)},
    )  # fmt: skip


def bill(place, *words, tariff="flat.toml"):
    done = heatledger(place, "bill", "--tariff", tariff, "--load", "load.csv", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_bills_by_calendar_month(place):
    found = bill(place)
    assert [(one["start"], one["end"], one["days"], one["total"]) for one in found["bills"]] == [
        ("2026-01-01", "2026-02-01", 31, "56.50"), ("2026-02-01", "2026-03-01", 28, "52.00"),
    ]  # fmt: skip
    line = found["bills"][0]["lines"][0]
    keys = ("kind", "label", "quantity", "unit", "rate", "amount")
    assert [line[key] for key in keys] == ["energy", "Energy", "310.00", "kWh", "0.15", "46.50"]
    assert found["total"] == "108.50"


def test_bills_by_a_day_of_the_month_are_cut_to_the_load(place):
    found = bill(place, "--cycle", "day=15")
    assert [(one["start"], one["days"]) for one in found["bills"]] == [
        ("2026-01-01", 14), ("2026-01-15", 31), ("2026-02-15", 14),
    ]  # fmt: skip
    assert [one["lines"][1]["amount"] for one in found["bills"]] == ["4.52", "10.00", "5.00"]


def test_bills_by_meter_read_dates(place):
    (place / "reads.txt").write_text("2026-01-01\n2026-01-20\n2026-03-01\n")
    assert [one["days"] for one in bill(place, "--cycle", "reads.txt")["bills"]] == [19, 40]


def test_nothing_is_rounded_on_demand(place):
    (place / "flat.toml").write_text(FLAT.replace('"0.15"', '"0.150049"'))
    assert Decimal(bill(place, "--no-rounding")["bills"][0]["total"]) == Decimal("56.51519")
    assert bill(place)["bills"][0]["total"] == "56.52"


def test_the_parts_of_a_load_in_another_zone(place):
    (place / "load.csv").write_text(
        "start,kwh\n2026-01-05T05:00-05:00,1\n2026-01-05T06:00-05:00,1\n2026-01-05T07:00-05:00,1\n"
    )
    rates = [[line["rate"] for line in bill(place, *zone, tariff="rate.json")["bills"][0]["lines"]] for zone in
             ((), ("--timezone", "America/New_York"), ("--timezone", "Europe/London"))]  # fmt: skip
    assert rates == [["0.2", "0.1"], ["0.2", "0.1"], ["0.1"]]


def test_plans_are_ranked(place):
    found = bill(place, "--compare", "dear.toml")
    assert [(row["tariff"], row["total"]) for row in found["compared"]] == [("flat", "108.50"), ("dear", "197.00")]
    said = heatledger(place, "bill", "--tariff", "dear.toml", "--load", "load.csv", "--compare", "flat.toml").stdout
    assert said.splitlines()[0].split() == ["flat", "$108.50", "$88.50", "less"]


def test_a_urdb_rate_becomes_a_file_that_gives_the_same_bill(place):
    assert heatledger(place, "tariff", "import-urdb", "rate.json", "--out", "rate.toml").returncode == 0
    assert heatledger(place, "tariff", "check", "rate.toml").stdout.startswith("rate.toml: 2 lines, every hour priced")
    totals = [bill(place, tariff=name)["total"] for name in ("rate.json", "rate.toml")]
    assert totals[0] == totals[1]
    assert 'currency = "CAD"' in (place / "rate.toml").read_text()


def test_octopus_rows_become_prices_of_a_series(place):
    rows = [{"value_exc_vat": 1, "value_inc_vat": 20 + day, "valid_from": f"2026-01-{day + 1:02}T00:00:00Z",
             "valid_to": None if day == 30 else f"2026-01-{day + 2:02}T00:00:00Z"} for day in range(31)]  # fmt: skip
    (place / "rows.json").write_text(json.dumps({"results": rows}))
    done = heatledger(place, "tariff", "import-octopus", "rows.json", "--out", "prices.csv")
    assert done.returncode == 0, done.stderr
    plan = (
        FLAT.replace('rate = "0.15"', 'series = "agile"\nmultiply = "0.01"')
        + '[[series]]\nname = "agile"\nmqtt = "x"\n'
    )
    (place / "agile.toml").write_text(plan)
    totals = [
        bill(place, "--prices", f"agile={name}", tariff="agile.toml")["total"] for name in ("rows.json", "prices.csv")
    ]
    energy = sum(range(20, 51)) + 50 * 28  # ten kWh a day at so many pence, twice ten of fixed charge
    assert totals == [f"{Decimal(energy) / 10 + 20:.2f}"] * 2


def test_a_bill_in_words(place):
    said = heatledger(place, "bill", "--tariff", "flat.toml", "--load", "load.csv").stdout.splitlines()
    assert said[0] == "2026-01-01 to 2026-02-01 (not included), 31 days"
    assert said[1].split() == ["Energy", "310", "kWh", "×", "0.15", "$46.50"]
    assert said[-1] == "All bills $108.50"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bill", "--tariff", "none.toml", "--load", "load.csv"), "none.toml: No such file or directory; check that"),
        (("bill", "--tariff", "flat.toml", "--load", "none.csv"), "none.csv: No such file or directory; check that"),
        (("bill", "--tariff", "load.csv", "--load", "load.csv"), "load.csv: not TOML"),
        (("bill", "--tariff", "broken.json", "--load", "load.csv"), "broken.json: not JSON"),
        (("bill", "--tariff", "odd.json", "--load", "load.csv"), "odd.json: not a URDB rate"),
        (("bill", "--tariff", "flat.toml", "--load", "gap.csv"), "gap.csv: a gap after 2026-01-01T01:00"),
        (
            ("bill", "--tariff", "flat.toml", "--load", "load.csv", "--timezone", "Mars/X"),
            "timezone 'Mars/X' is not known",
        ),
        (
            ("bill", "--tariff", "flat.toml", "--load", "load.csv", "--cycle", "day=32"),
            "cycle day 32 is no day of a month",
        ),
        (("bill", "--tariff", "flat.toml", "--load", "load.csv", "--cycle", "day=x"), "write day=15"),
        (("bill", "--tariff", "flat.toml", "--load", "load.csv", "--cycle", "reads"), "reads: No such file"),
        (
            ("bill", "--tariff", "flat.toml", "--load", "load.csv", "--compare", "rate.json"),
            "the plans are in CAD and USD",
        ),
        (("bill", "--tariff", "flat.toml", "--load", "load.csv", "--prices", "a=b"), "write NAME=FILE"),
        (("bill", "--tariff", "late.toml", "--load", "load.csv"), "late.toml: 'Energy' prices nothing on 2026-01-01"),
        (("tariff", "import", "rate.json"), "tariff import: not known; use one of import-urdb, import-octopus, check"),
        (("tariff", "import-octopus", "rate.json"), "rate.json: not Octopus rows"),
    ],
)
def test_what_cannot_be_done_is_one_line(place, words, message):
    (place / "broken.json").write_text("{")
    (place / "odd.json").write_text(json.dumps({**URDB, "energyratestructure": [["dear"], ["cheap"]]}))
    (place / "gap.csv").write_text("start,kwh\n" + "".join(f"2026-01-01T{hour:02}:00,1\n" for hour in (0, 1, 3, 4, 5)))
    (place / "late.toml").write_text(FLAT.replace('rate = "0.15"', 'rate = "0.15"\nfrom = 2026-02-01'))
    done = heatledger(place, *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_any_date_prices_a_plan_as_if_it_were_valid_always(place):
    (place / "late.toml").write_text(FLAT.replace('rate = "0.15"', 'rate = "0.15"\nfrom = 2027-02-01'))
    assert bill(place, "--any-date", tariff="late.toml")["total"] == "108.50"
