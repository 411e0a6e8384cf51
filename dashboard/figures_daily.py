"""The chart of what each day of a bill costs, stacked by price period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from dashboard.figures import Axis, Chart, Figure, days_axis, every_day, figure, hatch, money_axis
from dashboard.shown import Shown, sentence
from dashboard.tokens import Scheme, tokens
from heatledger import formatting
from heatledger.billed import BillSummary
from heatledger.by_day import DayCost
from heatledger.wording import say

_MOST_DAYS: Final = 92
"""More days than this are shown as months."""


class Bar(NamedTuple):
    """What one day, or one month of a long period, costs. [currency]."""

    first: date
    last: date
    parts: Mapping[str, Decimal]
    fixed: Decimal
    estimated: Decimal
    cost: Decimal
    silent_s: float
    place: str = ""

    def shown(self, amount: Decimal, currency: str, *part: str) -> str:
        """Print an amount of it; of one day it opens its explanation."""
        printed = formatting.money(amount, currency)
        return Shown(printed, ".".join((self.place, *part))) if self.place else printed


def price_ramp(bill: BillSummary) -> dict[str, str]:
    """Return the token of each price period: the strongest is the dearest."""
    labels = list(dict.fromkeys(label for day in bill.by_day for label in day.by_period))
    rates: dict[str, Decimal] = {}
    for line in bill.lines:
        if line.label in labels and line.unit == "kWh":
            rates[line.label] = max(rates.get(line.label, Decimal(0)), Decimal(line.rate))
    order = sorted(labels, key=lambda label: rates.get(label, Decimal(0)))
    steps = {1: ("price-1",), 2: ("price-0", "price-2")}.get(len(order))
    return {label: steps[rank] if steps else f"price-{rank * 3 // len(order)}" for rank, label in enumerate(order)}


def bars(days: Sequence[DayCost]) -> list[Bar]:
    """Return the days as bars; a long period by months."""
    if len(days) <= _MOST_DAYS:
        return [_bar([day])._replace(place=f"bill.by_day.{number}") for number, day in enumerate(days)]
    return [_bar(list(month)) for _, month in groupby(days, key=lambda day: (day.day.year, day.day.month))]


def _bar(days: Sequence[DayCost]) -> Bar:
    labels = dict.fromkeys(label for day in days for label in day.by_period)
    return Bar(
        days[0].day,
        days[-1].day,
        {label: sum((Decimal(day.by_period.get(label, "0")) for day in days), Decimal(0)) for label in labels},
        sum((Decimal(day.fixed) + Decimal(day.credit) for day in days), Decimal(0)),
        sum((Decimal(day.estimated) for day in days), Decimal(0)),
        sum((Decimal(day.cost) for day in days), Decimal(0)),
        sum(day.silent_s for day in days),
    )


def daily_cost(bill: BillSummary, scheme: Scheme, *, last: date, today: date | None) -> Chart | None:
    """Return the cost of each day of a period, stacked by price period; None where no day has a cost.

    Parameters
    ----------
    bill : BillSummary
        With its days.
    scheme : str
        dark or light.
    last : date
        The last day of the period, which may lie ahead.
    today : date or None
        Where the period is running.
    """
    rows = bars(bill.by_day)
    if not rows:
        return None
    seen, ramp = tokens(scheme), price_ramp(bill)
    said = [_sentence(row, bill.currency) for row in rows]
    data = list[Figure]()
    for label, token in ramp.items():
        guessed = [_guessed(row).get(label, Decimal(0)) for row in rows]
        sure = [float(row.parts.get(label, Decimal(0)) - guess) for row, guess in zip(rows, guessed, strict=True)]
        places = [f"{row.place}.by_period.{label}" if row.place else None for row in rows]
        data.append(_stack(sure, seen[token], said, label, edge=seen["price-1"]) | {"customdata": places})
        if any(guessed):
            pattern = {"pattern": hatch(seen[token], seen["surface"]), "line": {"width": 0}}
            hatched = _stack([float(guess) for guess in guessed], seen[token], said, say("estimated"))
            data.append(hatched | {"marker": pattern, "customdata": [f"{row.place}.estimated" for row in rows]})
    fixed = _stack([float(row.fixed) for row in rows], seen["line"], said, say("fixed and credits"))
    data.append(fixed | {"customdata": [f"{row.place}.fixed" if row.place else None for row in rows]})
    axis, dearest = _axis(rows, last, today), max(rows, key=lambda row: row.cost)
    what = "day" if len(rows) == len(bill.by_day) else "month"
    dearest_day = say("The dearest day was {when}, {cost}; all together {total}.") if what == "day" else ""
    says = sentence(
        dearest_day or say("The dearest month was {when}, {cost}; all together {total}."),
        when=_name(dearest),
        cost=dearest.shown(dearest.cost, bill.currency, "cost"),
        total=Shown(formatting.money(bill.total, bill.currency), "bill.total"),
    )
    shown = figure(scheme, data, xaxis=axis, yaxis=money_axis(bill.currency), barmode="relative")
    columns = (
        say("Day") if what == "day" else say("Month"),
        *ramp,
        say("Fixed and credits"),
        say("Estimated"),
        say("Cost"),
    )
    return Chart(
        "daily-cost",
        shown,
        says,
        columns,
        [_row(row, ramp, bill.currency) for row in rows],
        [
            [
                row.first.isoformat(),
                *(str(row.parts.get(label, "")) for label in ramp),
                str(row.fixed),
                str(row.estimated),
                str(row.cost),
            ]
            for row in rows
        ],
        [
            "from",
            *(f"{label}, {bill.currency}" for label in ramp),
            f"fixed and credits, {bill.currency}",
            f"estimated, {bill.currency}",
            f"cost, {bill.currency}",
        ],
    )


def _guessed(row: Bar) -> dict[str, Decimal]:
    """Return how much of each price period is drawn as estimated: of the largest first, until all of it is."""
    left, found = row.estimated, dict[str, Decimal]()
    for label, part in sorted(row.parts.items(), key=lambda item: -item[1]):
        found[label] = min(max(part, Decimal(0)), left)
        left -= found[label]
    return found


def _stack(heights: Sequence[float], colour: str, said: Sequence[str], name: str, edge: str = "") -> Figure:
    return {
        "type": "bar",
        "name": name,
        "x": list(range(len(heights))),
        "y": list(heights),
        "marker": {"color": colour, "line": {"width": 1 if edge else 0, "color": edge or colour}, "cornerradius": 0},
        "hovertext": list(said),
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _name(row: Bar) -> str:
    return formatting.day(row.first, weekday=True) if row.first == row.last else formatting.month(row.first)


def _sentence(row: Bar, currency: str) -> str:
    parts = [f"{label} {formatting.money(part, currency)}" for label, part in row.parts.items() if part]
    if row.fixed:
        parts.append(say("fixed and credits {amount}", amount=formatting.money(row.fixed, currency)))
    cost = formatting.money(row.cost, currency)
    told = [
        say("{day} cost {cost}:<br>{parts}.", day=_name(row), cost=cost, parts=",<br>".join(parts))
        if parts
        else say("{day} cost {cost}.", day=_name(row), cost=cost)
    ]
    if row.estimated:
        told.append(say("{amount} of it is estimated.", amount=formatting.money(row.estimated, currency)))
    if row.silent_s > 0:
        told.append(say("Nothing was heard for {duration}.", duration=formatting.duration(row.silent_s)))
    return "<br>".join(told)


def _row(row: Bar, ramp: Mapping[str, str], currency: str) -> list[str]:
    parts = [row.shown(row.parts.get(label, Decimal(0)), currency, "by_period", label) for label in ramp]
    rest = (("fixed", row.fixed), ("estimated", row.estimated), ("cost", row.cost))
    return [_name(row), *parts, *(row.shown(amount, currency, name) for name, amount in rest)]


def _axis(rows: Sequence[Bar], last: date, today: date | None) -> Axis:
    if rows[0].first == rows[0].last and len(rows) <= _MOST_DAYS and all(row.first == row.last for row in rows):
        return days_axis(every_day(rows[0].first, last), today)
    ticks = [formatting.short_month(row.first) for row in rows]
    return {"tickmode": "array", "tickvals": list(range(len(rows))), "ticktext": ticks}
