"""The row of the price: what is dear now, until when, and the day ahead; nothing of a plan that never changes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dashboard.price_row import HOURS, price_row
from dashboard.queries import Books
from heatledger.tariff.marginal import Marginal, Step
from tests.dashboard.test_page import find, page, summary, words

EVENING = datetime(2026, 1, 20, 18, 42, tzinfo=ZoneInfo("America/Chicago"))


def priced(*steps, at=EVENING):
    """The page while these prices are ahead: (hours from now, price or None, label), each until the next."""
    edges = [*(hours for hours, _, _ in steps), HOURS + 1]
    moments = [(at + timedelta(hours=hours)).astimezone(UTC) for hours in edges]
    ahead = tuple(
        Step(start, end, None if rate is None else Decimal(rate), None, label)
        for (_, rate, label), start, end in zip(steps, moments, moments[1:], strict=False)
    )
    marginal = Marginal(ahead[0].rate, None, ahead[0].period, ahead[0].end, ahead)
    opened = summary()
    bill = msgspec.structs.replace(opened.bill, price=marginal)
    made = page(books=Books(msgspec.structs.replace(opened, bill=bill), summary("11.15")))
    return price_row(msgspec.structs.replace(made, at=at.astimezone(UTC)))


def bars(row):
    return [find(row, f"now-price-bar-{number}") for number in range(HOURS)]


def labels(row):
    said = [words(find(row, f"now-price-at-{number}")) for number in range(HOURS)]
    return {number: text for number, text in enumerate(said) if text}


def test_a_dear_evening_is_said_with_its_end_and_the_day_ahead():
    row = priced((-3, "0.384", "Peak price"), (2.3, "0.242", "Mid"), (5.3, "0.151", "Night"), (21.3, "0.384", "Peak"))
    assert row.className == "price"
    assert words(find(row, "now-price-name")) == "Peak price"
    assert words(find(row, "now-price")) == "38.4 ¢/kWh until 9 pm"
    assert labels(row) == {0: "now", 3: "9 pm", 6: "12 am", 22: "4 pm"}
    heights = [bar.style["height"] for bar in bars(row)]
    assert heights == ["100%"] * 3 + ["63%"] * 3 + ["39%"] * 16 + ["100%"] * 2  # 0.242 and 0.151 of 0.384
    assert words(find(row, "now-price-said")) == (
        "In the next 24 hours a kilowatt-hour costs least at 12 am, 15.1 ¢/kWh, and most at 6 pm, 38.4 ¢/kWh."
    )


def test_a_price_that_never_changes_has_no_row():
    row = priced((-1, "0.384", "Energy"))
    assert row.className == "price none"
    assert words(row).split() == ["until"]  # not shown: the same elements stand in every state
    assert price_row(page()).className == "price none"


def test_prices_by_the_hour_are_labelled_by_the_clock_and_one_below_zero_is_seen_to_pay():
    row = priced(*((hours - 0.7, f"{(hours % 5 - 1) / 10}", "Spot") for hours in range(HOURS + 1)))
    assert labels(row) == {0: "now", 6: "12 am", 12: "6 am", 18: "12 pm"}
    assert {bar.className for bar in bars(row)[::5]} == {"price-bar paid"}
    assert {bar.style["height"] for bar in bars(row)[::5]} == {"6%"}


def test_an_hour_whose_price_is_not_known_yet_is_no_bar():
    row = priced((-1, "0.2", "Spot"), (3.3, "0.4", "Spot"), (5.3, None, "Spot"))
    assert [bar.className for bar in bars(row)] == ["price-bar"] * 6 + ["price-bar no-price"] * 18


@pytest.mark.parametrize("passed_h", [0, 2, 4])
def test_books_opened_a_while_ago_say_what_is_so_now(passed_h):
    at = EVENING + timedelta(hours=passed_h)
    row = priced((-3 - passed_h, "0.384", "Peak"), (2.3 - passed_h, "0.242", "Mid"), at=at)
    assert words(find(row, "now-price-name")) == ("Peak" if passed_h < 2.3 else "")
    assert row.className == ("price" if passed_h < 2.3 else "price none")
