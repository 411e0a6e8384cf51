"""Assembles the dashboard: pages, live push, `/healthz` and `/api/v1`, one Dash app on FastAPI."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import dash
from dash import Dash, dcc, html
from fastapi import FastAPI

from dashboard import (
    api,
    asking,
    commissioning,
    entrance,
    fleet,
    installed,
    manual,
    paper,
    people_pages,
    push,
    reading,
    room_books,
    setup,
    stopping,
    trial_page,
    yours,
    zone_commands,
    zone_history,
    zone_savings,
)
from dashboard.address import networks
from dashboard.alive import lifespan
from dashboard.board import Board, once
from dashboard.build import build_id
from dashboard.commissioning import Commissioning
from dashboard.components import Prop
from dashboard.desk import Desk
from dashboard.devices_board import DevicesBoard
from dashboard.document import Document, index
from dashboard.doors import Doors
from dashboard.feed import Feed
from dashboard.fleet import Fleet
from dashboard.forms import Forms
from dashboard.gate import Gate
from dashboard.pages import bill as bill_page
from dashboard.pages import commissioning as commissioning_page
from dashboard.pages import compare as compare_page
from dashboard.pages import devices as devices_page
from dashboard.pages import fleet as fleet_page
from dashboard.pages import now as now_page
from dashboard.pages import performance as performance_page
from dashboard.pages import zones as zones_page
from dashboard.queries import Queries
from heatledger.config import Config
from heatledger.store import Store, open_store
from heatledger.store.state import State
from heatledger.wording import say

_BOOKS: Final = (zones_page, bill_page, performance_page, compare_page)
_ASSETS: Final = Path(__file__).parent / "assets"


def create_app(
    config: Config,
    home_id: str | None = None,
    *,
    store: Store | None = None,
    state: State | None = None,
    refused: Callable[[], str] = str,
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
    refused : callable, optional
        Returns why the configuration as it stands in the files is not the one that counts; empty where it is.

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
    checks = Commissioning(queries, feed, state)
    homes = Fleet(queries, feed, checks, state)
    server = FastAPI(
        title="heatledger",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan(board, devices, homes),
    )
    build, path = build_id(config), config.settings.dashboard.path
    app, forms = _dash(server, path, build), Forms(path, build)
    api.register(server, queries, feed, lambda: board.page().now, forms)
    stopping.register(server, config.sent_path, forms)
    commands = zone_commands.Commands(queries, feed.latest)
    past = zone_history.Past(queries)
    zone_history.register(server, past)
    rooms = room_books.RoomBooks(queries)
    zone_savings.register(server, queries, rooms, lambda: board.page().now)
    desk = Desk(queries, feed, board.home, lambda: board.page().now, commands, past, rooms)
    paper.register(server, desk)
    _pages(app, board, devices, desk, checks, homes, build, refused)
    server.state.board, server.state.devices, server.state.checks = board, devices, checks
    server.state.homes = homes
    server.state.commands = commands
    _guard(app, server, setup.Setup(config, board.feed, state, refused), board, forms)
    return app


def _dash(server: FastAPI, path: str, build: str) -> Dash:
    """Make the Dash application that a browser loads under a path."""
    return Document(
        __name__,
        server=cast("Any", server),  # a FastAPI application, as the backend wants
        backend="fastapi",
        websocket_callbacks=True,
        websocket_inactivity_timeout=0,
        websocket_batch_delay=0.001,  # what is sent at once waits so long for more to go with it: 5 ms by default [s]
        use_pages=True,
        pages_folder="",
        assets_folder=str(_ASSETS),
        assets_ignore=installed.NO_PART_OF_A_PAGE,
        index_string=index(path),
        title="heatledger",
        routes_pathname_prefix="/",
        requests_pathname_prefix=path,
        update_title=cast("Any", None),  # no "Updating…" in the title
        compress=True,
        include_pages_meta=False,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1, viewport-fit=cover"},
            {"name": "theme-color", "content": installed.THEME},
            {"name": "build", "content": build},
        ],
    )


def _pages(
    app: Dash,
    board: Board,
    devices: DevicesBoard,
    desk: Desk,
    checks: Commissioning,
    homes: Fleet,
    build: str,
    refused: Callable[[], str],
) -> None:
    """Add the pages, and what is pushed to each."""
    night = board.queries.config.settings.dashboard.night
    layouts = {
        now_page: now_page.register(app, board.page, dark=night),
        devices_page: devices_page.register(app, devices.page),
    }
    layouts |= {page: page.register(app, desk) for page in _BOOKS}
    layouts[commissioning_page] = commissioning_page.register(app, checks)
    layouts[fleet_page] = fleet_page.register(app, homes)
    for page, layout in layouts.items():
        dash.register_page(  # type: ignore[no-untyped-call] # Dash leaves it untyped
            page.NAME, path=page.PATH, title=partial(say, page.TITLE), layout=layout
        )
    app.layout = html.Div(
        [
            html.P(id=push.REFUSED, className="refused", role="alert"),
            dash.page_container,
            dcc.Store(id="shell-page"),
            dcc.Store(id="shell-build", data=build),
            *asking.register(app, desk),
        ]
    )
    shown: dict[str, Callable[[], dict[Prop, object]]] = {now_page.NAME: board.props}
    shown[devices_page.NAME] = once(board.feed, lambda: devices_page.props(devices.page()))
    shown |= {page.NAME: once(board.feed, partial(desk.props, page.NAME)) for page in _BOOKS}
    shown[zones_page.NAME] = once(board.feed, lambda: zones_page.props(desk))
    shown[commissioning_page.NAME] = once(board.feed, partial(desk.state, commissioning_page.NAME))
    shown[fleet_page.NAME] = once(board.feed, lambda: desk.state(fleet_page.NAME) | fleet_page.props(homes))
    paces = {page.NAME: page.PACE_S for page in (devices_page, zones_page)}
    push.register(app, board.feed, shown, paces=paces, build=build, refused=refused)


def _guard(app: Dash, server: FastAPI, setting_up: setup.Setup, board: Board, forms: Forms) -> None:
    """Put the gate before everything, and the pages that let people in behind it."""
    doors, config = Doors(setting_up.state.people), setting_up.config
    installed.register(server, forms)
    manual.register(server, forms)
    entrance.register(server, doors, forms)
    setup.register(server, setting_up, doors, forms)
    reading.register(server, forms)
    commissioning.register(server, server.state.checks, doors, forms)
    fleet.register(server, server.state.homes)
    trial_page.register(server, server.state.checks, doors, forms, config.settings.commissioning.pace)
    zone_commands.register(server, board.queries, server.state.commands, doors)
    books = (board.queries.store, setting_up.state)
    yours.register(server, config, books, doors, forms, lambda: board.home.id if board.home else "home")
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
        first=partial(fleet.first_page, homes=len(config.homes)),
    )
