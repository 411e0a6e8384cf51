"""The dashboard's life: what begins before the first request is answered, and ends after the last."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from dashboard.board import Board
from dashboard.devices_board import DevicesBoard
from dashboard.fleet import Fleet
from dashboard.gate import INSIDE


def lifespan(
    board: Board, devices: DevicesBoard, homes: Fleet
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what FastAPI lives by: the feed listens, the books and the devices are kept, until it ends."""

    @asynccontextmanager
    async def alive(server: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(board.feed.seed, board.queries.heard_lately())
        board.feed.start()
        await _ask_once(server)
        threading.Thread(target=board.keep_books, name="books", daemon=True).start()
        threading.Thread(target=devices.keep_reading, name="devices", daemon=True).start()
        yield
        board.stop()
        homes.stop()
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
