"""Explanations with their numbers: a line of the bill, a cause of a saving, an interval, what is heard now."""

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from heatledger.explain import explain, figures
from heatledger.live import now
from heatledger.tariff.places import sourced
from tests.dashboard.books import BASELINE, BILL, SUMMARY
from tests.dashboard.house import AT_US, HOUSE, RATE, latest

CAUSES = [
    {"cause": "ducts", "amount": "31.20", "before": "130.37", "after": "161.57"}
    | {"kwh_before": "569.80", "kwh_after": "706.00"},
    {"cause": "idle_rooms", "amount": "9.90", "before": "161.57", "after": "171.47"}
    | {"kwh_before": "706.00", "kwh_after": "749.00"},
]


def with_bill(**changes):
    return msgspec.structs.replace(SUMMARY, bill=msgspec.structs.replace(BILL, **changes))


@pytest.mark.parametrize("number", range(4))
def test_a_line_is_its_quantity_times_its_rate(number):
    line = BILL.lines[number]
    found = explain(SUMMARY, f"bill.lines.{number}.amount")
    assert found.worked == f"{line.quantity} {line.unit} × {line.rate} = {line.amount}"
    assert abs(Decimal(line.quantity) * Decimal(line.rate) - Decimal(line.amount)) < Decimal("0.01")


def test_a_line_whose_rounding_is_not_that_of_what_it_prints_shows_no_false_product():
    lines = [msgspec.structs.replace(BILL.lines[0], amount="41.00"), *BILL.lines[1:]]
    found = explain(with_bill(lines=lines), "bill.lines.0.amount")
    assert found.worked is None
    assert found.equation.startswith("quantity × rate")


def test_what_is_fed_in_lowers_the_bill_by_its_product():
    credit = msgspec.structs.replace(BILL.lines[0], kind="credit", amount="-36.99")
    assert explain(with_bill(lines=[credit]), "bill.lines.0.amount").worked == "−(260.87 kWh × 0.14180) = -36.99"


def test_a_line_says_where_in_the_plans_file_it_stands():
    text = 'name = "TOU-3"\n# rates\n[[lines]]\nlabel = "Energy, off-peak"\n\n[[lines]]\nlabel = "Energy, mid-peak"\n'
    lines = [
        msgspec.structs.replace(line, entry=entry) for line, entry in zip(BILL.lines, (1, 2, 9, None), strict=True)
    ]
    made = sourced(lines, "tariffs/tou_3.toml", text)
    assert [line.source for line in made] == [
        "tariffs/tou_3.toml, line 3",
        "tariffs/tou_3.toml, line 6",
        "tariffs/tou_3.toml",
        "",
    ]
    assert explain(with_bill(lines=made), "bill.lines.1.amount").source == "tariffs/tou_3.toml, line 6"


def test_the_total_is_the_sum_of_its_lines():
    worked = explain(SUMMARY, "bill.total").worked
    assert worked == "36.99 + 107.62 + 62.63 + 8.76 = 216.00"


def test_each_cause_of_a_saving_has_its_own_equation_and_its_numbers():
    summary = msgspec.structs.replace(SUMMARY, baseline=msgspec.structs.replace(BASELINE, because=CAUSES))
    ducts, rooms = (explain(summary, f"baseline.because.{n}.amount") for n in range(2))
    assert ducts.worked == "569.80 kWh, 130.37 → 706.00 kWh, 161.57: 161.57 − 130.37 = 31.20"
    assert "ducts deliver" in ducts.equation
    assert "one thermostat" in rooms.equation
    assert rooms.inputs["baseline.because.1.before"] == "161.57"


def test_an_interval_stands_beside_its_figure():
    saving = explain(SUMMARY, "baseline.saving.p50")
    assert (saving.low, saving.high, saving.interval) == ("3", "60", "P10–P90")
    cop = explain(SUMMARY, "heat_pumps.duo.seasonal.heating.cop.value")
    assert (cop.low, cop.high, cop.interval) == (pytest.approx(2.1), pytest.approx(2.9), "90 %")


def test_a_figure_of_this_minute_is_explained_by_its_meters_and_its_price():
    heard = now(HOUSE, latest(), rate=RATE, credit=None, at_us=AT_US)
    cost = explain(SUMMARY, "now.total.cost", heard)
    assert (cost.unit, cost.inputs["now.total.watts"]) == ("USD/h", pytest.approx(2838.5))
    warm = explain(SUMMARY, "now.zones.living.celsius", heard)
    assert (warm.value, warm.unit) == (21.1, "°C")
    assert dt.datetime.fromisoformat(warm.inputs["now.zones.living.heard"]).timestamp() == pytest.approx(AT_US / 1e6)
    for name in figures(SUMMARY, heard):
        assert explain(SUMMARY, name, heard).equation, name


def test_a_figure_of_this_minute_is_none_where_nothing_is_heard():
    with pytest.raises(KeyError, match="no figure of the summary"):
        explain(SUMMARY, "now.total.cost")
