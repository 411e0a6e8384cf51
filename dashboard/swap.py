"""Takes in a changed configuration while the page is served: a valid one is swapped in, an invalid one is refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from dashboard.gate import Application, Message, Receive, Send
from dashboard.queries import AskError
from heatledger.config import Config
from heatledger.misfit import ConfigError
from heatledger.store import StoreError

LOOK_S: Final = 1.0
"""How often the folder is looked at. [s]"""
_RESTARTING: Final = 1012  # RFC 6455's registry: service restart
_LOG: Final = logging.getLogger(__name__)

State = Mapping[str, tuple[int, int]]


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what tells a changed folder: of every TOML file its time of change and size."""
    found: dict[str, tuple[int, int]] = {}
    for path in sorted(folder.rglob("*.toml")):
        try:
            seen = path.stat()
        except OSError:  # it is being replaced
            continue
        found[str(path)] = (seen.st_mtime_ns, seen.st_size)
    return found


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


class Made(NamedTuple):
    """A configuration and the application made of it."""

    config: Config
    app: Application


class Swapping:
    """An ASGI application that is made anew, without a restart, whenever the configuration changes for the better.

    Parameters
    ----------
    made : Made
        What is served first.
    load : callable
        Reads the configuration.
    make : callable
        Makes an application of one.
    """

    def __init__(self, made: Made, load: Callable[[], Config], make: Callable[[Config], Application]) -> None:
        self._made, self._load, self._make = made, load, make
        self._running: _Running | None = None
        self._seen: State = state_of(made.config.user)

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
        self._running = _Running(self._made.app)
        await self._running.begin()
        watching = asyncio.ensure_future(self._watch())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        await self._running.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            now = await asyncio.to_thread(state_of, self._made.config.user)
            if now != self._seen:
                self._seen = now
                await self._changed()

    async def _changed(self) -> None:
        try:
            config = await asyncio.to_thread(self._load)
            if config == self._made.config:
                return
            made = Made(config, await asyncio.to_thread(self._make, config))
        except (ConfigError, StoreError, AskError) as error:
            _LOG.warning("the changed configuration is refused, the one before it stays: %s", error)
            return
        running, before = _Running(made.app), self._running
        await running.begin()
        self._made, self._running = made, running
        _LOG.warning("the changed configuration is taken in")
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
