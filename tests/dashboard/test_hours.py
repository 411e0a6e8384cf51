"""The heat map and the load-duration curve: whole sentences, gaps as gaps, days of 23 and 25 hours, and every state."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import plotly.graph_objects as go
import pytest

from dashboard import use_cards
from dashboard.figures_hours import hours_by_days
from dashboard.figures_load import load_duration
from dashboard.hours import hours_of
from heatledger.days import midnight
from heatledger.hours_used import DayOfHours
from tests.dashboard.books import SUMMARY, view
from tests.dashboard.house import HOUSE
from tests.dashboard.trees import find, texts, walk

ZONE = ZoneInfo(HOUSE.timezone)
SPRING, AUTUMN = dt.date(2026, 3, 8), dt.date(2026, 11, 1)  # clocks move at 2 am in the United States


def end_of(day):
    return midnight(day + dt.timedelta(days=1), ZONE)


def week(first, **changes):
    rows = [DayOfHours(day=first + dt.timedelta(days=n), kwh=[1.0 + n] * 24) for n in range(9)]
    return [msgspec.structs.replace(rows[0], **changes), *rows[1:]]


def hover(chart, day, hour):
    return chart.figure["data"][0]["text"][hour][day]


def of_one(day, kwh, **more):
    return hours_by_days(HOUSE, week(day, kwh=kwh, **more), "light", until=end_of(day + dt.timedelta(days=8)))


def test_an_hour_says_when_and_how_much_in_a_whole_sentence():
    chart = of_one(dt.date(2026, 1, 20), [0.5] * 18 + [3.2] + [0.5] * 5)
    assert hover(chart, 0, 18) == "Tue Jan 20, 6 pm to 7 pm: 3.2 kWh."
    assert chart.says == (
        "Most was used on Wed Jan 28, 12 am to 1 am: 9.0 kWh. Least on Tue Jan 20, 12 am to 1 am: 0.50 kWh."
    )


def test_an_hour_that_was_not_heard_is_a_gap_and_hatched_not_a_zero():
    chart = of_one(dt.date(2026, 1, 20), [1.0] * 10 + [None] + [0.0] * 13)
    (picture, hatched) = chart.figure["data"]
    assert (picture["z"][10][0], picture["z"][11][0]) == (None, 0.0)
    assert (hatched["x"], hatched["y"]) == ([0], [10])
    assert hover(chart, 0, 10) == "Tue Jan 20, 10 am to 11 am: nothing was heard."


def test_the_hour_that_comes_twice_says_both_and_the_one_that_never_was_is_no_gap():
    twice = of_one(AUTUMN, [1.0, 2.0, 4.0] + [1.0] * 22)
    assert (
        hover(twice, 0, 1) == "Sun Nov 1, 1 am to 2 am, twice because the clocks went back:<br>2.0 kWh, then 4.0 kWh."
    )
    assert twice.figure["data"][0]["z"][1][0] == 3.0
    assert len([row for row in twice.raw if row[0].startswith("2026-11-01")]) == 25
    missing = of_one(SPRING, [1.0] * 23)
    assert missing.figure["data"][0]["z"][2][0] is None
    assert "there was no hour" in hover(missing, 0, 2)
    assert len(missing.figure["data"]) == 1  # nothing is hatched


def test_an_estimate_says_how_much_of_it_is_one():
    estimated = [0.0] * 24
    estimated[3] = 0.9
    chart = of_one(dt.date(2026, 1, 20), [1.0] * 24, estimated_kwh=estimated)
    assert hover(chart, 0, 3).endswith("0.90 kWh of it is estimated.")
    assert chart.figure["data"][1]["y"] == [3]


def test_a_year_is_shown_by_weeks_and_a_day_lies_across():
    days = [DayOfHours(day=dt.date(2025, 1, 1) + dt.timedelta(days=n), kwh=[1.0] * 24) for n in range(365)]
    chart = hours_by_days(HOUSE, days, "light", until=end_of(days[-1].day))
    assert len(chart.figure["data"][0]["z"][0]) == 53
    assert "In the week from Jan 6" in hover(chart, 1, 5)
    one = hours_by_days(HOUSE, days[:1], "light", until=end_of(days[0].day))
    assert [len(row) for row in one.figure["data"][0]["z"]] == [24]


def test_hours_that_are_not_over_are_left_out():
    day = dt.date(2026, 1, 20)
    until = midnight(day, ZONE) + dt.timedelta(hours=7, minutes=40)
    assert len(hours_of(HOUSE, [DayOfHours(day=day, kwh=[1.0] * 8)], until)) == 7


def test_the_load_is_sorted_and_says_in_how_many_hours_it_drew_so_much():
    rows = [DayOfHours(day=dt.date(2026, 1, 20), kwh=[float(n) for n in range(24)])]
    chart = load_duration(HOUSE, rows, "light", until=end_of(rows[0].day))
    line = chart.figure["data"][0]
    assert line["y"] == sorted(line["y"], reverse=True)
    assert line["hovertext"][2] == "In 13% of the hours, 3 of 24 hours,<br>the home drew 21.00 kW or more."
    assert chart.says.startswith("The most of any hour was 23.00 kW, on Tue Jan 20, 11 pm to 12 am; half of 24 hours")
    assert line["customdata"][0] == "electricity.hourly.0.kwh.23"


def test_an_hour_heard_for_less_than_most_of_it_is_not_in_the_curve():
    heard = [1.0] * 24
    heard[5] = 0.5
    rows = [DayOfHours(day=dt.date(2026, 1, 20), kwh=[9.0 if n == 5 else 1.0 for n in range(24)], heard=heard)]
    chart = load_duration(HOUSE, rows, "light", until=end_of(rows[0].day))
    assert max(chart.figure["data"][0]["y"]) == 1.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_are_what_plotly_takes(scheme):
    day = dt.date(2026, 1, 20)
    for chart in (
        hours_by_days(HOUSE, week(day), scheme, until=end_of(day + dt.timedelta(days=8)), today=day),
        load_duration(HOUSE, week(day), scheme, until=end_of(day + dt.timedelta(days=8))),
    ):
        go.Figure(chart.figure)
        assert len(chart.columns) == len(chart.rows[0])
        assert len(chart.raw_columns) == len(chart.raw[0])


def with_hours(**changes):
    return msgspec.structs.replace(SUMMARY, electricity=msgspec.structs.replace(SUMMARY.electricity, **changes))


def test_the_cards_have_every_state():
    for make in (lambda seen: use_cards.when_used(seen, None), use_cards.how_much):
        assert "Not known" in texts(make(view(with_hours(kwh=None, hourly=[]))))
        assert "No whole hour yet" in texts(make(view(with_hours(hourly=[]))))
        assert find(make(view()), "chart")
    (doubt,) = find(use_cards.when_used(view(), None), "doubt")
    assert "1.9 kWh are estimated, in amount or in time; the total is right" in "".join(texts(doubt)).replace(
        " · ", " "
    )


def test_the_figures_of_their_tables_open_their_explanations():
    places = [getattr(one, "data-place", "") for one in walk(use_cards.how_much(view()))]
    assert len([place for place in places if place.startswith("electricity.hourly.")]) >= 8
