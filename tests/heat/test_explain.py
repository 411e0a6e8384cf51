"""Every figure that the Summary can show is explained: equation, inputs, coverage, rung, rate plan."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import inspect

from heatledger.bill import Period
from heatledger.day_sums import sum_days
from heatledger.explain import explain, figures, row_of
from heatledger.heat.flows import HeatSum, PumpDay
from heatledger.summary import Summary, summarise
from tests.accounts.homes import home
from tests.accounts.test_summary import FLAT, books_of

CHICAGO = ZoneInfo("America/Chicago")
MONEY = ("cost", "amount", "total", "p10", "p50", "p90", "rate", "quantity", "low", "high", "difference", "money")


def figures_of(kind, path=(), seen=()):
    """Yield the place of every number, and of every amount of money in words, that a type can hold."""
    match kind:
        case inspect.UnionType():
            for one in kind.types:
                yield from figures_of(one, path, seen)
        case inspect.StructType() if kind.cls not in seen:
            for field in kind.fields:
                yield from figures_of(field.type, (*path, field.encode_name), (*seen, kind.cls))
        case inspect.DictType():
            yield from figures_of(kind.value_type, (*path, "key"), seen)
        case inspect.ListType() | inspect.VarTupleType():
            yield from figures_of(kind.item_type, (*path, "0"), seen)
        case inspect.FloatType() | inspect.IntType():
            yield ".".join(path)
        case inspect.StrType() if path[-1] in MONEY:
            yield ".".join(path)


def test_every_figure_that_the_summary_can_hold_has_an_equation():
    places = set(figures_of(inspect.type_info(Summary)))
    assert len(places) > 100
    assert sorted(place for place in places if row_of(place) is None) == []


@pytest.fixture(scope="module")
def summary():
    from heatledger.accounts import account

    place = home()
    blocks, start, end = books_of()
    start_s, end_s = int(start.timestamp()), int(end.timestamp())
    pieces = [(start + dt.timedelta(days=n), start + dt.timedelta(days=n + 1)) for n in range(3)]
    days = sum_days(account(place, blocks, start_s=start_s, end_s=end_s), pieces, now=end)
    sums = HeatSum(electricity_kwh=10.0, heat_kwh=30.0, systematic_kwh=3.6, seconds=86_400.0)
    pumps = {"mini": PumpDay(use={"heating": 10.0}, heating={"D": sums}), "multi": PumpDay(use={"heating": 4.0})}
    days = [msgspec.structs.replace(day, pumps=pumps) for day in days]
    return summarise(place, days, period=Period(start=start, end=end), tariff=FLAT, now=end)


def test_every_figure_shown_is_explained_as_it_stands(summary):
    names = figures(summary)
    assert len(names) > 50
    for name in names:
        found = explain(summary, name)
        assert found.equation
        assert found.what
        assert found.coverage == summary.electricity.coverage
        assert found.value is not None or found.reason


def test_a_cop_names_its_rung_boundary_and_what_it_is_the_ratio_of(summary):
    found = explain(summary, "heat_pumps.mini.seasonal.heating.cop.value")
    assert (found.value, found.rung, found.method, found.boundary) == (3.0, "D", "unit map", "H4")
    inputs = found.inputs
    assert inputs["heat_pumps.mini.seasonal.heating.heat_kwh"] == 90.0
    assert inputs["heat_pumps.mini.seasonal.heating.kwh"] == 30.0
    assert found.equation.startswith("COP = Σ heat delivered / Σ electricity")


def test_a_cop_that_is_not_known_says_why(summary):
    found = explain(summary, "heat_pumps.multi.cop.value")
    assert found.value is None
    assert "power and temperatures alone" in found.reason


def test_a_line_of_the_bill_names_its_rate_plan_and_multiplies(summary):
    found = explain(summary, "bill.lines.0.amount")
    assert found.unit == "USD"
    assert found.tariff
    assert found.inputs["bill.lines.0.rate"] in ("0.1632", "0.52")


def test_a_figure_that_is_not_there_names_the_nearest(summary):
    with pytest.raises(KeyError, match=r"did you mean heat_pumps\.mini\.cop\.value"):
        explain(summary, "heat_pumps.mini.cop.valu")
    with pytest.raises(KeyError, match="no figure of the summary"):
        explain(summary, "home")
