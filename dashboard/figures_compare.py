"""The charts of the comparison: the running cost beside the other system's, and why that would cost what it would."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from dashboard.figures import Chart, Figure, days_axis, figure, hatch, money_axis, note
from dashboard.shown import Shown, joined, sentence
from dashboard.tokens import Scheme, faded, tokens
from heatledger import formatting
from heatledger.baseline.compared import BaselineSummary, DayCompared
from heatledger.marks import marked
from heatledger.rounding import largest_remainder
from heatledger.wording import say

CAUSES: Final = {
    "ducts": marked("Duct losses"),
    "idle_rooms": marked("Idle rooms<br>heated too"),
    "machine": marked("Its COP"),
    "timing": marked("Price of<br>its hours"),
}
_IN_A_SENTENCE: Final = {
    "ducts": marked("duct losses"),
    "idle_rooms": marked("idle rooms heated too"),
    "machine": marked("its COP"),
    "timing": marked("price of its hours"),
}
_GAP: Final = 0.075


class Step(NamedTuple):
    """One bar of the waterfall: its label, where it begins and ends, and what is printed over it. [currency]."""

    label: str
    start: Decimal
    end: Decimal
    printed: Shown


def running_cost(base: BaselineSummary, name: str, currency: str, scheme: Scheme) -> Chart | None:
    """Return what was paid day by day beside what the other system would have cost; None where no day is known."""
    rows = [row for row in base.by_day if row.base.p10 and row.base.p50 and row.base.p90]
    if not rows:
        return None
    seen, x = tokens(scheme), list(range(len(rows)))
    low, middle, high = (
        [float(value or 0) for value in each]
        for each in zip(*((row.base.p10, row.base.p50, row.base.p90) for row in rows), strict=True)
    )
    said = [_sentence(row, name, currency) for row in rows]
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": x}
    hover = {"hovertext": said, "hovertemplate": "%{hovertext}<extra></extra>"}
    data: list[Figure] = [
        {**edge, "y": low},
        {**edge, "y": high, "fill": "tonexty", "fillcolor": faded(seen["grey"], 0.28)},
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": middle,
            "customdata": [f"baseline.by_day.{base.by_day.index(row)}.base.p50" for row in rows],
            **hover,
            "line": {"color": seen["ink2"], "width": 2, "dash": "dash"},
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": [float(row.actual) for row in rows],
            "customdata": [f"baseline.by_day.{base.by_day.index(row)}.actual" for row in rows],
            **hover,
            "line": {"color": seen["money-fill"], "width": 4},
        },
    ]
    top = max(high[-1], float(rows[-1].actual)) * 1.05
    drawn = figure(
        scheme,
        data,
        height=300,
        right=104,
        xaxis={**days_axis([row.day for row in rows], None), "range": [-0.4, len(rows) - 0.8]},
        yaxis={**money_axis(currency), "range": [0, top]},
        annotations=_ends(rows[-1], len(rows) - 1, top, currency, scheme),
    )
    at = [f"baseline.by_day.{base.by_day.index(row)}" for row in rows]
    printed = [
        [
            formatting.day(row.day),
            Shown(formatting.money(row.actual, currency), f"{place}.actual"),
            Shown(_range(row, currency), f"{place}.base.p50"),
        ]
        for row, place in zip(rows, at, strict=True)
    ]
    raw = [[row.day.isoformat(), row.actual, row.base.p10, row.base.p50, row.base.p90] for row in rows]
    columns = [
        "day",
        f"paid, {currency}",
        *(f"{name} {part}, {currency}" for part in ("P10", "P50", "P90")),
    ]
    return Chart(
        "running-cost",
        drawn,
        _sentence(rows[-1], name, currency, at[-1], by=" "),
        (say("Day"), say("Yours"), say("With {name}", name=name)),
        printed,
        raw,
        columns,
    )


def _sentence(row: DayCompared, name: str, currency: str, at: str = "", *, by: str = "<br>") -> str:
    words = say("By {day} yours had cost {actual},<br>{name} would have cost about {other} ({range}).")
    return sentence(
        words.replace("<br>", by),
        day=formatting.day(row.day, weekday=True),
        actual=Shown(formatting.money(row.actual, currency), f"{at}.actual"),
        name=name,
        other=Shown(formatting.whole_money(row.base.p50, currency), f"{at}.base.p50"),
        range=Shown(_range(row, currency), f"{at}.base.p50"),
    )


def _range(row: DayCompared, currency: str) -> str:
    return f"{formatting.whole_money(row.base.p10, currency)}–{formatting.whole_money(row.base.p90, currency)}"


def _ends(row: DayCompared, at: int, top: float, currency: str, scheme: Scheme) -> list[Figure]:
    seen, gap = tokens(scheme), top * _GAP
    ours, theirs = float(row.actual), float(row.base.p50 or 0)
    if abs(ours - theirs) < 2 * gap:
        middle, side = (ours + theirs) / 2, 1 if theirs >= ours else -1
        ours, theirs = middle - side * gap, middle + side * gap
    words = (
        (
            say(
                "<b>{middle}</b> modelled<br>{range}",
                middle=formatting.whole_money(row.base.p50, currency),
                range=_range(row, currency),
            ),
            theirs,
            seen["ink2"],
        ),
        (say("<b>{actual}</b> yours", actual=formatting.money(row.actual, currency)), ours, seen["money"]),
    )
    return [
        {**note(word, at, max(level, gap), colour), "xanchor": "left", "xshift": 8, "align": "left"}
        for word, level, colour in words
    ]


def steps(base: BaselineSummary, currency: str) -> list[Step]:
    """Return the waterfall from the home's own cost to the other's: whole units that add up to the P50.

    A cause is an amount of the saving, so what raises the other's cost is above nothing.
    """
    if base.actual_part is None or base.saving.p50 is None or not base.because:
        return []
    own, saving = Decimal(base.actual_part), Decimal(base.saving.p50)
    amounts = [Decimal(cause["amount"]) for cause in base.because]
    printed = largest_remainder(amounts, saving, 0)
    found = [Step(say("Yours"), Decimal(0), own, Shown(formatting.money(own, currency), "baseline.actual_part"))]
    at = own
    for number, (cause, amount, whole) in enumerate(zip(base.because, amounts, printed, strict=True)):
        sign = "+" if whole > 0 else ""
        label = say(CAUSES.get(cause["cause"], cause["cause"]))
        figure = Shown(sign + formatting.whole_money(whole, currency), f"baseline.because.{number}.amount")
        found.append(Step(label, at, at + amount, figure))
        at += amount
    return [
        *found,
        Step(say("The other"), Decimal(0), at, Shown(formatting.whole_money(at, currency), "baseline.part.p50")),
    ]


def waterfall(base: BaselineSummary, name: str, currency: str, scheme: Scheme) -> Chart | None:
    """Return why the other system would cost what it would: a bar for each cause, falling ones hatched."""
    rows = steps(base, currency)
    if not rows:
        return None
    seen = tokens(scheme)
    colours = [seen["money-fill"], *([seen["ink3"]] * (len(rows) - 2)), seen["ink2"]]
    data = [_bar(at, row, colour, seen["surface"]) for at, (row, colour) in enumerate(zip(rows, colours, strict=True))]
    top = float(max(max(row.start, row.end) for row in rows)) * 1.12
    labels = [
        {**note(f"<b>{row.printed}</b>", at, float(max(row.start, row.end)), seen["ink"]), "yanchor": "bottom"}
        for at, row in enumerate(rows)
    ]
    drawn = figure(
        scheme,
        data,
        height=300,
        left=8,
        annotations=labels,
        yaxis={"range": [0, top], "showgrid": False, "showticklabels": False},
        xaxis={
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": [row.label for row in rows],
            "tickfont": {"size": 12},
        },
    )
    drawn["layout"]["margin"] |= {"b": 44}
    causes = [joined(names([cause]), row.printed) for cause, row in zip(base.because, rows[1:-1], strict=True)]
    says = sentence(
        say("From yours, {yours}, to {name}, {theirs}: {causes}."),
        yours=rows[0].printed,
        name=name,
        theirs=rows[-1].printed,
        causes=joined(*causes, by=", "),
    )
    printed = [[_in_line(row.label), row.printed] for row in rows]
    raw = [[_in_line(row.label), str(row.end - row.start)] for row in rows]
    return Chart(
        "waterfall",
        drawn,
        says,
        (say("Cause"), say("Amount")),
        printed,
        raw,
        ["cause", f"amount, {currency}"],
    )


def _bar(at: int, row: Step, colour: str, behind: str) -> Figure:
    falls = row.end < row.start
    marker: Figure = {"color": colour, "cornerradius": 3, "line": {"width": 0}}
    if falls:
        marker = {"pattern": hatch(colour, behind), "line": {"width": 0}}
    said = f"{_in_line(row.label)}: {row.printed}."
    return {
        "type": "bar",
        "x": [at],
        "y": [float(abs(row.end - row.start))],
        "base": [float(min(row.start, row.end))],
        "width": 0.66,
        "marker": marker,
        "customdata": [row.printed.place],
        "hovertext": [said],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def names(causes: Sequence[dict[str, str]]) -> str:
    """Return the cause that weighs most, in words."""
    most = max(causes, key=lambda cause: abs(Decimal(cause["amount"])))
    return say(_IN_A_SENTENCE.get(most["cause"], most["cause"]))


def _in_line(label: str) -> str:
    """Return a label of the axis as it stands in a sentence: German breaks its compounds after a hyphen."""
    return label.replace("-<br>", "").replace("<br>", " ")
