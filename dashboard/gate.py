"""The one gate: every request and every WebSocket message passes it before anything else sees it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from dashboard import rights
from dashboard.address import Network, Scope, Seen, headers, rewritten, seen
from dashboard.doors import Doors, Visitor, cookie, set_cookie
from dashboard.headers import secured
from dashboard.reading import reader_of
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.reader import ENGLISH, reading

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Refusal = Callable[[Scope, Visitor, Seen], Application]

INSIDE: Final = "heatledger.inside"
"""Stands in the scope of what the program asks itself; no message from outside can bring it."""
LARGEST_BODY: Final = 1_000_000
"""Bytes."""
_CHECK_S: Final = 1.0
_PROGRAMS: Final = "/api/"
_CALLBACKS: Final = "/_dash-update-component"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_ENDED: Final = 4401  # an application's own range; 401 is what HTTP would say
_FORBIDDEN: Final = 4403


class Gate:
    """ASGI middleware that lets in who may, and says who it is in ``request.state.visitor`` and ``.seen``.

    Parameters
    ----------
    app : Application
        What is behind it.
    doors : Doors
        Says who a visitor is.
    refusal : callable
        Makes the answer for who may not.
    path : str
        Under which a proxy shows the page.
    trusted : sequence
        The networks whose forwarded headers count.
    hashes : callable
        Returns the hashes of inline scripts that may run.
    callbacks : callable
        Returns the registered callbacks by their output.
    home : callable
        Returns whose language the pages speak where nobody chose one.
    first : callable
        Returns the page that a visitor is shown in place of the one asked for, by method, path and query; or None.
    """

    def __init__(
        self,
        app: Application,
        *,
        doors: Doors,
        refusal: Refusal,
        path: str = "/",
        trusted: Sequence[Network] = (),
        hashes: Callable[[], Sequence[str]] = tuple,
        callbacks: Callable[[], Mapping[str, Any]] = dict,
        home: Callable[[], Home | None] = lambda: None,
        first: Callable[[Visitor, str, str, bytes], str | None] = lambda *_asked: None,
    ) -> None:
        self._app, self._doors, self._refusal, self._path = app, doors, refusal, path
        self._trusted, self._home, self._first = trusted, home, first
        self._hashes, self._callbacks = hashes, callbacks
        self._notes: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] == "lifespan" or scope.get(INSIDE):
            await self._app(scope, receive, send)
            return
        sender = seen(scope, self._trusted)
        asked = rewritten(scope, sender, self._path)
        visitor = self._doors.visitor(sender, headers(scope))
        asked["state"] = {**scope.get("state", {}), "visitor": visitor, "seen": sender}
        who = ENGLISH if asked["path"].startswith(_PROGRAMS) else reader_of(headers(scope), self._home())
        with reading(who):
            if scope["type"] == "websocket":
                await self._socket(asked, receive, send)
            else:
                await self._request(asked, receive, self._answering(asked, send))

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor, sender = scope["state"]["visitor"], scope["state"]["seen"]
        method, path = scope["method"], scope["path"]
        if method not in _SAFE and not _same_origin(scope, sender, visitor):
            await _refused(403, "asked for by another site; open heatledger itself")(scope, receive, send)
            return
        if not visitor.may(rights.of_route(method, path)):
            await self._refusal(scope, visitor, sender)(scope, receive, send)
            return
        instead = self._first(visitor, method, path, scope.get("query_string", b""))
        if instead is not None:
            await _sent_on(f"{self._path}{instead}")(scope, receive, send)
            return
        if method not in _SAFE:
            body = await _body(receive)
            if body is None:
                await _refused(413, f"more than {LARGEST_BODY} bytes; send less")(scope, receive, send)
                return
            if path == _CALLBACKS and not self._callback(_decoded(body), visitor, sender):
                await self._refusal(scope, visitor, sender)(scope, receive, send)
                return
            receive = _replayed(body, receive)
        elif rights.of_route(method, path) != "open" and not path.startswith("/_"):
            self._note(visitor, sender, worded("looked at {page}", page=path))
        await self._app(scope, receive, send)

    def _callback(self, payload: object, visitor: Visitor, sender: Seen) -> bool:
        """Return whether a callback may run, judged by what it says and by what it is registered with."""
        output = payload.get("output") if isinstance(payload, dict) else None
        page = rights.page_of(payload)
        known = self._callbacks().get(output) if isinstance(output, str) else None
        allowed = (
            known is not None
            and visitor.may(rights.of_callback(payload))
            and visitor.may(rights.of_callback({**known, "output": output}))
            and (page is None or visitor.may(rights.of_route("GET", page)))
        )
        if allowed and page is not None:
            self._note(visitor, sender, worded("looked at {page}", page=page))
        return allowed

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor, sender = scope["state"]["visitor"], scope["state"]["seen"]
        origin = headers(scope).get("origin", "")
        if not visitor.may(rights.of_route("GET", scope["path"])) or not origin or not _is_from(origin, sender):
            await receive()  # websocket.connect
            await send({"type": "websocket.close", "code": _FORBIDDEN, "reason": "not allowed"})
            return
        await _Watched(self._doors, scope, receive, send, self._callback).run(self._app)

    def _answering(self, scope: Scope, send: Send) -> Send:
        visitor, sender = scope["state"]["visitor"], scope["state"]["seen"]

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = secured(scope["path"], secure=sender.secure, hashes=self._hashes())
                given = {name.lower() for name, _ in message.get("headers", ())}
                kept = [*message.get("headers", ()), *((name, value) for name, value in more if name not in given)]
                if visitor.by == "session" and b"set-cookie" not in given:
                    kept += self._cookie_again(scope, sender)
                message = {**message, "headers": kept}
            await send(message)

        return answering

    def _cookie_again(self, scope: Scope, sender: Seen) -> list[tuple[bytes, bytes]]:
        if not self._doors.seen_again(headers(scope), sender):
            return []
        again = set_cookie(cookie(headers(scope)), secure=sender.secure, path=self._path)
        return [(b"set-cookie", again.encode("latin-1"))]

    def _note(self, visitor: Visitor, sender: Seen, what: str) -> None:
        """Write a line of the audit beside the answer, which does not wait for the disk."""
        if visitor.by != "nobody":
            task = asyncio.ensure_future(asyncio.to_thread(self._doors.note, visitor, sender, what))
            self._notes.add(task)
            task.add_done_callback(self._written)

    def _written(self, task: asyncio.Future[None]) -> None:
        self._notes.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logging.getLogger(__name__).warning("the audit is not written: %s", error)


class _Watched:
    """A WebSocket whose every message is judged, and which closes when its visitor may no longer look."""

    def __init__(
        self, doors: Doors, scope: Scope, receive: Receive, send: Send, allowed: Callable[[object, Visitor, Seen], bool]
    ) -> None:
        self._doors, self._scope, self._receive, self._send, self._allowed = doors, scope, receive, send, allowed
        self._visitor, self._seen = scope["state"]["visitor"], scope["state"]["seen"]
        self._next: asyncio.Future[Message] | None = None
        self._closed = False

    async def run(self, app: Application) -> None:
        """Serve it."""
        try:
            await app(self._scope, self._receiving, self._sending)
        finally:
            if self._next is not None:
                self._next.cancel()

    async def _receiving(self) -> Message:
        while True:
            self._next = self._next or asyncio.ensure_future(self._receive())
            heard, _ = await asyncio.wait({self._next}, timeout=_CHECK_S)
            if self._doors.visitor(self._seen, headers(self._scope)) != self._visitor:
                return await self._close(_ENDED, "no longer let in")
            if heard:
                message, self._next = self._next.result(), None
                if not self._judged(message):
                    return await self._close(_FORBIDDEN, "not allowed")
                return message

    def _judged(self, message: Message) -> bool:
        if message["type"] != "websocket.receive":
            return True
        said = _decoded(message.get("text") or "")
        if not isinstance(said, dict):
            return False
        return said.get("type") != "callback_request" or self._allowed(said.get("payload"), self._visitor, self._seen)

    async def _sending(self, message: Message) -> None:
        if not self._closed:
            self._closed = message["type"] == "websocket.close"
            await self._send(message)

    async def _close(self, number: int, reason: str) -> Message:
        await self._sending({"type": "websocket.close", "code": number, "reason": reason})
        return {"type": "websocket.disconnect", "code": number, "reason": reason}


def _is_from(origin: str, sender: Seen) -> bool:
    """Return whether a page of this very server asks: scheme and host as the browser sees them."""
    given = urlsplit(origin)
    return given.netloc.lower() == sender.host.lower() and given.scheme == ("https" if sender.secure else "http")


def _same_origin(scope: Scope, sender: Seen, visitor: Visitor) -> bool:
    """Return whether a request that changes something was made by our own page; a program with a token may always."""
    given = headers(scope)
    if visitor.by == "token":
        return True
    if "origin" in given:
        return _is_from(given["origin"], sender)
    site = given.get("sec-fetch-site")
    return site in {"same-origin", "none"} if site else visitor.by != "session"  # no browser that has cookies is silent


def _decoded(text: bytes | str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


async def _body(receive: Receive) -> bytes | None:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > LARGEST_BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _sent_on(to: str) -> Application:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        told = [(b"location", to.encode("latin-1")), (b"content-length", b"0"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 303, "headers": told})
        await send({"type": "http.response.body", "body": b""})

    return answer


def _refused(status: int, line: str) -> Application:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        body = msgspec.json.encode({"error": line})
        length = str(len(body)).encode()
        kept = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": status, "headers": kept})
        await send({"type": "http.response.body", "body": body})

    return answer
