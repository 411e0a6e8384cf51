"""What an address asks: a period by its name, a day in it, or first and last day; and the addresses beside it."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from dashboard.queries import AskError
from dashboard.question import address, after, asked, before, day_of, words
from tests.dashboard.house import HOUSE

NOW = datetime(2026, 1, 21, 0, 42, tzinfo=UTC)  # 6:42 pm on Jan 20 in Chicago; the bill begins on the 3rd


def query(address):
    return dict(parse_qsl(address.removeprefix("?")))


@pytest.mark.parametrize(
    ("said", "shown", "day"),
    [
        ({}, "Jan 3 – Feb 2", "day 18 of 31"),
        ({"period": "day"}, "Tue Jan 20", ""),
        ({"period": "week"}, "Jan 19 – Jan 25", "day 2 of 7"),
        ({"period": "month"}, "January", "day 20 of 31"),
        ({"period": "year"}, "2026", "day 20 of 365"),
        ({"period": "cycle", "at": "2025-12-31"}, "Dec 3 – Jan 2", ""),
        ({"period": "cycle", "at": "2024-12-31"}, "Dec 3 – Jan 2, 2025", ""),
        ({"period": "month", "at": "2025-11-02"}, "November 2025", ""),
        ({"from": "2026-01-05", "through": "2026-01-07"}, "Jan 5 – Jan 7", ""),
        ({"from": "2026-01-05", "through": "2026-01-05"}, "Mon Jan 5", ""),
    ],
)
def test_what_an_address_asks_is_said_as_a_household_would(said, shown, day):
    question = asked(HOUSE, said, NOW)
    assert words(question, NOW) == shown
    assert day_of(question, NOW) == day


def test_the_last_day_of_a_span_is_within_it():
    question = asked(HOUSE, {"from": "2026-01-05", "through": "2026-01-07"}, NOW)
    assert (question.start.isoformat(), question.end.isoformat()) == (
        "2026-01-05T00:00:00-06:00",
        "2026-01-08T00:00:00-06:00",
    )


@pytest.mark.parametrize("name", ["day", "week", "month", "cycle", "year"])
def test_before_and_after_lead_back_to_where_one_was(name):
    here = asked(HOUSE, {"period": name}, NOW)
    assert after(here) is None
    back = asked(HOUSE, query(before(here)), NOW)
    assert back.end == here.start
    assert asked(HOUSE, query(after(back)), NOW) == here


def test_days_of_ones_own_move_by_their_length():
    here = asked(HOUSE, {"from": "2026-01-05", "through": "2026-01-07"}, NOW)
    assert query(before(here)) == {"from": "2026-01-02", "through": "2026-01-04", "home": "maple"}
    assert query(after(here)) == {"from": "2026-01-08", "through": "2026-01-10", "home": "maple"}


def test_an_address_keeps_what_is_not_changed():
    here = asked(HOUSE, {"period": "month", "work": "cooling", "pump": "duo"}, NOW)
    assert query(address(here, work="heating")) == {
        "period": "month",
        "work": "heating",
        "pump": "duo",
        "home": "maple",
    }
    assert query(address(here, period="week")) == {"period": "week", "work": "cooling", "pump": "duo", "home": "maple"}


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"period": "fortnight"}, "unknown period 'fortnight'; use one of day, week, month, cycle, year"),
        ({"from": "2026-01-05"}, "give both the first and the last day, as 2026-01-31"),
        ({"from": "soon", "through": "2026-01-05"}, "from: 'soon' is not a day; write 2026-01-31"),
        ({"period": "day", "at": "2026-13-01"}, "at: '2026-13-01' is not a day; write 2026-01-31"),
        ({"from": "2026-01-05", "through": "2026-01-01"}, "is not before"),
        ({"work": "dancing"}, "work: 'dancing' is not known; use heating or cooling"),
    ],
)
def test_an_address_that_asks_nothing_is_one_line(said, line):
    with pytest.raises(AskError) as raised:
        asked(HOUSE, said, NOW)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)
