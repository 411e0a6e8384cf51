"""The pages for who is not let in yet: log in, pair with the code of the log, join with an invitation."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from dashboard import rights
from dashboard.address import Scope, Seen, headers
from dashboard.doors import Doors, RefusedError, Visitor
from dashboard.forms import Forms, Sent, Whence, Who
from dashboard.gate import Application
from dashboard.people_pages import twice
from heatledger.marks import worded
from heatledger.people import LONGEST_NAME, PeopleError, checked_name
from heatledger.wording import say


def refusal(doors: Doors, forms: Forms) -> Callable[[Scope, Visitor, Seen], Application]:
    """Return what answers who may not: a line for programs, for people the page that lets them in."""

    def answer(scope: Scope, visitor: Visitor, seen: Seen) -> Application:
        status = 401 if visitor.by == "nobody" else 403
        asked = headers(scope)
        if scope["method"] != "GET" or "text/html" not in asked.get("accept", "") or scope["path"].startswith("/api/"):
            line = "log in, pair, or show a token" if status == 401 else f"not for {visitor.role}; ask the owner"
            extra = {"www-authenticate": "Bearer"} if status == 401 else {}
            return JSONResponse({"error": line}, status_code=status, headers=extra)
        if status == 403:
            return forms.page("forbidden", status=403, visitor=visitor, right=rights.of_route("GET", scope["path"]))
        return _entrance(doors, forms, seen, to=scope["path"], status=401)

    return answer


def _entrance(
    doors: Doors, forms: Forms, seen: Seen, *, to: str = "/", status: int = 200, line: str = "", name: str = ""
) -> Response:
    if doors.people.guarded():
        return forms.page("login", status=status, to=to, line=line, name=name)
    doors.pairing_code(seen)
    return forms.page("pair", status=status, to=to, line=line)


def register(server: FastAPI, doors: Doors, forms: Forms) -> None:
    """Add the routes to the FastAPI application."""

    @server.get("/me", include_in_schema=False)
    def me(who: Who) -> JSONResponse:
        known = {"name": who.name, "role": who.role} if who.role else {"error": "not let in"}
        return JSONResponse(known, status_code=200 if who.role else 401)

    @server.get("/login", include_in_schema=False)
    @server.get("/pair", include_in_schema=False)
    def ask(seen: Whence) -> Response:
        return _entrance(doors, forms, seen)

    @server.post("/login", include_in_schema=False)
    def log_in(sent: Sent, seen: Whence, request: Request) -> Response:
        name, to = sent.get("name", ""), sent.get("to", "/")
        try:
            secret = doors.log_in(name, sent.get("password", ""), seen, _agent(request))
        except RefusedError as refused:
            return _entrance(doors, forms, seen, to=to, status=_status(refused), line=str(refused), name=name)
        return forms.go(to, seen, secret=secret)

    @server.post("/pair", include_in_schema=False)
    def pair(sent: Sent, seen: Whence, request: Request) -> Response:
        to = sent.get("to", "/")
        try:
            name = checked_name(sent.get("name", "").strip()[:LONGEST_NAME] or say("a paired browser"))
            secret = doors.pair(sent.get("code", ""), name, seen, _agent(request))
        except (RefusedError, PeopleError) as refused:
            return _entrance(doors, forms, seen, to=to, status=_status(refused), line=str(refused))
        return forms.go(to, seen, secret=secret)

    @server.post("/logout", include_in_schema=False)
    def log_out(who: Who, seen: Whence) -> Response:
        if who.by == "session":
            doors.people.end_session(who.number)
            doors.note(who, seen, worded("logged out"))
        return forms.go("/", seen, secret="")

    _register_join(server, doors, forms)


def _register_join(server: FastAPI, doors: Doors, forms: Forms) -> None:
    @server.get("/join", include_in_schema=False)
    def shown(seen: Whence, code: str = "") -> Response:
        if not code:
            return forms.page("join", promise=None, code="", line="")
        try:
            promise = doors.promised(code, seen)
        except RefusedError as refused:
            return forms.page("join", promise=None, code=code, line=str(refused), status=_status(refused))
        return forms.page("join", promise=promise, code=code, line="")

    @server.post("/join", include_in_schema=False)
    def join(sent: Sent, seen: Whence, request: Request) -> Response:
        code = sent.get("code", "")
        try:
            promise = doors.promised(code, seen)
            secret = doors.join(code, twice(sent), seen, _agent(request))
        except RefusedError as refused:
            return forms.page("join", promise=None, code=code, line=str(refused), status=_status(refused))
        except PeopleError as wrong:
            return forms.page("join", promise=promise, code=code, line=str(wrong), status=400)
        return forms.go("/?wall" if promise.role == "wall" else "/", seen, secret=secret)


def _status(error: Exception) -> int:
    if isinstance(error, PeopleError):
        return 400
    return 429 if isinstance(error, RefusedError) and error.wait_s else 401


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
