"""A house that lives the same weather twice: the true saving is within what is stated (see benchmarks/savings.py)."""

from __future__ import annotations

import pytest

from tests.savings.twice import NIGHT, Case, outcome


@pytest.mark.parametrize(
    "case",
    [
        Case("away", "kids", 4.0, None, before_d=14, days=7, before="night"),
        Case("night setback, mini-split", "living", 3.0, NIGHT, before_d=14, days=7),
    ],
    ids=lambda case: case.name,
)
def test_the_true_saving_of_the_whole_house_is_within_the_interval(case):
    found = outcome(case, 100)
    assert found.inside, found.line()
    assert found.told == (case.name == "away"), (
        found.line()
    )  # a setback of a unit that heats up at full load saves next to nothing
