"""The heat map: what the home used in each hour of each day, a gap where nothing was heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from dashboard.figures import Axis, Chart, Figure, days_axis, figure
from dashboard.hours import HOUR, Hour, clock_at, counted, hours_of, said, span_of_day
from dashboard.shown import Shown, sentence
from dashboard.tokens import Scheme, tokens
from heatledger import formatting
from heatledger.home import Home
from heatledger.hours_used import DayOfHours
from heatledger.wording import say

_MOST_DAYS: Final = 80
"""More days than this are shown as weeks: 2,000 points are enough for any eye."""
_FEW: Final = 8
"""Fewer columns than this lie across: a row for each day."""
_TICKS: Final = (0, 6, 12, 18)


class Cell(NamedTuple):
    """One hour of the clock on one day, or on the days of a week: the hours that fell there, two when it came twice."""

    first: date
    hour: int
    hours: tuple[Hour, ...]

    @property
    def known(self) -> list[Hour]:
        """Those of which anything was heard."""
        return [hour for hour in self.hours if hour.kwh is not None]

    @property
    def kwh(self) -> float | None:
        """What an hour there used, at the mean; None where nothing was heard. [kWh]."""
        known = self.known
        return sum(hour.kwh or 0.0 for hour in known) / len(known) if known else None


def cells(hours: Sequence[Hour]) -> dict[date, list[Cell]]:
    """Return the hours by the clock on the wall, 24 a column: a column for each day, of a long period for each week."""
    days = list(dict.fromkeys(hour.day for hour in hours))
    weekly = len(days) > _MOST_DAYS
    found: dict[date, list[list[Hour]]] = {}
    for hour in hours:
        first = hour.day - timedelta(days=hour.day.weekday()) if weekly else hour.day
        found.setdefault(first, [[] for _ in range(24)])[hour.at.hour].append(hour)
    return {first: [Cell(first, at, tuple(row)) for at, row in enumerate(column)] for first, column in found.items()}


def hours_by_days(
    home: Home, days: Sequence[DayOfHours], scheme: Scheme, *, until: datetime, today: date | None = None
) -> Chart | None:
    """Return what was used in each hour of each day; None where no hour is over that was heard.

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
    today : date or None
        Where the period is running.
    """
    hours = hours_of(home, days, until)
    known = [hour for hour in hours if hour.kwh is not None]
    if not known:
        return None
    columns = cells(hours)
    weekly = len(columns) < len({hour.day for hour in hours})
    across = len(columns) < _FEW and not weekly
    horizontal, vertical = _axes(home, columns, today, across=across)
    drawn = figure(
        scheme,
        [_map(home, columns, scheme, weekly=weekly, across=across), *_hatched(columns, scheme, across=across)],
        height=max(110, 34 * len(columns) + 44) if across else 300,
        left=92 if across else 52,
        xaxis=horizontal,
        yaxis=vertical,
    )
    most, least = (pick(known, key=lambda hour: hour.kwh or 0.0) for pick in (max, min))
    says = sentence(
        say("Most was used on {when}: {most}. Least on {quiet}: {least}."),
        when=said(home, most),
        most=_shown(most),
        quiet=said(home, least),
        least=_shown(least),
    )
    raw: list[list[object]] = [
        [hour.at.isoformat(), hour.kwh, hour.estimated, hour.heard] for hour in ([] if weekly else hours)
    ] or [[cell.first.isoformat(), cell.hour, cell.kwh, len(cell.known)] for row in columns.values() for cell in row]
    names = ["week from", "hour", "mean, kWh", "hours heard"] if weekly else ["from", "used, kWh", "estimated, kWh"]
    return Chart(
        "hours",
        drawn,
        says,
        (say("Day"), say("Busiest hour"), say("Used in it"), say("Quietest hour"), say("Used in it")),
        _rows(home, hours),
        raw,
        names if weekly else [*names, "heard"],
    )


def ends(home: Home, days: Sequence[DayOfHours], until: datetime) -> tuple[Shown, Shown] | None:
    """Return the least and the most that one hour used, for the key of the colours; None where none was heard."""
    known = [hour for hour in hours_of(home, days, until) if hour.kwh is not None]
    if not known:
        return None
    return _shown(min(known, key=lambda hour: hour.kwh or 0.0)), _shown(max(known, key=lambda hour: hour.kwh or 0.0))


def _shown(hour: Hour) -> Shown:
    return Shown(formatting.energy(hour.kwh), hour.place)


def _map(home: Home, columns: Mapping[date, Sequence[Cell]], scheme: Scheme, *, weekly: bool, across: bool) -> Figure:
    seen = tokens(scheme)
    grid = [list(column) for column in columns.values()]
    rows = grid if across else [list(row) for row in zip(*grid, strict=True)]
    return {
        "type": "heatmap",
        "z": [[cell.kwh for cell in row] for row in rows],
        "text": [[_told(home, cell, weekly=weekly) for cell in row] for row in rows],
        "customdata": [[cell.known[0].place if cell.known else None for cell in row] for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": True,
        "showscale": False,
        "colorscale": [[0.0, seen["surface2"]], [1.0, seen["ink"]]],
        "xgap": 1,
        "ygap": 1,
    }


def _hatched(columns: Mapping[date, Sequence[Cell]], scheme: Scheme, *, across: bool) -> list[Figure]:
    """Return the hatching of hours that were not heard, and of guesses where those are the exception."""
    seen, every = tokens(scheme), [cell for column in columns.values() for cell in column if cell.hours]
    silent = [cell for cell in every if not cell.known]
    guessed = [cell for cell in every if cell.known and all(hour.is_guess for hour in cell.known)]
    found, number = list[Figure](), {first: at for at, first in enumerate(columns)}
    for rows, colour in ((silent, seen["ink3"]), (guessed if len(guessed) < len(every) / 2 else [], seen["attn"])):
        if rows:
            across_, down = [number[cell.first] for cell in rows], [cell.hour for cell in rows]
            marker = {"symbol": "line-ne", "size": 9, "line": {"color": colour, "width": 1.5}}
            x, y = (down, across_) if across else (across_, down)
            found.append({"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "hoverinfo": "skip"})
    return found


def _axes(home: Home, columns: Mapping[date, object], today: date | None, *, across: bool) -> tuple[Axis, Axis]:
    clock: Axis = {"tickmode": "array", "tickvals": list(_TICKS), "ticktext": [clock_at(home, at) for at in _TICKS]}
    days = list(columns)
    if across:
        names = ["<b>" + say("today") + "</b>" if day == today else formatting.day(day, weekday=True) for day in days]
        rows: Axis = {"tickmode": "array", "tickvals": list(range(len(days))), "ticktext": names}
        down = {**rows, "range": [len(days) - 0.5, -0.5], "showgrid": False}
        return {**clock, "range": [-0.5, 23.5]}, down
    along = {**days_axis(days, today), "range": [-0.5, len(days) - 0.5]}
    return along, {**clock, "range": [23.5, -0.5], "showgrid": False}


def _told(home: Home, cell: Cell, *, weekly: bool) -> str:
    """Say what one cell shows, in a whole sentence."""
    when, span = formatting.day(cell.first, weekday=not weekly), span_of_day(home, cell.hour)
    known = cell.known
    if not cell.hours:
        return say("{when}: there was no hour from {span}, or it is still to come.", when=when, span=span)
    if not known:
        return say("{when}, {span}: nothing was heard.", when=when, span=span)
    if weekly:
        return say(
            "In the week from {when}, {span}:<br>{energy} at the mean of {hours}.",
            when=when,
            span=span,
            energy=formatting.energy(cell.kwh),
            hours=counted(known),
        )
    figures = [formatting.energy(hour.kwh) for hour in known]
    if len(figures) > 1:
        return say(
            "{when}, {span}, twice because the clocks went back:<br>{first}, then {second}.",
            when=when,
            span=span,
            first=figures[0],
            second=figures[1],
        )
    return f"{when}, {span}: {figures[0]}.{_doubt(known[0])}"


def _doubt(hour: Hour) -> str:
    said_of = ""
    if hour.estimated > 0.005:
        said_of += "<br>" + say("{amount} of it is estimated.", amount=formatting.energy(hour.estimated))
    if hour.heard < 0.995:
        said_of += "<br>" + say(
            "It was heard for {duration}.", duration=formatting.duration(hour.heard * HOUR.total_seconds())
        )
    return said_of


def _rows(home: Home, hours: Sequence[Hour]) -> list[list[str]]:
    by_day: dict[date, list[Hour]] = {}
    for hour in hours:
        by_day.setdefault(hour.day, []).append(hour)
    found = []
    for day, rows in by_day.items():
        known = [hour for hour in rows if hour.kwh is not None]
        cells_of: list[str] = [formatting.day(day, weekday=True)]
        for pick in (max, min):
            best = pick(known, key=lambda hour: hour.kwh or 0.0, default=None)
            cells_of += [say("nothing heard"), ""] if best is None else [span_of_day(home, best.at.hour), _shown(best)]
        found.append(cells_of)
    return found
