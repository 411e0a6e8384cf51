"""Takes in a changed configuration while the page is served: a valid one is swapped in, an invalid one is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from dashboard.gate import Application, Message, Receive, Send
from heatledger.config import Config
from heatledger.watching import LOOK_S, Watch

_RESTARTING: Final = 1012  # RFC 6455's registry: service restart


class _Running:
    """An application whose lifespan is ours to begin and end."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.retired = asyncio.Event()
        self._ended = asyncio.Event()
        self._begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.ensure_future(self._live())

    async def begin(self) -> None:
        """Return once it has started."""
        await asyncio.wait({self._begun, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not self._begun.done():
            await self._task

    async def end(self) -> None:
        """Close its WebSockets and end it."""
        self.retired.set()
        self._ended.set()
        await self._task

    async def _live(self) -> None:
        asked = iter(("lifespan.startup", "lifespan.shutdown"))

        async def receive() -> Message:
            kind = next(asked)
            if kind == "lifespan.shutdown":
                await self._ended.wait()
            return {"type": kind}

        async def send(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._begun.set_result(None)
            elif message["type"].endswith(".failed"):
                raise RuntimeError(message.get("message", "the dashboard could not start"))

        await self.app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)


class Swapping:
    """An ASGI application that is made anew, without a restart, whenever the configuration changes for the better.

    Parameters
    ----------
    watch : Watch
        The configuration.
    make : callable
        Makes an application of one.
    """

    def __init__(self, watch: Watch, make: Callable[[Config], Application]) -> None:
        self._watch, self._make = watch, make
        self._made = make(watch.config)
        self._running: _Running | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve by what is current; a WebSocket stays with what it began with until that is retired."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        running = self._running
        if running is None:  # no lifespan, no requests: servers begin with it
            raise RuntimeError("not started")
        if scope["type"] != "websocket":
            await running.app(scope, receive, send)
            return
        await running.app(scope, _until(running.retired, receive, send), send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._running = _Running(self._made)
        await self._running.begin()
        watching = asyncio.ensure_future(self._keep_watch())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        await self._running.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if await asyncio.to_thread(self._watch.look, self._take):
                await self._swap()

    def _take(self, config: Config) -> None:
        self._made = self._make(config)

    async def _swap(self) -> None:
        before, running = self._running, _Running(self._made)
        await running.begin()
        self._running = running
        if before is not None:
            await before.end()


def _until(retired: asyncio.Event, receive: Receive, send: Send) -> Receive:
    """Return a WebSocket's receive that ends it once its application is retired."""
    waiting = asyncio.ensure_future(retired.wait())

    async def receiving() -> Message:
        heard = asyncio.ensure_future(receive())
        await asyncio.wait({heard, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if heard.done():
            if heard.result()["type"] == "websocket.disconnect":
                waiting.cancel()  # nobody is left to tell
            return heard.result()
        heard.cancel()
        await send({"type": "websocket.close", "code": _RESTARTING, "reason": "changed"})
        return {"type": "websocket.disconnect", "code": _RESTARTING}

    return receiving
