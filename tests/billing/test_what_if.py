"""`heatledger bill` on a home's own intervals: what the Summary says, under any other plan, ranked or refused."""

import json
from decimal import Decimal

import pytest

from tests.billing.test_commands import PLAN, run  # noqa: F401 - the fixture

OTHERS = {
    "cheap": PLAN.replace('"0.16"', '"0.10"'),
    "tiered": PLAN.replace('rate = "0.16"', 'tiers = [{rate = "0.10", up_to = "200"}, {rate = "0.30"}]'),
    "euro": PLAN.replace("USD", "EUR"),
    "late": PLAN.replace('rate = "0.16"', 'rate = "0.16"\nfrom = 2026-05-01'),
    "bare": PLAN.replace('"0.16"', "0.16"),
    "market": PLAN.replace('rate = "0.16"', 'series = "spot"') + '[[series]]\nname = "spot"\nmqtt = "grid"\n',
}


@pytest.fixture
def home(run, tmp_path):  # noqa: F811
    for name, text in OTHERS.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return run


def plans(tmp_path, *names):
    return [word for name in names for word in ("--compare", str(tmp_path / f"{name}.toml"))]


OCTOBER = ("--from", "2025-10-03", "--to", "2025-11-03")


@pytest.mark.parametrize(
    "span", [OCTOBER, ("--from", "2025-10-03", "--to", "2025-10-10"), ("--from", "2025-10-20", "--to", "2025-11-15")]
)
def test_under_its_own_plan_a_span_costs_what_the_summary_says(home, span):
    bills = json.loads(home("bill", *span, "--json").stdout)
    summary = json.loads(home("summary", *span, "--json").stdout)
    assert bills["total"] == summary["bill"]["total"]
    lines = [Decimal(line["amount"]) for one in bills["bills"] for line in one["lines"]]
    assert sum(lines) == Decimal(bills["total"])


def test_other_plans_are_ranked_by_hand(home, tmp_path):
    """446.4 kWh and 31 charges of 0.52: at 0.16 87.54; at 0.10 60.76; 200 at 0.10 and 246.4 at 0.30 are 110.04."""
    found = json.loads(home("bill", *OCTOBER, *plans(tmp_path, "cheap", "tiered"), "--json").stdout)
    assert [(row["tariff"], row["total"], row["difference"]) for row in found["compared"]] == [
        ("cheap", "60.76", "-26.78"),
        ("plan", "87.54", "0.00"),
        ("tiered", "110.04", "22.50"),
    ]
    said = home("bill", *OCTOBER, *plans(tmp_path, "cheap", "tiered")).stdout.splitlines()
    assert [line.split(maxsplit=2)[2] for line in said[:3]] == ["$26.78 less", "the plan compared with", "$22.50 more"]


def test_another_cycle_is_billed_as_such(home, tmp_path):
    """By calendar month the 446.4 kWh are two bills, and neither fills the cheap step by as much."""
    words = (*OCTOBER, "--cycle", "calendar", *plans(tmp_path, "tiered"))
    found = json.loads(home("bill", *words, "--json").stdout)
    assert [(one["start"], one["end"]) for one in found["bills"]] == [
        ("2025-10-03", "2025-11-01"),
        ("2025-11-01", "2025-11-03"),
    ]
    # October 417.6 kWh: 20.00 + 65.28; November 28.8 at 0.10; 31 charges
    assert {row["tariff"]: row["total"] for row in found["compared"]}["tiered"] == "104.28"


def test_a_shipped_plan_goes_by_its_name(home):
    found = json.loads(home("bill", *OCTOBER, "--compare", "tou_seasonal", "--json").stdout)
    assert {row["tariff"] for row in found["compared"]} == {"plan", "tou_seasonal"}


def test_what_cannot_be_priced_is_refused_by_name_and_the_rest_is_ranked(home, tmp_path):
    words = (*OCTOBER, *plans(tmp_path, "euro", "late", "bare", "market", "nowhere", "cheap"))
    found = json.loads(home("bill", *words, "--json").stdout)
    assert [row["tariff"] for row in found["compared"]] == ["cheap", "plan"]
    reasons = {row["tariff"].rpartition("/")[2]: row["reason"] for row in found["refused"]}
    assert reasons["euro.toml"] == "the plans are in EUR and USD; compare plans of one currency"
    assert reasons["late.toml"].endswith("price it as if it were valid always with --any-date")
    assert "put it in quotes" in reasons["bare.toml"]
    assert "'spot' has no price from 2025-10-03" in reasons["market.toml"]
    assert "No such file" in reasons["nowhere.toml"]
    assert "late.toml: not priced: 'Energy' prices nothing on 2025-10-03" in home("bill", *words).stdout


def test_a_plan_of_the_future_is_priced_when_asked(home, tmp_path):
    found = json.loads(home("bill", *OCTOBER, *plans(tmp_path, "late"), "--any-date", "--json").stdout)
    assert [row["total"] for row in found["compared"]] == ["87.54", "87.54"]


def test_prices_from_a_file_price_a_series(home, tmp_path):
    (tmp_path / "spot.csv").write_text("valid_from,valid_to,price\n2025-10-01T00:00:00Z,,0.20\n", encoding="utf-8")
    words = (*OCTOBER, *plans(tmp_path, "market"), "--prices", f"spot={tmp_path}/spot.csv")
    done = home("bill", "--tariff", str(tmp_path / "market.toml"), *words[:4], *words[-2:], "--json")
    assert json.loads(done.stdout)["total"] == "105.40"  # 446.4 × 0.20 and 31 × 0.52


def test_silence_is_said(home):
    found = json.loads(home("bill", "--from", "2025-10-20", "--to", "2025-11-15", "--json").stdout)
    assert "nothing was heard for 12 days" in found["notes"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2027-01-01", "--to", "2027-02-01"), "begins on 2027-01-01, which is to come"),
        (("--from", "2024-01-01", "--to", "2024-02-01"), "nothing was heard of Test in this period"),
        ((*OCTOBER, "--cycle", "day=40"), "cycle day 40 is no day of a month; give 1 to 31"),
        ((*OCTOBER, "--cycle", "weekly"), "weekly: No such file or directory"),
        ((*OCTOBER, "--no-rounding"), "give --load FILE"),
        (("--load", "load.csv"), "a load needs --tariff FILE"),
        ((*OCTOBER, "--compare", "nowhere"), "nowhere: No such file or directory"),
    ],
)
def test_what_cannot_be_asked_is_one_line(home, words, said):
    done = home("bill", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
