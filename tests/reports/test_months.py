"""Months as they are written."""

import doctest

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
