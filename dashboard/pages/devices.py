"""The page `/devices`: is everything heard, who is silent since when, and which topics are not understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.components import Children, Framed, Prop, aria, icon, live_props, text
from dashboard.devices_answer import answer, moment
from dashboard.devices_board import Page
from dashboard.devices_tables import COLUMNS, Made, device, head, role, unknown
from dashboard.devices_unknown import Unknowns
from dashboard.header import clock
from dashboard.queries import local_now
from dashboard.shell import rail
from heatledger import formatting
from heatledger.announcements import Status

NAME: Final = "devices"
PATH: Final = "/devices"
TITLE: Final = "heatledger · devices"
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
            html.A("To the devices", href="#devices-table", className="skip"),
            _rail(page),
            html.Main(body, className="page-body"),
            text("", "beat", at="devices-beat"),
        ],
        className="page",
    )


def _rail(page: Page) -> html.Nav:
    at = clock(page.home, local_now(page.home, page.at_us))
    words = "Live" if page.connected and page.online is not False else "Not live"
    state: Children = [
        html.Div([icon("dot" if words == "Live" else "alert", at="devices-live-icon"), text(words, at="devices-live")]),
        text(at, "clock", at="devices-time"),
    ]
    return rail(NAME, live=state)


def _head(page: Page) -> html.Header:
    said = answer(page)
    eyebrow = [
        html.Span("Devices · what is heard on MQTT"),
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
    since = f"since {moment(page, counted.since_us)}" if counted and counted.since_us else "ingest has not said yet"
    topics = left.topics if left else 0
    parts: Children = [
        _figure("heard", counted.heard if counted else None, "messages heard", since),
        _arrow(),
        _waiting(counted),
        _arrow(),
        _figure(
            "stored",
            counted.stored if counted else None,
            "readings stored",
            "of what was understood" if counted else "",
        ),
        _figure(
            "unread",
            left.messages if left else None,
            "not understood",
            f"on {_many(topics, 'topic')}" if left else "",
            attn=topics > 0,
        ),
    ]
    return html.Section(parts, className="card counts", **aria(label="Messages", live="off"))


def _waiting(counted: Status | None) -> html.Div:
    """Return how much is heard and not in the store yet: nothing of it is lost while ingest takes messages."""
    if counted is None:
        return _figure("waiting", None, "waiting to be stored", "")
    why = counted.trouble or ("no more is taken" if counted.refusing else "kept until the store takes it")
    aside = why if counted.spool_readings or counted.refusing else "the store takes all"
    return _figure("waiting", counted.spool_readings, "waiting to be stored", aside, attn=counted.spool_readings > 0)


def _figure(name: str, number: int | None, what: str, aside: str, *, attn: bool = False) -> html.Div:
    at = f"devices-{name}"
    figure = formatting.NOT_KNOWN if number is None else formatting.number(number, 0)
    kind = "big words" if number is None else "big attn" if attn else "big"
    said = [text(figure, kind, at=at), text(what), text(aside, "aside-of", at=f"{at}-aside")]
    return html.Div(said, className="count-of")


def _arrow() -> html.Span:
    return html.Span(className="icon icon-arrow", **aria(hidden="true"))


def _many(number: int, what: str) -> str:
    return f"{formatting.number(number, 0)} {what}{'' if number == 1 else 's'}"


def _devices(page: Page, rows: list[Component]) -> html.Section:
    waiting = page.unknowns is None and not page.rows
    empty = "" if page.rows else "Reading what was heard before …" if waiting else "No device is understood yet."
    table = html.Table(
        [
            html.Caption("Devices, problems first", className="hidden"),
            head(COLUMNS),
            html.Tbody(rows, id=_ROWS, **role("rowgroup")),
        ],
        className="grid devices",
        **role("table"),
    )
    calm = not any(row.source.silent for row in page.rows[_FIRST_ROWS:])
    further = f"{_many(page.further, 'more device')}: heatledger discover lists all." if page.further else ""
    return html.Section(
        [
            html.H2("Devices", className="hidden"),
            text(page.trouble, "attn notice", at="devices-trouble"),
            table,
            text(empty, "empty", at="devices-empty"),
            _all(len(page.rows), _FIRST_ROWS, "devices", "more, all heard" if calm else "more"),
            text(further, "empty", at="devices-further"),
        ],
        id="devices-table",
        className=f"card{' skeleton' if waiting else ''}",
        **aria(live="off"),
    )


def _all(number: int, first: int, of: str, what: str) -> html.Div:
    """Return the line below a table whose first rows are shown, and the button that shows the others."""
    left = max(number - first, 0)
    words = f"{formatting.number(left, 0)} {what}" if left else ""
    line = [
        text(words, at=f"{of}-left"),
        html.Button(f"Show all {number}", type="button", id=f"{of}-all", className="show-all"),
    ]
    return html.Div(line, id=f"{of}-foot", className="table-foot" if left else "table-foot none")


def _unknown(page: Page, rows: list[Component]) -> html.Section:
    left = page.unknowns or Unknowns()
    empty = "Everything heard is understood."
    if page.unknowns is None:
        empty = "Reading the topics …"
    elif all(row.source.heard_us is None for row in page.rows):
        empty = "No topic is heard yet."
    names = ("Topic", "Messages", "Last payload", "What to do")
    further = left.topics - len(left.rows)
    more = f"{_many(further, 'more topic')}: heatledger discover lists all." if further else ""
    table = html.Table(
        [
            html.Caption("Topics not understood", className="hidden"),
            head(names),
            html.Tbody(rows, id=_TOPICS, **role("rowgroup")),
        ],
        className="grid topics",
        **role("table"),
    )
    return html.Section(
        [
            html.H2("Heard, not understood", className="card-title"),
            table,
            text("" if left.rows else empty, "empty", at="topics-empty"),
            _all(len(left.rows), _FIRST_TOPICS, "topics", "more"),
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
