"""The row of the page Now: what electricity costs, until when, and in the next 24 hours; none of a flat plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from dash import html

from dashboard.clocks import clock
from dashboard.components import aria, doorway, placed, text
from dashboard.heroes import Page
from dashboard.shown import opens
from heatledger import formatting
from heatledger.tariff.marginal import Hour, Step, hourly
from heatledger.wording import say

HOURS: Final = 24
_LEAST: Final = 0.06
"""As high as a bar is at least, so that a free hour is seen to be one. [1]"""
_APART_H: Final = 3
"""Labels closer than so many hours would run into each other. [h]"""
_CHANGES: Final = 6
"""With more changes than this the price is said to move by the hour, and the clock is labelled instead."""


def price_row(page: Page) -> html.Section:
    """Return the price, when it ends, and the hours ahead as bars; hidden where it never changes."""
    zone = ZoneInfo(page.home.timezone)
    steps = _ahead(page)
    hours = hourly(steps, page.at.astimezone(zone), HOURS) if steps else ()
    known = [hour.rate for hour in hours if hour.rate is not None]
    changes = len(set(known)) > 1
    return html.Section(
        [
            html.Div(_words(page, steps, zone) if changes else _words(page, (), zone), className="price-words"),
            html.Div(_bars(page, hours if changes else (), known), className="price-hours", **aria(hidden="true")),
            text(_said(page, hours) if changes else "", "hidden", at="now-price-said"),
        ],
        id="now-price-row",
        className="price" if changes else "price none",
        **aria(live="off"),
    )


def _ahead(page: Page) -> tuple[Step, ...]:
    """Return the prices from now on: those the books know, less what has passed since they were opened."""
    price = page.books.cycle.bill.price if page.books.cycle else None
    return tuple(step for step in price.ahead if step.end > page.at) if price else ()


def _words(page: Page, steps: Sequence[Step], zone: ZoneInfo) -> list[html.H2 | html.Span]:
    now = steps[0] if steps else None
    rate = formatting.price(now.rate, page.home.currency) if now else ""
    until = _hour(page, now.end.astimezone(zone)) if now else ""
    known = page.books.cycle is not None and page.books.cycle.bill.price is not None
    figure = opens("bill.price.rate" if known else "bill.price", rate, "money")
    return [
        html.H2(doorway(now.period if now else "", "./bill", at="now-price-name")),
        html.Span(placed(say("{price} until {time}"), price=figure, time=until), id="now-price"),
    ]


def _bars(page: Page, hours: Sequence[Hour], known: Sequence[Decimal]) -> list[html.Div]:
    """Return a bar for each hour, as high as its price from zero up, the dearest at full height and strength."""
    top, low = max(known, default=Decimal(0)), min(known, default=Decimal(0))
    labels = _labels(page, hours)
    made = []
    for number in range(HOURS):
        rate = hours[number].rate if number < len(hours) else None
        share = max(_LEAST, float(rate / top)) if rate is not None and top > 0 else _LEAST
        strength = 0.42 + 0.58 * float((rate - low) / (top - low)) if rate is not None and top > low else 1.0
        kind = "no-price" if rate is None else "paid" if rate < 0 else ""
        look = {"height": f"{share * 100:.0f}%", "opacity": f"{strength:.2f}"}
        side = "at-end" if number > HOURS - _APART_H else ""
        made.append(
            html.Div(
                [
                    html.Div(
                        html.Div(id=f"now-price-bar-{number}", className=f"price-bar {kind}".strip(), style=look),
                        className="price-well",
                    ),
                    text(labels.get(number, ""), side, at=f"now-price-at-{number}"),
                ],
                className="price-hour",
            )
        )
    return made


def _labels(page: Page, hours: Sequence[Hour]) -> dict[int, str]:
    """Return the hours that are named: now, and where the price changes; by the clock where it always does."""
    changes = [n for n in range(1, len(hours)) if hours[n].rate != hours[n - 1].rate]
    if len(changes) > _CHANGES:
        changes = [n for n in range(1, len(hours)) if hours[n].start.hour % 6 == 0]
    found = {0: say("now")} if hours else {}
    for number in changes:
        if number - max(found) >= _APART_H:
            found[number] = _hour(page, hours[number].start)
    return found


def _said(page: Page, hours: Sequence[Hour]) -> str:
    """Return the bars in words, for who does not see them."""
    known = [hour for hour in hours if hour.rate is not None]
    cheap = min(known, key=lambda hour: hour.rate or 0)
    dear = max(known, key=lambda hour: hour.rate or 0)
    currency = page.home.currency
    return say(
        "In the next 24 hours a kilowatt-hour costs least at {cheap_time}, {cheap}, and most at {dear_time}, {dear}.",
        cheap_time=_hour(page, cheap.start),
        cheap=formatting.price(cheap.rate, currency),
        dear_time=_hour(page, dear.start),
        dear=formatting.price(dear.rate, currency),
    )


def _hour(page: Page, at: datetime) -> str:
    return clock(page.home, at).replace(":00 ", " ")
