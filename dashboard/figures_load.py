"""The load-duration curve: how much the home draws, and in how many of its hours it draws that much or more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dashboard.figures import Chart, Figure, figure, note
from dashboard.hours import Hour, counted, hours_of, said
from dashboard.shown import Shown, sentence
from dashboard.tokens import Scheme, faded, tokens
from heatledger import formatting
from heatledger.home import Home
from heatledger.hours_used import DayOfHours
from heatledger.wording import say

_POINTS: Final = 400
_SHARES: Final = (1, 5, 10, 25, 50, 75, 90, 99)
"""Rows of its table: so many hours of a hundred. [%]"""


def load_duration(home: Home, days: Sequence[DayOfHours], scheme: Scheme, *, until: datetime) -> Chart | None:
    """Return the mean power of every hour, the largest first; None where no hour is over that was heard.

    Parameters
    ----------
    home : Home
        For its clock.
    days : sequence of DayOfHours
        Of the period.
    scheme : str
        dark or light.
    until : datetime
        Hours that end after it are not over.
    """
    hours = hours_of(home, days, until)
    known = sorted((hour for hour in hours if hour.is_whole), key=lambda hour: -(hour.kwh or 0.0))
    if not known:
        return None
    step = max(1, -(-len(known) // _POINTS))
    shown = [*range(0, len(known) - 1, step), len(known) - 1]
    seen, most, middle = tokens(scheme), known[0], known[(len(known) - 1) // 2]
    line: Figure = {
        "type": "scatter",
        "mode": "lines",
        "x": [_share(at, known) for at in shown],
        "y": [known[at].kwh for at in shown],
        "line": {"color": seen["ink2"], "width": 3, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": faded(seen["grey"], 0.25),
        "customdata": [known[at].place for at in shown],
        "hovertext": [_sentence(at, known) for at in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    top = max(most.kwh or 0.0, 0.1) * 1.1
    half = say("half the time {power} or more", power=_power(middle))
    drawn = figure(
        scheme,
        [line],
        height=300,
        left=52,
        xaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "ticksuffix": "%"},
        yaxis={"ticksuffix": " kW", "range": [min(0.0, known[-1].kwh or 0.0), top]},
        annotations=[
            {**note(f"<b>{_power(most)}</b>", 0, most.kwh or 0.0, seen["ink"])}
            | {"xanchor": "left", "yanchor": "bottom", "xshift": 4},
            {**note(half, 50, middle.kwh or 0.0, seen["ink"])} | {"xanchor": "left", "yanchor": "bottom", "xshift": 4},
        ],
    )
    says = sentence(
        say("The most of any hour was {most}, on {when}; half of {hours} took {half} or more."),
        most=Shown(_power(most), most.place),
        when=said(home, most),
        hours=counted(known),
        half=Shown(_power(middle), middle.place),
    )
    return Chart(
        "load-duration",
        drawn,
        says,
        (say("In so many of the hours"), say("It drew at least"), say("Hours")),
        [_row(share, known) for share in _SHARES if share * len(known) >= 100 or share >= 50],
        [[_share(at, known), hour.kwh, hour.at.isoformat()] for at, hour in enumerate(known)][::step],
        ["share of the hours, %", "mean power of the hour or more, kW", "hour"],
    )


def _share(at: int, known: Sequence[Hour]) -> float:
    return round(100 * at / len(known), 2)


def _power(hour: Hour) -> str:
    return formatting.power((hour.kwh or 0.0) * 1000)


def _sentence(at: int, known: Sequence[Hour]) -> str:
    share = formatting.share((at + 1) / len(known), digits=0 if len(known) < 200 else 1)
    return say(
        "In {share} of the hours, {number} of {hours},<br>the home drew {power} or more.",
        share=share,
        number=at + 1,
        hours=counted(known),
        power=_power(known[at]),
    )


def _row(share: int, known: Sequence[Hour]) -> list[str]:
    count = max(1, round(share * len(known) / 100))
    hour = known[count - 1]
    shown = (Shown(figure, hour.place) for figure in (f"{share}%", _power(hour), formatting.number(count, 0)))
    return list(shown)
