"""Asks an ASGI application directly: no socket, no server."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode


class Answer(NamedTuple):
    status_code: int
    body: bytes
    headers: dict[str, str] = {}  # noqa: RUF012 - read only

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Asks one application, from an address and by a host; cookies it is given it shows again."""

    def __init__(
        self, application: Any, *, address: str = "127.0.0.1", host: str = "127.0.0.1", **headers: str
    ) -> None:
        self._application, self._address = application, address
        self.host, self.headers = host, {name.replace("_", "-"): text for name, text in headers.items()}
        self.cookie = ""

    def get(self, path: str, params: dict[str, str] | None = None, **headers: str) -> Answer:
        return self.ask("GET", path, params=params, **headers)

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a form as a browser does that shows our own page."""
        return self.ask("POST", path, body=urlencode(form or {}).encode(), origin=f"http://{self.host}", **headers)

    def ask(
        self, method: str, path: str, *, params: dict[str, str] | None = None, body: bytes = b"", **headers: str
    ) -> Answer:
        return asyncio.run(self._ask(method, path, urlencode(params or {}).encode(), body, headers))

    def scope(self, path: str, headers: dict[str, str], query: bytes = b"") -> dict[str, Any]:
        given = {"host": self.host, **self.headers, **({"cookie": self.cookie} if self.cookie else {})}
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        return {
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query,
            "headers": [(name.encode(), text.encode()) for name, text in given.items()],
            "client": (self._address, 1),
            "server": ("127.0.0.1", 80),
        }

    async def _ask(self, method: str, path: str, query: bytes, body: bytes, headers: dict[str, str]) -> Answer:
        sent: list[dict[str, Any]] = []
        asked = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return asked.pop() if asked else await asyncio.Event().wait()  # type: ignore[func-returns-value]

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = self.scope(path, headers, query) | {"type": "http", "method": method, "scheme": "http"}
        await self._application(scope, receive, send)
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:  # what is written beside the answer
            await asyncio.wait(tasks)
        found = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        given = {name.decode().lower(): text.decode() for name, text in sent[0]["headers"]}
        if "set-cookie" in given:
            self.cookie = given["set-cookie"].partition(";")[0]
        return Answer(sent[0]["status"], found, given)


class Socket:
    """A WebSocket to one application, inside a running loop."""

    def __init__(self, client: Client, path: str, **headers: str) -> None:
        self._to: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = client.scope(path, headers) | {"type": "websocket", "scheme": "ws", "subprotocols": []}
        self._to.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(client._application(scope, self._to.get, self.sent.put))

    def say(self, message: object) -> None:
        self._to.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def hear(self, kind: str, *, seconds: float = 30) -> dict[str, Any]:
        """Return the next message of a kind."""
        async with asyncio.timeout(seconds):
            while (message := await self.sent.get())["type"] != kind:
                pass
            return message

    async def leave(self) -> None:
        self._to.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait({self._task}, timeout=5)
