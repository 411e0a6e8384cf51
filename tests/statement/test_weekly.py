"""What the weekly letter says: each figure of the Summary, and of what is not known what would make it known."""

import msgspec
import pytest

from heatledger.billed import Outlook, Quantiles
from heatledger.reader import Reader, reading
from heatledger.statement.weekly import week_content
from heatledger.week import SameWeather
from tests.statement.december import HOME
from tests.statement.week import BUDGET, SILENT, WEEK


def change(**fields):
    return msgspec.structs.replace(WEEK, **fields)


def cycle(**fields):
    return msgspec.structs.replace(WEEK.cycle, bill=msgspec.structs.replace(WEEK.cycle.bill, **fields))


def figure(said, label):
    return next(one for one in said.figures if one.label == label)


def test_a_week_says_what_it_cost_and_against_what():
    said = week_content(WEEK, BUDGET)
    assert (said.head.subject, said.head.total) == ("Week to Dec 21: $73.39", "$73.39")
    assert said.head.sentence.startswith("$6.33 more than the week before. 305.2 kWh of electricity in 7 days, $10.48")
    # 73.39 less 71.20 that the same weather would have cost
    same = figure(said, "In the same weather")
    assert (same.value, same.note) == ("$2 more", "$66 to $76 was to be expected")
    assert said.weather == [
        "Outdoors it was 6 °F colder than the week before. In this week’s weather the week before would have cost $66 "
        "to $76, 9 chances in 10. This week’s $73.39 is among what the weather explains."
    ]
    bill = figure(said, "This bill")
    assert (bill.value, bill.aside, bill.note) == ("$331", "$298–$366", "83% to keep the budget of $350.00")
    assert "$190.02 so far. By Jan 2 it is heading for $298 to $366, most likely $331." in said.heading[0]
    assert "The chance that the budget of $350.00 is kept is 83%." in said.heading[0]
    assert figure(said, "COP, by unit").known
    assert [name for name, _ in said.pumps] == ["Multi-split, 3 rooms", "Kids’ and guest room"]


def test_rooms_add_up_and_stand_beside_the_week_before():
    said = week_content(WEEK, BUDGET)
    cents = {row.label: tuple(int(cell.strip("$").replace(".", "")) for cell in row.cells[1:]) for row in said.rows}
    assert cents["Living room"] == (1602, 1410)
    assert cents["Fixed charge"] == (354, 354)
    assert [sum(row[at] for row in cents.values()) for at in (0, 1)] == [7339, 6706]
    assert said.total.cells == ("Total", "$73.39", "$67.06")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        ("66.40", "76.00", "is among what the weather explains."),
        ("60.00", "70.00", "is more than the weather explains: something else used it."),
        ("75.00", "85.00", "is less than the weather explains."),
    ],
)
def test_the_verdict_is_the_intervals(low, high, verdict):
    weather = SameWeather(low=low, middle=low, high=high, warmer_k=0.0)
    (said,) = week_content(change(weather=weather), HOME).weather
    assert said.startswith("Outdoors it was as warm as the week before. ")
    assert said.endswith(verdict)


def test_the_one_thing_worth_doing_is_an_alert_that_lasts_before_what_costs_most():
    assert week_content(change(episodes=[SILENT]), HOME).worth == [
        "Bedroom is not heard any more, since Thu Dec 18. See that it has power and reaches the broker."
    ]
    money = msgspec.structs.replace(SILENT, rule="budget", title="The bill is heading above the budget")
    assert "Bedroom" not in week_content(change(episodes=[money]), HOME).worth[0]
    assert len(week_content(WEEK, HOME).worth) == 1
    quiet = msgspec.structs.replace(WEEK.week, heat_pumps={})
    assert week_content(change(week=quiet), HOME).worth == ["Nothing stands out this week, and no alert lasts."]


def test_what_cannot_be_known_says_what_would_make_it_known():
    bill = msgspec.structs.replace(
        WEEK.week.bill, total=None, reason="no tariff: name one with tariff = in the home file"
    )
    week = msgspec.structs.replace(WEEK.week, bill=bill)
    unlike = SameWeather(reason="no tariff: name one with tariff = in the home file")
    seen = Outlook(reason="too soon: 9 of the 14 days it takes are measured")
    later = cycle(outlook=msgspec.structs.replace(seen, known_from=WEEK.end), projected=Quantiles())
    said = week_content(change(week=week, difference=None, weather=unlike, cycle=later), BUDGET)
    assert said.head.subject == "Week to Dec 21: cost not known"
    assert said.head.sentence.startswith("No tariff: name one with tariff = in the home file.")
    assert figure(said, "In the same weather").value == "Not known"
    assert figure(said, "This bill").note == "Too soon: 9 of the 14 days it takes are measured."
    assert said.heading == ["Too soon: 9 of the 14 days it takes are measured. It will be known from Dec 22 on."]
    assert said.total.now == "305.2 kWh"  # without a bill where it went is energy
    assert "$0" not in " ".join([said.head.sentence, *said.heading, *said.weather])


def test_odds_of_all_draws_are_no_certainty_and_without_a_budget_it_says_what_it_takes():
    sure = cycle(outlook=Outlook(projected=WEEK.cycle.bill.projected, chance=1.0))
    said = week_content(change(cycle=sure), BUDGET)
    assert said.heading[0].endswith("Each of 200 projections keeps the budget of $350.00.")
    assert "100%" not in said.heading[0] + figure(said, "This bill").note
    assert (
        week_content(WEEK, HOME)
        .heading[0]
        .endswith("No budget is stated: with budget in the home file this letter says how likely it is to be kept.")
    )


def test_a_home_reads_it_in_its_own_language():
    with reading(Reader("de")):
        said = week_content(WEEK, BUDGET)
    assert said.head.subject == "Woche bis 21. Dez.: 73,39\u00a0$"
    assert said.head.sentence.startswith("6,33\u00a0$ mehr als in der Woche davor.")


def test_a_week_that_cost_the_same_says_so():
    said = week_content(change(difference="0.00"), HOME)
    assert said.head.sentence.startswith("As much as the week before.")
