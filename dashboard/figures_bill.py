"""The charts of the bill: the cost of each day by price period, and the running total with where it is heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from dashboard.figures import Axis, Chart, Figure, days_axis, every_day, figure, hatch
from dashboard.tokens import Scheme, faded, tokens
from heatledger import formatting
from heatledger.billed import BillSummary, Outlook
from heatledger.by_day import DayCost

_MOST_DAYS: Final = 92
"""More days than this are shown as months."""
_LABEL_GAP: Final = 0.075
"""Labels at the end of lines stand this far apart. [share of the height]"""


class Bar(NamedTuple):
    """What one day, or one month of a long period, costs. [currency]."""

    first: date
    last: date
    parts: Mapping[str, Decimal]
    fixed: Decimal
    estimated: Decimal
    cost: Decimal
    silent_s: float


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
        return [_bar([day]) for day in days]
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
    data = [
        _stack([_measured(row, label) for row in rows], seen[token], said, label, edge=seen["price-1"])
        for label, token in ramp.items()
    ]
    if any(row.estimated > 0 for row in rows):
        guessed = [float(min(row.estimated, max(row.parts.values(), default=Decimal(0)))) for row in rows]
        data.append(
            {
                **_stack(guessed, seen["money-fill"], said, "estimated"),
                "marker": {"pattern": hatch(seen["money-fill"], seen["surface"]), "line": {"width": 0}},
            }
        )
    data.append(_stack([float(row.fixed) for row in rows], seen["line"], said, "fixed and credits"))
    axis, dearest = _axis(rows, last, today), max(rows, key=lambda row: row.cost)
    what = "day" if len(rows) == len(bill.by_day) else "month"
    says = (
        f"The dearest {what} was {_name(dearest)}, {formatting.money(dearest.cost, bill.currency)}; "
        f"all together {formatting.money(bill.total, bill.currency)}."
    )
    shown = figure(scheme, data, xaxis=axis, yaxis=money_axis(bill.currency), barmode="relative")
    columns = ("Day" if what == "day" else "Month", *ramp, "Fixed and credits", "Estimated", "Cost")
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


def _measured(row: Bar, label: str) -> float:
    """Return a part less what of it is estimated, which is drawn hatched on top of the largest part."""
    part = row.parts.get(label, Decimal(0))
    largest = max(row.parts, key=lambda name: row.parts[name], default="")
    return float(part - min(row.estimated, part) if label == largest else part)


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
    said = (
        f"{_name(row)} cost {formatting.money(row.cost, currency)}:<br>{',<br>'.join(parts)}"
        if parts
        else (f"{_name(row)} cost {formatting.money(row.cost, currency)}")
    )
    if row.fixed:
        said += f",<br>fixed and credits {formatting.money(row.fixed, currency)}"
    if row.estimated:
        said += f".<br>{formatting.money(row.estimated, currency)} of it is estimated"
    return said + (f".<br>Nothing was heard for {formatting.duration(row.silent_s)}." if row.silent_s > 0 else ".")


def _row(row: Bar, ramp: Mapping[str, str], currency: str) -> list[str]:
    parts = (row.parts.get(label, Decimal(0)) for label in ramp)
    return [_name(row), *(formatting.money(part, currency) for part in (*parts, row.fixed, row.estimated, row.cost))]


def _axis(rows: Sequence[Bar], last: date, today: date | None) -> Axis:
    if rows[0].first == rows[0].last and len(rows) <= _MOST_DAYS and all(row.first == row.last for row in rows):
        return days_axis(every_day(rows[0].first, last), today)
    ticks = [formatting.month(row.first, year=False)[:3] for row in rows]
    return {"tickmode": "array", "tickvals": list(range(len(rows))), "ticktext": ticks}


def money_axis(currency: str) -> Axis:
    """Return an axis of money, from zero, its symbol where the currency has it."""
    symbol = formatting.whole_money(0, currency)
    before, _, after = symbol.partition("0")
    return {"tickprefix": before, "ticksuffix": after, "tickformat": ",~r", "rangemode": "tozero"}


def running_total(bill: BillSummary, scheme: Scheme, *, last: date, today: date | None) -> Chart | None:
    """Return the running total of a period, with the band of where it is heading and the budget."""
    if not bill.by_day or bill.total is None:
        return None
    days, seen = every_day(bill.by_day[0].day, last), tokens(scheme)
    at = {day: number for number, day in enumerate(days)}
    done = [row for row in bill.by_day if row.day in at]
    said = [
        f"At the end of {formatting.day(row.day, weekday=True)} "
        f"it had come to {formatting.money(row.total, bill.currency)}."
        for row in done
    ]
    solid = {
        "type": "scatter",
        "mode": "lines",
        "x": [at[row.day] for row in done],
        "y": [float(row.total) for row in done],
        "line": {"color": seen["money-fill"], "width": 4},
        "hovertext": said,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    ahead = bill.outlook.by_day if bill.outlook else []
    data: list[Figure] = [*_band(bill.outlook, at, bill.currency, scheme), solid, _dot(done[-1], at, scheme)]
    budget, labels = _budget(bill, len(days), scheme), _end_labels(bill, done[-1], at, scheme)
    top = max([float(bill.budget or 0), float(bill.total), *(float(row.p90) for row in ahead)]) * 1.08
    shown = figure(
        scheme,
        data,
        right=64 if ahead else 16,
        height=300,
        xaxis={**days_axis(days, today), "range": [-0.6, len(days) - 0.6]},
        yaxis={**money_axis(bill.currency), "range": [0, top]},
        shapes=budget[0],
        annotations=[*budget[1], *labels],
    )
    rows = [[formatting.day(row.day), formatting.money(row.total, bill.currency), ""] for row in done]
    rows += [
        [
            formatting.day(row.day),
            "",
            f"{formatting.whole_money(row.p10, bill.currency)} – {formatting.whole_money(row.p90, bill.currency)}",
        ]
        for row in ahead
        if row.day in at
    ]
    raw = [[row.day.isoformat(), row.total, "", "", ""] for row in done]
    raw += [[row.day.isoformat(), "", row.p10, row.p50, row.p90] for row in ahead]
    columns = ["day", *(f"{what}, {bill.currency}" for what in ("total", "P10", "P50", "P90"))]
    return Chart("running-total", shown, _heading(bill), ("Day", "Total", "Heading for"), rows, raw, columns)


def _band(outlook: Outlook | None, at: Mapping[date, int], currency: str, scheme: Scheme) -> list[Figure]:
    rows = [row for row in outlook.by_day if row.day in at] if outlook else []
    if not rows:
        return []
    gold, x = tokens(scheme)["money-fill"], [at[row.day] for row in rows]
    said = [
        f"By the end of {formatting.day(row.day, weekday=True)} about {formatting.whole_money(row.p50, currency)}:<br>"
        f"8 chances in 10 that it is between {formatting.whole_money(row.p10, currency)} "
        f"and {formatting.whole_money(row.p90, currency)}."
        for row in rows
    ]
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": x}
    return [
        {**edge, "y": [float(row.p10) for row in rows]},
        {**edge, "y": [float(row.p90) for row in rows], "fill": "tonexty", "fillcolor": faded(gold, 0.26)},
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": [float(row.p50) for row in rows],
            "hovertext": said,
            "hovertemplate": "%{hovertext}<extra></extra>",
            "line": {"color": gold, "width": 2, "dash": "dash"},
        },
    ]


def _dot(row: DayCost, at: Mapping[date, int], scheme: Scheme) -> Figure:
    seen = tokens(scheme)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at[row.day]],
        "y": [float(row.total)],
        "hoverinfo": "skip",
        "marker": {"color": seen["money-fill"], "size": 12, "line": {"color": seen["surface"], "width": 2}},
    }


def _budget(bill: BillSummary, length: int, scheme: Scheme) -> tuple[list[Figure], list[Figure]]:
    if bill.budget is None:
        return [], []
    ink, level = tokens(scheme)["ink"], float(bill.budget)
    line = {
        "type": "line",
        "x0": -0.6,
        "x1": length - 0.6,
        "y0": level,
        "y1": level,
        "line": {"color": ink, "width": 2},
    }
    words = f"budget {formatting.whole_money(bill.budget, bill.currency)}"
    return [line], [{**note(words, -0.5, level, ink), "xanchor": "left", "yanchor": "bottom"}]


def _end_labels(bill: BillSummary, now: DayCost, at: Mapping[date, int], scheme: Scheme) -> list[Figure]:
    """Return the figures at the ends of the lines, pushed apart where they would meet."""
    seen, total = tokens(scheme), formatting.money(now.total, bill.currency)
    here = {
        **note(f"<b>{total}</b>", at[now.day], float(now.total), seen["ink"]),
        "xanchor": "right",
        "yanchor": "bottom",
        "xshift": -4,
        "yshift": 6,
    }
    if at[now.day] < len(at) * 0.2:
        here |= {"xanchor": "left", "xshift": 8, "yanchor": "top", "yshift": -4}
    ahead = bill.outlook.by_day if bill.outlook else []
    if not ahead:
        return [here]
    end, top = ahead[-1], max(float(bill.budget or 0), float(ahead[-1].p90)) * 1.08
    gap, middle = top * _LABEL_GAP, float(end.p50)
    levels = (min(float(end.p10), middle - gap), middle, max(float(end.p90), middle + gap))
    figures = [formatting.whole_money(value, bill.currency) for value in (end.p10, end.p50, end.p90)]
    words = (figures[0], f"<b>{figures[1]}</b>", figures[2])
    last = max(at.values())
    ends = [
        {**note(word, last, level, seen["ink"] if "<b>" in word else seen["ink3"]), "xanchor": "left", "xshift": 10}
        for word, level in zip(words, levels, strict=True)
    ]
    return [here, *ends]


def note(words: str, x: float, y: float, colour: str) -> Figure:
    """Return a label without an arrow."""
    return {"text": words, "x": x, "y": y, "showarrow": False, "font": {"color": colour, "size": 13}}


def _heading(bill: BillSummary) -> str:
    said = f"So far {formatting.money(bill.total, bill.currency)}"
    seen = bill.projected
    if seen.p10 is not None and seen.p90 is not None:
        low, high = (formatting.whole_money(value, bill.currency) for value in (seen.p10, seen.p90))
        said += f", heading for {low} to {high} in 8 outcomes of 10"
    if bill.budget is not None:
        said += f"; the budget is {formatting.whole_money(bill.budget, bill.currency)}"
    return said + "."
