"""Assembles the dashboard: pages, live push, `/healthz` and `/api/v1`, one Dash app on FastAPI."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import dash
from dash import Dash, dcc, html
from fastapi import FastAPI

from dashboard import api, entrance, people_pages, push, reading, setup
from dashboard.address import networks
from dashboard.build import build_id
from dashboard.components import Prop, live_props
from dashboard.desk import Desk
from dashboard.devices_board import DevicesBoard
from dashboard.document import INDEX, Document
from dashboard.doors import Doors
from dashboard.feed import Feed
from dashboard.forms import Forms
from dashboard.gate import INSIDE, Gate
from dashboard.heroes import Page
from dashboard.metrics import spool_age_s
from dashboard.pages import bill as bill_page
from dashboard.pages import compare as compare_page
from dashboard.pages import devices as devices_page
from dashboard.pages import now as now_page
from dashboard.pages import performance as performance_page
from dashboard.pages import zones as zones_page
from dashboard.queries import Books, Queries, marginal_rates
from heatledger.config import Config
from heatledger.home import Home
from heatledger.live import now
from heatledger.reader import Reader, reader
from heatledger.store import Store, open_store
from heatledger.store.state import State
from heatledger.wording import say

_BOOKS: Final = (zones_page, bill_page, performance_page, compare_page)
_ASSETS: Final = Path(__file__).parent / "assets"
_REFRESH_ANYWAY_S: Final = 300.0


class Board:
    """What the page Now shows at this moment, made once for all browsers."""

    def __init__(self, queries: Queries, feed: Feed, home_id: str | None) -> None:
        self.queries, self.feed = queries, feed
        self.described = home_id is not None or bool(queries.config.homes)
        self.home = queries.home(home_id) if self.described else None
        self.props = _once(feed, lambda: live_props(now_page.render(self.page())))
        """The live properties of the page."""
        self._stop = threading.Event()

    def page(self) -> Page:
        """Return the page as it is now."""
        at_us, latest = time.time_ns() // 1000, self.feed.latest()
        home = self.home or _unknown_home({key.home for key in latest})
        books = self.queries.books(home) if self.home else Books(reason="no home file yet")
        rate, credit = marginal_rates(self.queries.config, home, books, at_us)
        seen = now(home, latest, rate=rate, credit=credit, at_us=at_us)
        powers = (
            ()
            if self.home
            else tuple(
                (f"{key.device} {key.channel}".strip(), float(value.value))
                for key, value in sorted(latest.items())
                if key.quantity == "power" and isinstance(value.value, int | float)
            )
        )
        history = self.feed.history.get(home.id)
        return Page(
            home=home,
            described=self.home is not None,
            now=seen,
            books=books,
            at=datetime.now(UTC),
            connected=self.feed.connected,
            ingest_online=self.feed.ingest_online,
            powers=powers,
            filling_to=None if history is None or history.complete else history.back_to,
            spool_age_s=spool_age_s(self.feed),
            refusing=self.feed.ingest is not None and self.feed.ingest.refusing,
        )

    def keep_books(self) -> None:
        """Ask for the Summary again when intervals are announced, until `stop`."""
        home = self.home
        if home is not None:
            self.queries.prepare(home)
        while home is not None and not self._stop.is_set():
            self.feed.announced.wait(_REFRESH_ANYWAY_S)
            self.feed.announced.clear()
            if not self._stop.is_set():
                self.queries.books(home, fresh=True)
                self.feed.ring()
                self.queries.prepare(home)
                self._stop.wait(30.0)

    def stop(self) -> None:
        """End `keep_books`."""
        self._stop.set()
        self.feed.announced.set()


def _once(feed: Feed, make: Callable[[], dict[Prop, object]]) -> Callable[[], dict[Prop, object]]:
    """Return what makes live properties for all browsers: again only when something changed or a second passed.

    What is read in the same language and units is made once.
    """
    kept: dict[Reader, tuple[int, int, dict[Prop, object]]] = {}

    def made() -> dict[Prop, object]:
        who, version, second = reader(), feed.version, time.time_ns() // 1_000_000_000
        if who not in kept or kept[who][:2] != (version, second):
            kept[who] = (version, second, make())
        return kept[who][2]

    return made


def _unknown_home(heard: set[str]) -> Home:
    """Return what stands for the home while no file describes it."""
    return Home(id=min(heard, default="home"), name="home", timezone="UTC", currency="USD")


def create_app(
    config: Config, home_id: str | None = None, *, store: Store | None = None, state: State | None = None
) -> Dash:
    """Make the dashboard.

    Parameters
    ----------
    config : Config
        Homes, tariffs, broker and store.
    home_id : str, optional
        Which home to show; the first described one by default.
    store : Store, optional
        Opened from the configuration by default.
    state : State, optional
        The same.

    Returns
    -------
    Dash
        ``app.server`` is the FastAPI application.

    Raises
    ------
    AskError
        If the home is not described.
    StoreError
        If the store cannot be opened.
    """
    store, state = store or open_store(config.store_url), state or State(config.state_path)
    queries, feed = Queries(config, store, state), Feed(config.settings.mqtt.url)
    board = Board(queries, feed, home_id)
    devices = DevicesBoard(board.home, feed, store, state)
    server = FastAPI(
        title="heatledger",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_lifespan(board, devices),
    )
    build = build_id(config)
    app = Document(
        __name__,
        server=cast("Any", server),  # a FastAPI application, as the backend wants
        backend="fastapi",
        websocket_callbacks=True,
        websocket_inactivity_timeout=0,
        use_pages=True,
        pages_folder="",
        assets_folder=str(_ASSETS),
        index_string=INDEX,
        title="heatledger",
        routes_pathname_prefix="/",
        requests_pathname_prefix=config.settings.dashboard.path,
        update_title=cast("Any", None),  # no "Updating…" in the title
        compress=True,
        include_pages_meta=False,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1, viewport-fit=cover"},
            {"name": "theme-color", "content": "#07090B"},
            {"name": "build", "content": build},
        ],
    )
    forms = Forms(config.settings.dashboard.path)
    api.register(server, queries, feed, lambda: board.page().now, forms)
    desk = Desk(queries, feed, board.home, lambda: board.page().now)
    layouts = {now_page: now_page.register(app, board.page), devices_page: devices_page.register(app, devices.page)}
    layouts |= {page: page.register(app, desk) for page in _BOOKS}
    for page, layout in layouts.items():
        dash.register_page(  # type: ignore[no-untyped-call] # Dash leaves it untyped
            page.NAME, path=page.PATH, title=partial(say, page.TITLE), layout=layout
        )
    app.layout = html.Div([dash.page_container, dcc.Store(id="shell-page"), dcc.Store(id="shell-build", data=build)])
    shown = {now_page.NAME: board.props, devices_page.NAME: _once(feed, lambda: devices_page.props(devices.page()))}
    shown |= {page.NAME: _once(feed, partial(desk.props, page.NAME)) for page in _BOOKS}
    push.register(app, feed, shown, paces={devices_page.NAME: devices_page.PACE_S}, build=build)
    server.state.board, server.state.devices = board, devices
    _guard(app, server, config, state, board, forms)
    return app


def _guard(app: Dash, server: FastAPI, config: Config, state: State, board: Board, forms: Forms) -> None:
    """Put the gate before everything, and the pages that let people in behind it."""
    doors = Doors(state.people)
    entrance.register(server, doors, forms)
    setup.register(server, setup.Setup(config, board.feed, state), doors, forms)
    reading.register(server, forms)
    people_pages.register(server, doors, forms, lambda: board.home.timezone if board.home else "UTC")
    server.add_middleware(
        Gate,
        doors=doors,
        refusal=entrance.refusal(doors, forms),
        path=config.settings.dashboard.path,
        trusted=networks(config.settings.dashboard.trusted_proxies),
        hashes=lambda: app.csp_hashes(),
        callbacks=lambda: app.callback_map,
        home=lambda: board.home,
    )


def _lifespan(board: Board, devices: DevicesBoard) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def alive(server: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(board.feed.seed, board.queries.heard_lately())
        board.feed.start()
        await _ask_once(server)
        threading.Thread(target=board.keep_books, name="books", daemon=True).start()
        threading.Thread(target=devices.keep_reading, name="devices", daemon=True).start()
        yield
        board.stop()
        devices.stop()
        await asyncio.to_thread(board.feed.stop)

    return alive


async def _ask_once(server: FastAPI) -> None:
    """Ask for the first page: Dash gets ready then, and at no other page, however many ask for another one first."""
    scope = {
        "type": "http",
        INSIDE: True,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        return asked.pop() if asked else {"type": "http.disconnect"}

    async def send(_message: MutableMapping[str, Any]) -> None:
        return None

    await server(scope, receive, send)
