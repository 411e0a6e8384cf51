"""The page `/bill`: the answer, the lines and who used it add up, the charts say what they show, and every state."""

from datetime import date
from decimal import Decimal

import msgspec
import plotly.graph_objects as go
import pytest

from dashboard import bill_cards, bill_notes
from dashboard.figures import template
from dashboard.figures_daily import daily_cost, price_ramp
from dashboard.figures_total import running_total
from dashboard.pages import bill
from heatledger.billed import Outlook, Quantiles
from tests.dashboard import books
from tests.dashboard.books import BILL, SUMMARY, no_bill, total_of, view, with_bill
from tests.dashboard.trees import by_id, find, texts


def said(summary=SUMMARY, **query):
    return "".join(texts(bill.answer(view(summary, **query))))


def test_the_answer_says_how_much_where_it_ends_and_whether_the_budget_holds():
    assert said() == "$216.00 so far, heading for $366. 8 chances in 10 to stay under $380."


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.999, "It stays under the budget of $380."),
        (0.01, "It goes over the budget of $380."),
        (0.52, "5 chances in 10"),
    ],
)
def test_a_chance_is_said_in_words(chance, words):
    outlook = msgspec.structs.replace(BILL.outlook, chance=chance)
    assert words in said(with_bill(outlook=outlook))


def test_without_a_budget_the_range_is_said():
    outlook = msgspec.structs.replace(BILL.outlook, chance=None)
    assert said(with_bill(outlook=outlook, budget=None)).endswith("8 chances in 10 that it ends between $346 and $389.")


def test_before_two_weeks_the_forecast_says_when_it_comes():
    early = with_bill(
        projected=Quantiles(), outlook=Outlook(reason="too soon: 6 of the 14 days", known_from=date(2026, 1, 28))
    )
    assert said(early) == "$216.00 so far. Where it ends is known from Jan 28."
    assert "The forecast comes on Jan 28" in texts(bill.running(view(early)))


def test_a_bill_that_is_over_is_set_beside_the_one_before():
    assert said(period="cycle", at="2025-12-31") == "$216.00. $18.00 more than the bill before."


def test_without_a_bill_every_card_says_why_and_no_figure_is_invented():
    shown = texts(bill.render(view(no_bill("no tariff: name one with tariff = in the home file"))))
    assert "The bill is not known." in shown
    assert shown.count("Not known") == 4
    assert not [word for word in shown if "$" in word]


def test_the_lines_stand_as_the_utility_prints_them_and_add_up():
    card = bill_cards.lines(view())
    shown = texts(card)
    for word in ("Energy, off-peak", "260.87 kWh", "$0.14180", "$36.99", "18 days", "$0.48722", "$216.00", "tou_3"):
        assert word in shown
    assert total_of(BILL.lines) == Decimal(BILL.total)
    assert "$0.41 estimated" in shown
    assert "is-estimated" in card.className


def test_a_tax_says_on_what_it_is_taken():
    line = msgspec.structs.replace(
        BILL.lines[0], kind="percent", label="City tax", quantity="210.67", unit="USD", rate="0.025"
    )
    assert (bill_cards.quantity(line, "USD"), bill_cards.rate(line, "USD")) == ("on $210.67", "2.5%")


def test_who_used_it_adds_up_to_the_bill():
    figures = [word for word in texts(bill_cards.who(view())) if word.startswith("$")]
    assert figures == ["$76.80", "$130.44", "$8.76"]
    assert sum(Decimal(figure[1:]) for figure in figures) == Decimal(BILL.total)


def test_a_heat_pump_that_was_not_heard_makes_a_lower_and_an_upper_bound():
    used = msgspec.structs.replace(
        books.ELECTRICITY, by_meter_cost={"split": "33.10", "multi": None}, pumps_cost="33.10", rest_cost="174.14"
    )
    card = bill_cards.who(view(msgspec.structs.replace(SUMMARY, electricity=used)))
    assert "at least $33.10" in texts(card)
    assert "at most $174.14" in texts(card)
    assert "duo not heard" in texts(card)


def test_why_it_differs_adds_up_to_the_difference():
    shown = texts(bill_cards.why(view()))
    amounts = [word for word in shown if word[0] in "+−"]
    assert amounts == ["+$12.50", "−$1.50", "+$7.00", "+$18.00"]


def test_the_notes_tell_the_utility_and_what_was_recalculated():
    shown = " ".join(texts(bill_notes.notes(view())))
    assert "Last bill: $340.17 here, $340.17 at the utility." in shown
    assert "Recalculated Jan 20, −$1.86." in shown or "Recalculated Jan 21, −$1.86." in shown


def test_the_strongest_colour_is_the_dearest_price():
    assert price_ramp(BILL) == {"Energy, off-peak": "price-0", "Energy, mid-peak": "price-1", "Energy, peak": "price-2"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", [daily_cost, running_total])
def test_a_chart_is_one_that_plotly_takes_and_says_its_figures(make, scheme):
    chart = make(BILL, scheme, last=date(2026, 2, 2), today=date(2026, 1, 20))
    made = go.Figure(chart.figure)
    assert made.layout.template.layout.font.family == template(scheme)["layout"]["font"]["family"]
    assert "$216.00" in chart.says
    assert len(chart.rows) == len(chart.raw)
    assert len(chart.columns) == len(chart.rows[0])
    assert len(chart.raw_columns) == len(chart.raw[0])


def test_every_day_of_the_chart_is_as_high_as_it_cost():
    chart = daily_cost(BILL, "light", last=date(2026, 2, 2), today=date(2026, 1, 20))
    heights = [sum(parts) for parts in zip(*(trace["y"] for trace in chart.figure["data"]), strict=True)]
    assert heights == pytest.approx([12.0] * books.DAYS)
    assert "estimated" in [trace["name"] for trace in chart.figure["data"]]


def test_what_is_hovered_is_a_sentence():
    chart = daily_cost(BILL, "light", last=date(2026, 2, 2), today=date(2026, 1, 20))
    assert chart.figure["data"][0]["hovertext"][8].replace("<br>", " ") == (
        "Sun Jan 11 cost $12.00: Energy, off-peak $2.05, Energy, mid-peak $5.98, Energy, peak $3.48, "
        "fixed and credits $0.49. $0.41 of it is estimated. Nothing was heard for 2 h."
    )


def test_a_year_is_shown_by_months():
    days = [
        msgspec.structs.replace(BILL.by_day[0], day=date.fromordinal(date(2025, 1, 1).toordinal() + number))
        for number in range(365)
    ]
    chart = daily_cost(msgspec.structs.replace(BILL, by_day=days), "light", last=date(2025, 12, 31), today=None)
    assert len(chart.rows) == 12
    assert chart.rows[1][-1] == "$336.00"  # 28 days of $12


def test_the_page_names_its_cards():
    tree = bill.render(view())
    for name in (
        "bill-lines",
        "bill-who",
        "bill-why",
        "bill-notes",
        "bill-days",
        "bill-running",
        "bill-hours",
        "bill-load",
    ):
        by_id(tree, name)
    assert len(find(tree, "chart")) == 4
