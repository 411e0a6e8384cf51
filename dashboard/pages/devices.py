"""The page `/devices`: is everything heard, who is silent since when, and which topics are not understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.clocks import clock
from dashboard.components import Children, Framed, Prop, aria, icon, live_props, text
from dashboard.devices_answer import answer, moment
from dashboard.devices_board import Page
from dashboard.devices_tables import COLUMNS, Made, device, head, role, unknown
from dashboard.devices_unknown import Unknowns
from dashboard.queries import local_now
from dashboard.rail import rail
from heatledger import formatting
from heatledger.announcements import Status
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say, say_many

NAME: Final = "devices"
PATH: Final = "/devices"
TITLE: Final = marked("heatledger · devices")
MOUNT: Final = "devices-mount"
PACE_S: Final = 0.25
"""The page is looked at this often, for it is long. [s]"""

_ROWS, _TOPICS = "devices-rows", "devices-topics"
_FIRST_ROWS = _FIRST_TOPICS = 8


def render(page: Page) -> html.Div:
    """Return the page as components; pure."""
    return _whole(page, [made.row for made in _device_rows(page)], [made.row for made in _topic_rows(page)])


def props(page: Page) -> dict[Prop, object]:
    """Return what may change of the page: each table's rows as a frame, and piece by piece what stands in them."""
    found = dict[Prop, object]()
    for name, rows in ((_ROWS, _device_rows(page)), (_TOPICS, _topic_rows(page))):
        held: dict[Prop, object] = {}
        for made in rows:
            held.update(made.props)
        found |= {Prop(name, "children"): Framed([made.row for made in rows], held), **held}
    return live_props(_whole(page, [], [])) | found


def _device_rows(page: Page) -> list[Made]:
    return [device(page, row) for row in page.rows]


def _topic_rows(page: Page) -> list[Made]:
    return [unknown(row, page.at_us) for row in page.unknowns.rows] if page.unknowns else []


def _whole(page: Page, devices: list[Component], unread: list[Component]) -> html.Div:
    body = [_head(page), _strip(page), _devices(page, devices), _unknown(page, unread)]
    return html.Div(
        [
            html.A(say("To the devices"), href="#devices-table", className="skip"),
            _rail(page),
            html.Main(body, className="page-body"),
            text("", "beat", at="devices-beat"),
        ],
        className="page",
    )


def _rail(page: Page) -> html.Nav:
    at = clock(page.home, local_now(page.home, page.at_us))
    live = page.connected and page.online is not False
    state: Children = [
        html.Div(
            [
                icon("dot" if live else "alert", at="devices-live-icon"),
                text(say("Live") if live else say("Not live"), at="devices-live"),
            ]
        ),
        text(at, "clock", at="devices-time"),
    ]
    return rail(NAME, live=state)


def _head(page: Page) -> html.Header:
    said = answer(page)
    eyebrow = [
        html.Span(say("Devices · what is heard on MQTT")),
        html.Span(id="devices-link", role="status", className="link attn"),
    ]
    title: Children = [
        text(said.strong, "strong-part", at="devices-answer"),
        " ",
        text(said.rest, "rest-part", at="devices-rest"),
    ]
    return html.Header([html.P(eyebrow, className="eyebrow"), html.H1(title, className="answer")])


def _strip(page: Page) -> html.Section:
    counted, left = page.ingest, page.unknowns
    since = (
        say("since {time}", time=moment(page, counted.since_us))
        if counted and counted.since_us
        else say("ingest has not said yet")
    )
    topics = left.topics if left else 0
    parts: Children = [
        _figure("heard", counted.heard if counted else None, say("messages heard"), since),
        _arrow(),
        _waiting(counted),
        _arrow(),
        _figure(
            "stored",
            counted.stored if counted else None,
            say("readings stored"),
            say("of what was understood") if counted else "",
        ),
        _figure(
            "unread",
            left.messages if left else None,
            say("not understood"),
            say_many("on {n} topic", "on {n} topics", topics, n=formatting.number(topics, 0)) if left else "",
            attn=topics > 0,
        ),
    ]
    return html.Section(parts, className="card counts", **aria(label=say("Messages"), live="off"))


def _waiting(counted: Status | None) -> html.Div:
    """Return how much is heard and not in the store yet: nothing of it is lost while ingest takes messages."""
    if counted is None:
        return _figure("waiting", None, say("waiting to be stored"), "")
    why = retold(counted.trouble) or (
        say("no more is taken") if counted.refusing else say("kept until the store takes it")
    )
    aside = why if counted.spool_readings or counted.refusing else say("the store takes all")
    return _figure(
        "waiting", counted.spool_readings, say("waiting to be stored"), aside, attn=counted.spool_readings > 0
    )


def _figure(name: str, number: int | None, what: str, aside: str, *, attn: bool = False) -> html.Div:
    at = f"devices-{name}"
    figure = formatting.not_known() if number is None else formatting.number(number, 0)
    kind = "big words" if number is None else "big attn" if attn else "big"
    said = [text(figure, kind, at=at), text(what), text(aside, "aside-of", at=f"{at}-aside")]
    return html.Div(said, className="count-of")


def _arrow() -> html.Span:
    return html.Span(className="icon icon-arrow", **aria(hidden="true"))


def _devices(page: Page, rows: list[Component]) -> html.Section:
    waiting = page.unknowns is None and not page.rows
    empty = (
        "" if page.rows else say("Reading what was heard before …") if waiting else say("No device is understood yet.")
    )
    table = html.Table(
        [
            html.Caption(say("Devices, problems first"), className="hidden"),
            head(COLUMNS),
            html.Tbody(rows, id=_ROWS, **role("rowgroup")),
        ],
        className="grid devices",
        **role("table"),
    )
    calm = not any(row.source.silent for row in page.rows[_FIRST_ROWS:])
    further = (
        say_many(
            "{n} more device: heatledger discover lists all.",
            "{n} more devices: heatledger discover lists all.",
            page.further,
            n=formatting.number(page.further, 0),
        )
        if page.further
        else ""
    )
    return html.Section(
        [
            html.H2(say("Devices"), className="hidden"),
            text(say(page.trouble) if page.trouble else "", "attn notice", at="devices-trouble"),
            table,
            text(empty, "empty", at="devices-empty"),
            _all(len(page.rows), _FIRST_ROWS, "devices", say("{n} more, all heard") if calm else say("{n} more")),
            text(further, "empty", at="devices-further"),
        ],
        id="devices-table",
        className=f"card{' skeleton' if waiting else ''}",
        **aria(live="off"),
    )


def _all(number: int, first: int, of: str, what: str) -> html.Div:
    """Return the line below a table whose first rows are shown, and the button that shows the others."""
    left = max(number - first, 0)
    words = what.format(n=formatting.number(left, 0)) if left else ""
    line = [
        text(words, at=f"{of}-left"),
        html.Button(say("Show all {number}", number=number), type="button", id=f"{of}-all", className="show-all"),
    ]
    return html.Div(line, id=f"{of}-foot", className="table-foot" if left else "table-foot none")


def _unknown(page: Page, rows: list[Component]) -> html.Section:
    left = page.unknowns or Unknowns()
    empty = say("Everything heard is understood.")
    if page.unknowns is None:
        empty = say("Reading the topics …")
    elif all(row.source.heard_us is None for row in page.rows):
        empty = say("No topic is heard yet.")
    names = (say("Topic"), say("Messages"), say("Last payload"), say("What to do"))
    further = left.topics - len(left.rows)
    more = (
        say_many(
            "{n} more topic: heatledger discover lists all.",
            "{n} more topics: heatledger discover lists all.",
            further,
            n=formatting.number(further, 0),
        )
        if further
        else ""
    )
    table = html.Table(
        [
            html.Caption(say("Topics not understood"), className="hidden"),
            head(names),
            html.Tbody(rows, id=_TOPICS, **role("rowgroup")),
        ],
        className="grid topics",
        **role("table"),
    )
    return html.Section(
        [
            html.H2(say("Heard, not understood"), className="card-title"),
            table,
            text("" if left.rows else empty, "empty", at="topics-empty"),
            _all(len(left.rows), _FIRST_TOPICS, "topics", say("{n} more")),
            text(more, "empty", at="topics-further"),
        ],
        className="card",
        **aria(live="off"),
    )


def register(app: Dash, current: Callable[[], Page]) -> Callable[..., Component]:
    """Register the page's wiring; return its layout, asked at every load."""
    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash leaves it untyped
        "function(page) { return page; }",
        Output("shell-page", "data", allow_duplicate=True),
        Input(MOUNT, "data"),
        prevent_initial_call="initial_duplicate",
    )

    def layout(**_query: str) -> html.Div:
        page = current()
        first = _whole(page, [made.row for made in _device_rows(page)], [])  # the topics come with the first push
        return html.Div([dcc.Store(id=MOUNT, data=NAME), first])

    return layout
