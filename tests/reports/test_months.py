"""Months in a home's own time."""

import doctest
from datetime import UTC, date, datetime

import pytest

from reports import months


def test_examples_of_the_docstrings_hold():
    outcome = doctest.testmod(months)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "last", "", "9999-12", "2026-1٠"]
)
def test_what_is_no_month_is_refused_in_one_line(text):
    with pytest.raises(months.NoMonthError, match=r"write year and month, such as 2026-10$"):
        months.parse(text)


@pytest.mark.parametrize(
    ("timezone", "expected"),
    [("Pacific/Auckland", date(2026, 10, 1)), ("UTC", date(2026, 9, 1)), ("America/Chicago", date(2026, 9, 1))],
)
def test_the_last_month_over_depends_on_where_the_home_is(timezone, expected):
    assert months.last_complete(datetime(2026, 10, 31, 12, tzinfo=UTC), timezone) == expected


def test_a_month_with_a_clock_change_is_an_hour_longer():
    start, end = months.span(date(2026, 10, 1), "Europe/Berlin")
    assert (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() == (31 * 24 + 1) * 3600


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 2, 12, 59, tzinfo=UTC), date(2026, 9, 1)),  # 6:59 am in Chicago
        (datetime(2026, 11, 2, 13, 0, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2026, 11, 30, 0, 0, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2027, 1, 3, 12, 0, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_statement_is_due_from_its_day_and_hour_on(now, expected):
    assert months.due(now, "America/Chicago", day=2, hour=7) == expected
