"""The two tables of the page of devices: who is heard, and which topics are not understood."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard.components import Children, Prop, aria, icon, live_props, text
from dashboard.devices_board import Page, Row, Spoken
from dashboard.devices_strip import Strip
from dashboard.devices_unknown import MOST, Unknown
from heatledger import formatting
from heatledger.marks import marked
from heatledger.reader import Reader, reader
from heatledger.retelling import retold
from heatledger.wording import say, say_many

COLUMNS: Final = (
    marked("Device"),
    marked("Says"),
    marked("Heard / every"),
    marked("Last 24 hours"),
    marked("Coverage"),
    marked("In the home file"),
    marked("Issue"),
)
_FIRST: Final = 3
_MINUTE_US: Final = 60_000_000
_HOUR_MIN: Final = 60


def role(name: str) -> dict[str, Any]:
    """Return the role of a part of a table, which a grid of boxes would lose."""
    return {"role": name}


def head(names: tuple[str, ...]) -> html.Thead:
    """Return the row of a table's titles."""
    cells = [html.Th(say(name), scope="col", **role("columnheader")) for name in names]
    return html.Thead(html.Tr(cells, className="row titles", **role("row")), **role("rowgroup"))


class Made(NamedTuple):
    """A row of a table, and what of it may change. What can be opened has an id: by it the page opens it again."""

    row: html.Tr
    props: Mapping[Prop, object]


def device(page: Page, row: Row) -> Made:
    """Return the row of one device; made again only when what it shows has changed."""
    return _device(row, _age(page.at_us, row), page.described, reader())


@lru_cache(maxsize=1024)
def _device(row: Row, age: str, described: bool, _who: Reader) -> Made:
    made = _device_row(row, age, described=described)
    return Made(made, live_props(made))


def _device_row(row: Row, age: str, *, described: bool) -> html.Tr:
    trouble = row.source.silent and row.source.mapped
    cells = [
        html.Th([html.Span(row.name, className="who"), text(row.family, "family")], scope="row", className="c-who"),
        html.Td(_says(row), className="c-says", **role("cell")),
        html.Td(_heard(row, age), className="c-age", **role("cell")),
        html.Td(_strip(row), className="c-strip", **role("cell")),
        html.Td(_coverage(row.strip), id=f"{row.id}-cover", className="c-cover", **role("cell")),
        html.Td(
            row.place or (say("not named") if described else ""),
            className=f"c-place{'' if row.place else ' faint'}",
            **role("cell"),
        ),
        html.Td(_issue(row), id=f"{row.id}-issue", className="c-issue", **role("cell")),
    ]
    return html.Tr(cells, id=row.id, className="row silent" if trouble else "row", **role("row"))


def _says(row: Row) -> html.Span:
    shown: list[Component] = [_value(row, spoken) for spoken in row.values[:_FIRST]]
    rest = [_value(row, spoken) for spoken in row.values[_FIRST:]]
    if row.further:
        rest.append(text(say("and {n} more", n=formatting.number(row.further, 0)), "value"))
    if rest:
        more = html.Summary(say("{n} more", n=len(row.values) - _FIRST + row.further))
        folded = [more, html.Span(rest, className="values")]
        shown.append(html.Details(folded, id=f"{row.id}-more", className="more-values"))
    return html.Span(shown, className="values")


def _value(row: Row, spoken: Spoken) -> html.Span:
    said = text(spoken.text, "said", at=f"{row.id}-{spoken.id}")
    return html.Span([f"{spoken.label} ", said] if spoken.label else [said], className="value")


def _age(at_us: int, row: Row) -> str:
    heard_us = row.source.heard_us
    if heard_us is None:
        return say("never")
    return say("not known") if row.retained else formatting.duration(max((at_us - heard_us) / 1e6, 1.0))


def _heard(row: Row, age: str) -> Children:
    usual_s, usual = row.source.usual_s, ""
    if row.source.heard_us is not None and not row.retained:
        usual = " / " + (say("learning") if usual_s is None else formatting.duration(max(usual_s, 1.0)))
    kind = "age attn" if row.source.silent and row.source.mapped else "age"
    return [text(age, kind, at=f"{row.id}-age"), text(usual, "usual", at=f"{row.id}-usual")]


def _strip(row: Row) -> html.Div:
    strip = row.strip
    parts: list[Component] = []
    words = say("the last 24 hours are not known")
    if strip is not None:
        parts.append(html.Div(className="known", style=_place(strip.known.start, strip.known.width)))
        parts += [html.Div(className="gap", style=_place(gap.start, gap.width)) for gap in strip.gaps]
        words = say("heard {coverage} of the last 24 hours", coverage=formatting.coverage(strip.coverage))
        words = ", ".join(filter(None, (words, _gaps(strip))))
    at = f"{row.id}-strip"
    return html.Div(parts, id=at, className="strip", title=words, role="img", **aria(label=say("The last 24 hours")))


def _place(start: float, width: float) -> dict[str, str]:
    return {"left": f"{start * 100:.2f}%", "width": f"{width * 100:.2f}%"}


def _coverage(strip: Strip | None) -> str:
    return "" if strip is None else formatting.coverage(strip.coverage)


def _gaps(strip: Strip) -> str:
    number, missing = len(strip.gaps), formatting.duration(strip.missing_s)
    return say_many("{n} gap, {duration}", "{n} gaps, {duration}", number, duration=missing) if number else ""


def _issue(row: Row) -> Children:
    if row.source.silent and row.source.heard_us is None:
        return [html.Span([icon("silent"), say("never heard")], className="chip full")]
    if row.source.silent:
        kind = "full" if row.source.mapped else "outline"
        return [
            html.Span([icon("silent"), say("says offline") if row.offline else say("silent")], className=f"chip {kind}")
        ]
    if row.retained:
        return [text(say("kept by the broker, age not known"), "quiet")]
    return [text(_gaps(row.strip) if row.strip else "", "quiet")]


def unknown(row: Unknown, at_us: int) -> Made:
    """Return the row of one topic that was not understood; made again only when what it shows has changed."""
    return _unknown(row, _when(at_us - row.last_us), reader())


@lru_cache(maxsize=2 * MOST)
def _unknown(row: Unknown, when: str, _who: Reader) -> Made:
    made = _unknown_row(row, when)
    return Made(made, live_props(made))


def _when(age_us: int) -> str:
    """Return an age in steps that grow with it."""
    minutes = age_us // _MINUTE_US
    if minutes < 1:
        return say("last just now")
    step = 1 if minutes < _HOUR_MIN else _HOUR_MIN
    return say("last {duration} ago", duration=formatting.duration(minutes // step * step * 60))


def _unknown_row(row: Unknown, when: str) -> html.Tr:
    cells = [
        html.Th(html.Bdi(row.topic), scope="row", className="c-topic mono", title=row.topic, **role("rowheader")),
        html.Td(
            [
                text(formatting.number(row.count, 0), "count", at=f"{row.id}-count"),
                text(when, "last-heard", at=f"{row.id}-when"),
            ],
            className="c-count",
            **role("cell"),
        ),
        html.Td(_looks(row), className="c-looks", **role("cell")),
        html.Td(_actions(row), className="c-act", **role("cell")),
    ]
    return html.Tr(cells, id=row.id, className="row topic", **role("row"))


def _looks(row: Unknown) -> Children:
    guess = say("looks like {guess}", guess=say(row.guess)) if row.guess else ""
    return [
        html.Bdi(
            row.sample or say("empty payload"),
            id=f"{row.id}-sample",
            className="sample mono" if row.sample else "sample faint",
        ),
        text(guess, "guess", at=f"{row.id}-guess"),
        html.Bdi(retold(row.note), id=f"{row.id}-note", className="note-of"),
    ]


def _actions(row: Unknown) -> Children:
    draft: list[Component] = [
        html.P(say("No device file can hold this topic: its name has signs that cannot be written."))
    ]
    if row.command:
        copy = html.Button(say("Copy"), type="button", className="button copy")
        draft = [
            html.P(say("Run this where heatledger is installed:")),
            html.Code(row.command, className="command"),
            copy,
        ]
    pre = html.Pre("\n".join(retold(line) for line in row.bytes.split("\n")), id=f"{row.id}-bytes", className="bytes")
    return [
        _folded(f"{row.id}-draft", say("Draft a decoder"), draft),
        _folded(f"{row.id}-dump", say("Show bytes"), [pre]),
    ]


def _folded(at: str, words: str, inside: list[Component]) -> html.Details:
    summary = html.Summary(words, className="button")
    return html.Details([summary, html.Div(inside, className="drawer")], id=at, className="act")
