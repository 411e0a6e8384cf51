"""The pages `/zones`, `/performance` and `/compare`: the answer, what adds up, and every state."""

from decimal import Decimal

import msgspec
import plotly.graph_objects as go
import pytest

from dashboard import compare_cards, pump_cards, zone_cards
from dashboard.explained import _printed, drawer
from dashboard.figures_compare import running_cost, steps, waterfall
from dashboard.figures_heat import cop_by_outdoor
from dashboard.pages import compare, performance, zones
from heatledger.baseline.compared import BaselineSummary
from heatledger.billed import Quantiles
from heatledger.live import now
from heatledger.operation import Cycling, Defrosting, Standby
from tests.dashboard import books
from tests.dashboard.books import BASELINE, SUMMARY, cop, no_bill, pump, view
from tests.dashboard.house import AT_US, HOUSE, RATE, latest, spoken
from tests.dashboard.trees import find, texts, walk


def answer(page, summary=SUMMARY, **query):
    return "".join(texts(page.answer(view(summary, **query))))


def with_pump(**changes):
    return msgspec.structs.replace(SUMMARY, heat_pumps={**SUMMARY.heat_pumps, "duo": pump(198.0, **changes)})


def with_baseline(**changes):
    return msgspec.structs.replace(SUMMARY, baseline=msgspec.structs.replace(BASELINE, **changes))


def live(**changes):
    return now(HOUSE, latest(**changes), rate=RATE, credit=None, at_us=AT_US)


def test_zones_says_which_room_costs_most():
    assert answer(zones) == "Living room is 37% of what the rooms cost: $33.10 of $89.61."


def test_rooms_and_the_rest_add_up_to_the_meters_in_energy_and_money():
    rooms, others = zone_cards.rows(view())
    *rest, (name, kwh, cost) = others
    assert (name, kwh, cost) == ("Whole home", "915.3", "$216.00")
    energy = [Decimal(row.kwh) for row in rooms] + [Decimal(figure) for _, figure, _ in rest if figure]
    money = [Decimal(row.cost[1:]) for row in rooms] + [Decimal(figure[1:]) for _, _, figure in rest]
    assert (sum(energy), sum(money)) == (Decimal("915.3"), Decimal("216.00"))


def test_a_room_says_what_it_does_now_how_warm_it_is_and_what_heat_costs_there():
    shown = texts(zone_cards.table(view(now=live())))
    for word in ("heating", "70°", "set 70°", "2.6\xa0¢", "2.1–3.2", "own meter", "head demand", "not known"):
        assert word in shown, word


def test_a_silent_room_shows_no_old_temperature_as_new():
    shown = texts(zone_cards.table(view(now=live(kids_temp=spoken(20.0, ago_s=9_000)))))
    assert "no data since 4:12 pm" in shown
    assert "was 68°" in shown
    assert "68°" not in shown


def test_a_day_without_a_reading_is_a_gap_and_not_a_zero():
    (bars,) = [one for one in find(zone_cards.table(view()), "days") if "Living" in getattr(one, "aria-label")]
    assert [bar.className for bar in bars.children].index("gap") == 8


def test_the_shared_unit_is_divided_once_and_its_parts_are_a_hundred_per_cent():
    card = next(one for one in (zone_cards.shared(view(), unit) for unit in HOUSE.heat_pumps) if one is not None)
    shown = texts(card)
    assert [word for word in shown if word.endswith("%")] == ["49%", "35%", "16%"]
    assert {"198.0 kWh", "96.0 kWh", "70.0 kWh", "32.0 kWh"} <= set(shown)
    assert "No room’s: defrosting, standby" in shown


def test_zones_without_a_bill_keeps_the_energy_and_says_why_there_is_no_money():
    shown = texts(zones.render(view(no_bill("no tariff: name one"))))
    assert "150.0" in shown
    assert not [word for word in shown if word.startswith("$")] or answer(zones, no_bill("no tariff")) != ""


def test_performance_says_what_one_unit_of_electricity_made():
    assert answer(performance) == (
        "duo: One unit of electricity made 2.5 of heat (2.1–2.9), as expected for this weather."
    )
    assert answer(performance, pump="mini").startswith("mini: ")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.5, "less than the 2.2–2.9 expected for this weather"),
        (4.0, "more than the 2.2–2.9 expected for this weather"),
    ],
)
def test_a_cop_out_of_the_ordinary_is_said(value, words):
    seasonal = {"heating": msgspec.structs.replace(SUMMARY.heat_pumps["duo"].seasonal["heating"], cop=cop(value))}
    assert words in answer(performance, with_pump(seasonal=seasonal))


def test_a_cop_that_cannot_be_known_says_what_would_settle_it():
    reason = "no heat is measured; a heat meter would settle it"
    was = SUMMARY.heat_pumps["duo"].seasonal["heating"]
    seasonal = {"heating": msgspec.structs.replace(was, cop=cop(None, reason), bins=[])}
    made = performance.render(view(with_pump(seasonal=seasonal)))
    assert "duo: The COP is not known. No heat is measured. A heat meter would settle it." in "".join(texts(made[0]))
    assert "Not known" in texts(made)
    assert not find(made, "chart")


def test_what_was_not_done_in_the_period_is_said():
    assert answer(performance, work="cooling", pump="duo") == "duo: No cooling in this period."
    assert "No cooling in this period" in texts(performance.render(view(work="cooling")))


def test_the_ladder_says_every_rung_its_state_and_what_would_narrow_it():
    shown = texts(pump_cards.ladder(HOUSE.heat_pumps[1], pump(198.0)))
    assert [word for word in shown if len(word) == 1 and word.isalpha()] == list("ABCDEF")
    assert "9 of 14 days gathered" in shown
    assert "refused: needs known heat first" in shown
    assert "a supply-air probe: ±15%" in shown
    (used,) = find(pump_cards.ladder(HOUSE.heat_pumps[1], pump(198.0)), "in-use")
    assert "Unit map" in texts(used)


def test_starts_defrosts_and_standby_are_one_number_and_one_sentence():
    shown = texts(pump_cards.run(view(), HOUSE.heat_pumps[1], pump(198.0)))
    for word in ("14", "starts a day", "26.1 kWh", "$5.96 · 13.2% of heating", "43 W"):
        assert word in shown, word


def test_starts_defrosts_and_standby_that_are_not_known_say_why():
    use = pump(
        198.0,
        cycling=Cycling(reason="one reading in five minutes"),
        defrosting=Defrosting(reason="nobody says so"),
        standby=Standby(reason="it never rested"),
    )
    shown = texts(pump_cards.run(view(), HOUSE.heat_pumps[1], use))
    assert shown.count("Not known") == 3
    assert "It never rested." in shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_charts_are_what_plotly_takes(scheme):
    seen = SUMMARY.heat_pumps["duo"].seasonal["heating"]
    for chart in (
        cop_by_outdoor(HOUSE, seen, scheme, at="heat_pumps.duo.seasonal.heating", now_c=-3.0),
        running_cost(BASELINE, "a ducted heat pump", "USD", scheme),
        waterfall(BASELINE, "a ducted heat pump", "USD", scheme),
    ):
        go.Figure(chart.figure)
        assert len(chart.columns) == len(chart.rows[0])
        assert len(chart.raw_columns) == len(chart.raw[0])
        assert chart.says.endswith(".")


def test_compare_says_what_was_saved_and_what_it_mostly_comes_from():
    assert answer(compare) == "About $31 saved against a ducted heat pump ($3 to $60). Mostly duct losses."


def test_a_saving_that_may_be_none_is_not_called_one():
    either = with_baseline(saving=Quantiles(p10="-18", p50="9", p90="36"))
    assert answer(compare, either).startswith("Neither clearly cheaper nor dearer than a ducted heat pump")
    dearer = with_baseline(saving=Quantiles(p10="-33", p50="-12", p90="-2"))
    assert answer(compare, dearer).startswith("About $12 more than a ducted heat pump")


def test_the_waterfall_leads_from_ours_to_theirs_in_whole_units_that_add_up():
    made = steps(BASELINE, "USD")
    assert [step.printed for step in made] == ["$130.37", "+$31", "+$10", "−$13", "+$3", "$161"]
    assert made[-1].end - made[0].end == Decimal("31.0")
    whole = [int(step.printed.replace("−", "-").replace("$", "").replace("+", "")) for step in made[1:-1]]
    assert sum(whole) == 31


def test_every_alternative_stands_on_one_axis_and_one_that_has_no_price_says_so():
    shown = texts(compare_cards.alternatives(view()))
    assert "no price of oil: name one in the home file" in shown
    assert len(find(compare_cards.alternatives(view()), "either")) == 1
    assert "A COP error of 10% moves this saving by $16, because the comparison delivers the same heat." in texts(
        compare_cards.sensitivity(view())
    )


def test_a_comparison_too_soon_shows_how_far_it_has_come():
    early = BaselineSummary(
        system="ducted", bill=Quantiles(), saving=Quantiles(), because=[], refused="needs 14 days of heating", days=6.0
    )
    made = compare.render(view(msgspec.structs.replace(SUMMARY, baseline=early)))
    shown = texts(made)
    assert "Day 6 of 14" in shown
    assert "Needs 14 days of heating. Fewer days would be a guess." in shown
    assert find(made, "progress")
    assert not [word for word in shown if "$" in word]


def test_a_refused_comparison_says_why():
    shown = texts(compare.render(view(with_baseline(refused="no tariff; name one in the home file", days=40.0))))
    assert "Not known" in shown
    assert "name one in the home file" in shown


@pytest.mark.parametrize("page", [zones, performance, compare])
def test_every_figure_that_opens_can_be_explained(page):
    places = [getattr(one, "data-place", None) for one in walk(page.render(view()))]
    for place in filter(None, places):
        shown = texts(drawer(view(), place))
        assert "This figure is not in the books any more." not in shown, place
        assert shown[-1] == place


def test_a_figure_that_is_gone_is_said():
    assert texts(drawer(view(), "bill.lines.99.amount"))[0] == "This figure is not in the books any more."


def test_a_bill_line_is_explained_by_its_equation_and_its_plan():
    shown = texts(drawer(view(), "bill.lines.0.amount"))
    assert "$36.99" in shown
    assert any("tou_3" in word for word in shown)
    assert books.BILL.lines[0].rate in " ".join(shown)


def test_a_truth_that_went_in_is_a_word_and_no_number():
    assert (_printed(True, "", "USD"), _printed(False, "", "USD"), _printed(1.0, "", "USD")) == ("yes", "no", "1")


def test_a_year_of_days_is_drawn_as_means_of_runs_of_days():
    use = SUMMARY.electricity.by_zone["living"]
    year = msgspec.structs.replace(use, daily=[use.daily[0]] * 365)
    made = zone_cards.daily(year)
    assert len(made) == 61  # runs of six days
    assert made == pytest.approx([use.daily[0].kwh] * 61)
