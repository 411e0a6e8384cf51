"""Numbers as they are printed: the docstrings' examples, the laws of rounding, the words for what is not known."""

import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger import formatting, rounding
from heatledger.formatting import NOT_KNOWN, largest_remainder, rounded

exact = st.decimals(min_value=-100_000, max_value=100_000, places=5)
measured = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)


@pytest.mark.parametrize("module", [formatting, rounding])
def test_examples_of_the_docstrings_hold(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@given(parts=st.lists(exact | st.just(Decimal(0)), min_size=1, max_size=12), digits=st.integers(0, 3))
def test_printed_parts_add_up_to_the_printed_total(parts, digits):
    total = sum(parts, Decimal(0))
    printed = largest_remainder(parts, total, digits)
    assert sum(printed, Decimal(0)) == rounded(total, digits)
    for part, shown in zip(parts, printed, strict=True):
        assert abs(part - shown) < Decimal(1).scaleb(-digits)
        assert shown.as_tuple().exponent == -digits
        assert part != 0 or shown == 0
        assert str(shown) != f"-{abs(shown)}" or shown < 0


@given(parts=st.lists(measured, min_size=1, max_size=12), digits=st.integers(0, 2))
def test_measured_parts_add_up_too(parts, digits):
    total = sum(parts)
    assert sum(largest_remainder(parts, total, digits)) == rounded(Decimal(str(total)), digits)


@pytest.mark.parametrize("unknown", [None, float("nan")])
def test_an_unknown_part_is_refused(unknown):
    with pytest.raises(ValueError, match="not known"):
        largest_remainder([1.0, unknown], 2.0, 1)


def test_parts_that_miss_the_total_are_refused():
    with pytest.raises(ValueError, match="a remainder is a part of its own"):
        largest_remainder([1.0, 2.0], 4.0, 1)


def test_the_house_of_the_mock_up_adds_up():
    # ../shared/mockups/email-700: the zones of December and their total
    parts = ["70.04", "31.38", "30.12", "23.31", "18.82", "16.22", "134.61", "15.67"]
    assert [str(part) for part in largest_remainder(parts, "340.17", 2)] == parts


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (formatting.money("9999.99", "USD"), "$9,999.99"),
        (formatting.money("0", "USD"), "$0.00"),
        (formatting.money("-0.001", "USD"), "$0.00"),
        (formatting.money("2.675", "USD"), "$2.68"),
        (formatting.money("1234.56", "EUR", locale="de"), "1.234,56\u00a0€"),
        (formatting.money("1234.56", "EUR", locale="fr"), "1\u202f234,56\u00a0€"),
        (formatting.money("1234.5", "JPY"), "¥1,235"),
        (formatting.money("12", "CHF"), "CHF\u00a012.00"),
        (formatting.money("12", "XTS"), "XTS\u00a012.00"),
        (formatting.money_per_hour("0.0999", "USD"), "$0.10"),
        (formatting.money_per_hour("-0.021", "USD"), "−2.1 ¢"),
        (formatting.money_per_hour("5", "JPY"), "¥5"),
        (formatting.price("-0.021", "USD"), "−2.1 ¢/kWh"),
        (formatting.energy(0.996), "1.0 kWh"),
        (formatting.energy(9999.97), "10,000 kWh"),
        (formatting.energy(0), "0.00 kWh"),
        (formatting.energy(12345.678, line=True), "12,345.68 kWh"),
        (formatting.temperature(-40), "−40.0 °C"),
        (formatting.temperature(20.6, wall=True), "21°"),
        (formatting.share(0.2, locale="de"), "20\u00a0%"),
        (formatting.coverage(0), "0%"),
        (formatting.coverage(0.9959), "99.5%"),
        (formatting.cop(3), "3.0"),
        (formatting.duration(59.7), "1 min"),
        (formatting.duration(7200), "2 h"),
        (formatting.duration(26 * 3600), "26 h"),
    ],
)
def test_edges_of_the_rules(printed, expected):
    assert printed == expected


@pytest.mark.parametrize(
    "printed",
    [
        formatting.money(None, "USD"),
        formatting.whole_money(None, "USD"),
        formatting.difference(None, "USD"),
        formatting.money_per_hour(None, "USD"),
        formatting.price(None, "USD"),
        formatting.full_rate(None, "USD"),
        formatting.energy(float("nan")),
        formatting.power(None),
        formatting.temperature(None),
        formatting.cop(None),
        formatting.share(None),
        formatting.coverage(None),
        formatting.duration(None),
        formatting.number(None, 1),
    ],
)
def test_what_is_not_known_is_said(printed):
    assert printed == NOT_KNOWN
