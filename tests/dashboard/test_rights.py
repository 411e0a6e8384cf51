"""Every route and callback by every role: who may is let in, who may not is refused, by HTTP and WebSocket alike."""

import asyncio
import json

import pytest
from dash import Input, Output, dcc

from dashboard import rights
from dashboard.app import create_app
from heatledger import config as configuration
from heatledger.people import ROLES, Look
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client, Socket

AWAY = "192.0.2.20"  # RFC 5737: an address of documentation
HOST = "home.example:8050"
NOBODY = "nobody"
ALL = {NOBODY, *ROLES}
LOOK = set(ROLES)
OWN = {"owner"}

# method, path, who is let in
ROUTES = [
    ("GET", "/", LOOK),
    ("GET", "/devices", LOOK),
    ("GET", "/a-page-that-comes-later", LOOK),
    ("GET", "/_dash-layout", LOOK),
    ("GET", "/_dash-dependencies", LOOK),
    ("POST", "/_dash-update-component", LOOK),
    ("GET", "/api/v1/summary", LOOK),
    ("GET", "/api/v1/live", LOOK),
    ("GET", "/api/v1/devices", LOOK),
    ("GET", "/api/v1/bill", LOOK),
    ("GET", "/bill/statement.pdf", LOOK),
    ("GET", "/api/v1/intervals", LOOK),
    ("GET", "/api/docs", LOOK),
    ("GET", "/api/openapi.json", LOOK),
    ("GET", "/metrics", LOOK),
    ("GET", "/password", LOOK),
    ("GET", "/setup", {"owner", "installer"}),
    ("POST", "/setup", {"owner", "installer"}),
    ("GET", "/people", OWN),
    ("POST", "/people/invite", OWN),
    ("POST", "/people/screen", OWN),
    ("POST", "/people/token", OWN),
    ("POST", "/people/revoke", OWN),
    ("POST", "/people/end", OWN),
    ("POST", "/anything-unheard-of", OWN),
    ("DELETE", "/api/v1/summary", OWN),
    ("GET", "/healthz", ALL),
    ("GET", "/login", ALL),
    ("GET", "/join", ALL),
    ("GET", "/stop/a-secret", ALL),
    ("POST", "/stop/a-secret", ALL),
    ("GET", "/assets/1-tokens.css", ALL),
]
STOPPED = {401, 403}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The application, behind passwords, with a callback that only an installer may run."""
    data = tmp_path_factory.mktemp("rights")
    scene.write_config(data)
    state = State(data / "state.db")
    state.people.keep("Ada", "owner", "no hash", at_us=1)
    app = create_app(configuration.load(data_dir=data, environ={}), state=state)

    @app.callback(Output("setup-answer", "data"), Input("setup-asked", "data"), prevent_initial_call=True)
    def answer(_asked):
        return "done"

    @app.callback(Output("now-echo", "data"), Input("now-asked", "data"), prevent_initial_call=True)
    def echo(asked):
        return asked

    app.layout.children += [dcc.Store(id=name) for name in ("setup-answer", "setup-asked", "now-echo", "now-asked")]
    asyncio.run(_made_ready(app))
    return app, state


async def _made_ready(app):
    from dashboard.alive import _ask_once

    await _ask_once(app.server)


def browser(made, role):
    """A browser elsewhere in the house, logged in as a role."""
    app, state = made
    client = Client(app.server, address=AWAY, host=HOST)
    if role != NOBODY:
        secret = state.people.open_session(f"a {role}", role, "paired", at_us=scene.utc_us())
        client.cookie = f"heatledger={secret}"
    return client


def callback(name, *, to="answer", asked="asked"):
    output = f"{name}-{to}.data"
    return {
        "output": output,
        "outputs": {"id": f"{name}-{to}", "property": "data"},
        "inputs": [{"id": f"{name}-{asked}", "property": "data", "value": 1}],
        "changedPropIds": [f"{name}-{asked}.data"],
        "state": [],
    }


CALLBACKS = [
    (callback("now", to="echo"), LOOK),
    (callback("setup"), {"owner", "installer"}),
    ({**callback("now"), "output": "setup-answer.data"}, {"owner", "installer"}),  # whatever else it says
    ({**callback("setup"), "payload": callback("now", to="echo")}, {"owner", "installer"}),
    (callback("unheard-of"), set()),
]


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
@pytest.mark.parametrize(("method", "path", "let_in"), ROUTES, ids=[f"{row[0]} {row[1]}" for row in ROUTES])
def test_a_route_is_for_those_who_may(made, role, method, path, let_in):
    client = browser(made, role)
    body = json.dumps(callback("now", to="echo")).encode() if path == "/_dash-update-component" else b""
    kind = "application/json" if body else "text/plain"
    answer = client.ask(method, path, body=body, content_type=kind, origin=f"http://{HOST}")
    assert (answer.status_code not in STOPPED) == (role in let_in), answer.text[:200]
    if role not in let_in:
        assert answer.status_code == (401 if role == NOBODY else 403)
        assert "error" in answer.json()


def test_every_route_of_the_application_is_judged_by_the_table(made):
    app, _ = made
    judged = {rights.of_route(method, path) for method, path, _ in ROUTES}
    assert judged == {"open", "look", "set_up", "own"}
    opened = {
        route.path
        for route in app.server.routes
        for method in getattr(route, "methods", None) or ()
        if rights.of_route(method, route.path) == "open"
    }
    let_in = {"/healthz", "/me", "/login", "/pair", "/join", "/logout", "/reading", "/_favicon.ico", "/stop/{token}"}
    program = {"/manifest.webmanifest", "/worker.js", "/offline"}
    suites = {path for path in opened if path.startswith("/_dash-component-suites/")}
    assert opened <= let_in | program | suites


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("payload", "let_in"), CALLBACKS)
def test_a_callback_is_for_those_who_may(made, role, payload, let_in):
    answer = browser(made, role).ask(
        "POST",
        "/_dash-update-component",
        body=json.dumps(payload).encode(),
        content_type="application/json",
        origin=f"http://{HOST}",
    )
    assert (answer.status_code != 403) == (role in let_in), answer.text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("payload", "let_in"), CALLBACKS)
def test_a_callback_over_the_websocket_is_for_the_same(made, role, payload, let_in):
    async def asked() -> str:
        socket = Socket(browser(made, role), "/_dash-ws-callback", origin=f"http://{HOST}")
        await socket.hear("websocket.accept")
        socket.say({"type": "callback_request", "requestId": "1", "rendererId": "r", "payload": payload})
        while True:
            message = await asyncio.wait_for(socket.sent.get(), 10)
            if message["type"] == "websocket.close":
                return f"closed {message['code']}"
            if "callback_response" in message.get("text", ""):
                await socket.leave()
                return "answered"

    assert asyncio.run(asked()) == ("answered" if role in let_in else "closed 4403")


def test_a_wall_screen_cannot_open_the_owners_page_by_navigating_inside(made):
    app, _ = made
    (output,) = (key for key in app.callback_map if "_pages_content" in key and "clientside" not in key)
    entry = app.callback_map[output]
    page = {
        "output": output,
        "inputs": [{**row, "value": "/people" if row["property"] == "pathname" else ""} for row in entry["inputs"]],
        "state": [],
        "changedPropIds": ["_pages_location.pathname"],
    }
    asked = {"content_type": "application/json", "origin": f"http://{HOST}"}
    refused = browser(made, "wall").ask("POST", "/_dash-update-component", body=json.dumps(page).encode(), **asked)
    assert refused.status_code == 403


@pytest.mark.parametrize("origin", [None, "http://elsewhere.example", f"https://{HOST}", "null", "http://home.example"])
def test_a_websocket_from_another_site_is_refused(made, origin):
    async def asked() -> dict:
        headers = {} if origin is None else {"origin": origin}
        return await Socket(browser(made, "owner"), "/_dash-ws-callback", **headers).hear("websocket.close")

    assert asyncio.run(asked())["code"] == 4403


def test_a_websocket_without_a_session_is_refused(made):
    async def asked() -> dict:
        socket = Socket(browser(made, NOBODY), "/_dash-ws-callback", origin=f"http://{HOST}")
        return await socket.hear("websocket.close")

    assert asyncio.run(asked())["code"] == 4403


def test_a_websocket_closes_when_its_session_is_revoked_and_nobody_elses(made):
    async def watched() -> tuple[int, bool]:
        _, state = made
        browsers = [browser(made, role) for role in ("viewer", "installer")]
        ours, theirs = (Socket(one, "/_dash-ws-callback", origin=f"http://{HOST}") for one in browsers)
        for socket in (ours, theirs):
            await socket.hear("websocket.accept")
        state.people.revoke("a viewer")
        closed = await ours.hear("websocket.close", seconds=3)
        theirs.say({"type": "heartbeat"})
        acknowledged = await theirs.hear("websocket.send", seconds=3)
        await theirs.leave()
        return closed["code"], "heartbeat_ack" in acknowledged["text"]

    assert asyncio.run(watched()) == (4401, True)


def test_what_was_looked_at_is_told_with_who_and_from_where(made):
    _, state = made
    client = browser(made, "installer")
    for _ in range(3):
        client.get("/api/v1/summary")
    client.get("/devices")
    newest = state.people.looks(limit=2)
    assert [(look.name, look.role, look.address, look.what) for look in newest] == [
        ("a installer", "installer", AWAY, "looked at /devices"),
        ("a installer", "installer", AWAY, "looked at /api/v1/summary"),
    ]
    assert newest[1].times >= 3
    assert isinstance(newest[0], Look)
