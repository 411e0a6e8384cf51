"""The chart of the running total of a bill, with the band of where it is heading, and the budget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from dashboard.figures import Chart, Figure, days_axis, every_day, figure, money_axis, note
from dashboard.shown import Shown, joined, sentence
from dashboard.tokens import Scheme, faded, tokens
from heatledger import formatting
from heatledger.billed import BillSummary, Outlook
from heatledger.by_day import DayCost
from heatledger.wording import say

_LABEL_GAP: Final = 0.075
"""Labels at the end of lines stand this far apart. [share of the height]"""


def running_total(bill: BillSummary, scheme: Scheme, *, last: date, today: date | None) -> Chart | None:
    """Return the running total of a period, with the band of where it is heading and the budget."""
    if not bill.by_day or bill.total is None:
        return None
    days, seen = every_day(bill.by_day[0].day, last), tokens(scheme)
    at = {day: number for number, day in enumerate(days)}
    done = [row for row in bill.by_day if row.day in at]
    said = [
        say(
            "At the end of {day} it had come to {total}.",
            day=formatting.day(row.day, weekday=True),
            total=formatting.money(row.total, bill.currency),
        )
        for row in done
    ]
    solid = {
        "type": "scatter",
        "mode": "lines",
        "x": [at[row.day] for row in done],
        "y": [float(row.total) for row in done],
        "customdata": [f"bill.by_day.{bill.by_day.index(row)}.total" for row in done],
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
    rows = [
        [
            formatting.day(row.day),
            Shown(formatting.money(row.total, bill.currency), f"bill.by_day.{bill.by_day.index(row)}.total"),
            "",
        ]
        for row in done
    ]
    for number, row in enumerate(ahead):
        if row.day in at:
            ends = (formatting.whole_money(value, bill.currency) for value in (row.p10, row.p90))
            rows.append([formatting.day(row.day), "", Shown(" – ".join(ends), f"bill.outlook.by_day.{number}.p50")])
    raw = [[row.day.isoformat(), row.total, "", "", ""] for row in done]
    raw += [[row.day.isoformat(), "", row.p10, row.p50, row.p90] for row in ahead]
    columns = ["day", *(f"{what}, {bill.currency}" for what in ("total", "P10", "P50", "P90"))]
    return Chart(
        "running-total", shown, _heading(bill), (say("Day"), say("Total"), say("Heading for")), rows, raw, columns
    )


def _band(outlook: Outlook | None, at: Mapping[date, int], currency: str, scheme: Scheme) -> list[Figure]:
    rows = [row for row in outlook.by_day if row.day in at] if outlook else []
    if not rows:
        return []
    gold, x = tokens(scheme)["money-fill"], [at[row.day] for row in rows]
    said = [
        say(
            "By the end of {day} about {middle}:<br>8 chances in 10 that it is between {low} and {high}.",
            day=formatting.day(row.day, weekday=True),
            middle=formatting.whole_money(row.p50, currency),
            low=formatting.whole_money(row.p10, currency),
            high=formatting.whole_money(row.p90, currency),
        )
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
            "customdata": [f"bill.outlook.by_day.{outlook.by_day.index(row)}.p50" for row in rows] if outlook else [],
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
    words = say("budget {budget}", budget=formatting.whole_money(bill.budget, bill.currency))
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


def _heading(bill: BillSummary) -> str:
    total, seen = Shown(formatting.money(bill.total, bill.currency), "bill.total"), bill.projected
    told = sentence(say("So far {total}."), total=total)
    if seen.p10 is not None and seen.p90 is not None:
        low = Shown(formatting.whole_money(seen.p10, bill.currency), "bill.projected.p10")
        high = Shown(formatting.whole_money(seen.p90, bill.currency), "bill.projected.p90")
        words = say("So far {total}, heading for {low} to {high} in 8 outcomes of 10.")
        told = sentence(words, total=total, low=low, high=high)
    if bill.budget is None:
        return told
    budget = Shown(formatting.whole_money(bill.budget, bill.currency), "bill.budget")
    return joined(told, sentence(say("The budget is {budget}."), budget=budget))
