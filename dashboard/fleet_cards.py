"""The list of homes as components: a row a home, what is wrong there by name, who is silent, COP, what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.cards import GOOD, card
from dashboard.clocks import since
from dashboard.commission_cards import badge
from dashboard.components import Children, aria, icon, text
from heatledger import formatting
from heatledger.commissioning.finding import Result
from heatledger.commissioning.fleet import Order, Row, checks_told
from heatledger.commissioning.own_units import in_own_units
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say, say_many

ORDERS: Final[dict[Order, str]] = {
    "visit": marked("Needs a visit"),
    "name": marked("Name"),
    "silent": marked("Longest silent"),
    "changed": marked("Most changed"),
    "commissioned": marked("Commissioned longest ago"),
}
"""What the list may be ordered by."""
_COUNTED: Final[tuple[Result, ...]] = ("fail", "warn", "not_testable")


def controls(rows: Sequence[Row], by: Order, check: str) -> list[Component]:
    """Return the pickers of the list: which check, and by what it is ordered."""
    told = checks_told(rows)
    every = [_choice(say("Every check"), _address(by, ""), chosen=not check)]
    broken = [
        _choice(f"{say(name)} · {formatting.number(homes, 0)}", _address(by, one), chosen=one == check)
        for one, (name, homes) in told.items()
    ]
    orders = [_choice(say(word), _address(name, check), chosen=name == by) for name, word in ORDERS.items()]
    shown = say(told[check][0]) if check in told else say("Every check")
    return [
        _menu("check", say("Check"), "check", shown, [*every, *broken]),
        _menu("order", say("Order"), "scales", say(ORDERS[by]), orders),
    ]


def _address(by: str, check: str) -> str:
    asked = {name: value for name, value in (("by", "" if by == "visit" else by), ("check", check)) if value}
    return f"./fleet?{urlencode(asked)}" if asked else "./fleet"


def _choice(word: str, href: str, *, chosen: bool) -> dcc.Link:
    return dcc.Link(word, href=href, className="choice chosen" if chosen else "choice")


def _menu(name: str, label: str, sign: str, shown: str, choices: Sequence[Component]) -> html.Details:
    said: Children = [icon(sign), text(say("{label}:", label=label) + " ", "hidden"), text(shown, "shown")]
    return html.Details(
        [html.Summary(said, className="menu-button"), html.Div(list(choices), className="menu-sheet")],
        id=f"fleet-menu-{name}",
        className="menu",
    )


def table(rows: Sequence[Row], homes: Mapping[str, Home], at: datetime, check: str = "") -> html.Section:
    """Return the homes in the order they are given.

    Parameters
    ----------
    rows : sequence of Row
        In order.
    homes : mapping of str to Home
        For their clocks.
    at : datetime
        Now.
    check : str
        The check that is looked at; empty for all of them.
    """
    head = [say("Home"), say("Worst"), say("Results"), say("Silent"), "COP", say("Last commissioning")]
    title = say_many("{n} home", "{n} homes", len(rows))
    body = [_row(one, homes[one.home], at, check) for one in rows]
    columns = html.Thead(html.Tr([html.Th(word, scope="col") for word in head]))
    return card(GOOD, title, html.Table([columns, html.Tbody(body)], className="fleet"))


def _row(one: Row, home: Home, at: datetime, check: str) -> html.Tr:
    named = html.A(one.name, href=f"./commissioning?home={one.home}", className="home-link")
    return html.Tr(
        [
            html.Th([named, html.Small(_looked(one, home, at))], scope="row"),
            _cell(say("Worst"), _worst(one, home, check)),
            _cell(say("Results"), _results(one)),
            _cell(say("Silent"), _silent(one, home, at)),
            _cell("COP", _cops(one)),
            _cell(say("Last commissioning"), _commissioned(one, home)),
        ],
        className=_kind(one),
    )


def _kind(one: Row) -> str:
    if one.looked_at is None and not one.reason:
        return "of-waiting"
    return f"of-{one.worst.result}" if one.worst else "of-unknown" if one.reason else "of-pass"


def _cell(label: str, inside: Sequence[Component | str]) -> html.Td:
    """Return a cell; on a phone its column's name stands before it."""
    return html.Td([html.Span(label, className="of-column", **aria(hidden="true")), html.Div(list(inside))])


def _looked(one: Row, home: Home, at: datetime) -> str:
    if one.reason:
        return retold(one.reason)
    if one.looked_at is None:
        return say("not looked at yet")
    when = since(home, _us(one.looked_at), _us(at))
    return say("as it was kept on {time}", time=when) if one.kept else say("looked at {time}", time=when)


def _us(at: datetime) -> int:
    return int(at.timestamp() * 1e6)


def _worst(one: Row, home: Home, check: str) -> Children:
    wrong = [found for found in one.wrong if check in ("", found.check)]
    if not wrong:
        if one.looked_at is None:
            return [say("Not known")]
        return [say("Nothing")]
    first, more = wrong[0], len(wrong) - 1
    told = in_own_units(retold(first.evidence), home)
    evidence = f"{first.at}: {told}" if first.at else told
    rest = [html.Small(say("and {n} more", n=formatting.number(more, 0)))] if more else []
    return [badge(first.result), html.B(say(first.name)), html.Small(evidence), *rest]


def _results(one: Row) -> Children:
    if not one.counts:
        return [say("Not known")]
    said = {
        "fail": say_many("{n} fail", "{n} fail", one.counts.get("fail", 0)),
        "warn": say_many("{n} warning", "{n} warnings", one.counts.get("warn", 0)),
        "not_testable": say_many("{n} not testable", "{n} not testable", one.counts.get("not_testable", 0)),
    }
    return [html.Div(said[name], className="none" if not one.counts.get(name) else f"of-{name}") for name in _COUNTED]


def _silent(one: Row, home: Home, at: datetime) -> Children:
    if one.looked_at is None or one.kept:
        return [say("Not known")]
    if not one.silent:
        return [say("Nothing")]
    first, more = one.silent[0], len(one.silent) - 1
    when = (
        say("never heard") if first.since is None else say("since {time}", time=since(home, _us(first.since), _us(at)))
    )
    rest = [html.Small(say("and {n} more", n=formatting.number(more, 0)))] if more else []
    return [html.B(first.device), html.Small(when), *rest]


def _cops(one: Row) -> Children:
    known = [row for row in one.cops if row.cop.value is not None]
    if not known:
        return [say("Not known")]
    named = len(one.cops) > 1
    made: Children = []
    for row in known:
        figure = formatting.cop(row.cop.value, row.cop.low, row.cop.high)
        made.append(html.Div([figure, html.Small(row.name)] if named else figure))
    return made


def _commissioned(one: Row, home: Home) -> Children:
    if one.commissioned is None:
        return [say("Never")]
    day = formatting.day(one.commissioned.astimezone(ZoneInfo(home.timezone)).date(), year=True)
    changed = say_many("{n} change since the first", "{n} changes since the first", one.drifted)
    return [
        html.Div(say("{day}, run {n}", day=day, n=one.version)),
        html.Small(changed if one.drifted else say("Nothing has changed.")),
    ]
