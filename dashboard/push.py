"""Live push: one persistent callback a browser, which sends what changed, no element without end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from dash import Dash, ctx, set_props
from dash.exceptions import WebsocketDisconnected

from dashboard.components import Framed, Prop
from dashboard.feed import Feed
from heatledger.wording import say

GAP_S: Final = 0.25
"""One element is sent this often in the long run. [s]"""
AT_ONCE: Final = 3
"""So many changes of an element that rested go out at once: one of a cent must not hold back the next, larger one."""
BEAT_S: Final = 1.0
"""The page is told this often that it is connected; its clock and ages move with it. [s]"""
_ASK_S: Final = BEAT_S
"""The page is asked this often what it shows. Its answer comes after all it was sent, so a slow or sleeping one is not
sent more than it can draw, and one that wakes shows nothing old. [s]"""
_GONE_S: Final = 600.0
"""A page that does not answer for so long is gone: another tab keeps its connection open, or it sleeps and will load
itself anew. One that wakes before goes on at once; what waits for it till then is one question. [s]"""


class Channel(Protocol):
    """The part of Dash's WebSocket that is used."""

    async def get_prop(self, component_id: str, prop_name: str, timeout: float = ...) -> object:
        """Return a property of a component in the browser."""


class Outbox:
    """What one browser has been sent, and when: only changes go out, coalesced by element."""

    def __init__(self) -> None:
        self._sent: dict[Prop, object] = {}
        self._free: dict[str, float] = {}  # by element, when all that was sent of it will have had its time [s]

    def due(self, props: dict[Prop, object], at_s: float) -> tuple[dict[str, dict[str, object]], float | None]:
        """Return what to send now by element, and when the next held-back element is due [s]."""
        changed: dict[str, dict[str, object]] = {}
        for prop, value in props.items():
            if prop not in self._sent or self._sent[prop] != value:
                changed.setdefault(prop.id, {})[prop.name] = value
        frames = [value for values in changed.values() for value in values.values() if isinstance(value, Framed)]
        inside = {prop.id for frame in frames for prop in frame.holds}  # goes out with its frame, or waits for it
        changed = {name: values for name, values in changed.items() if name not in inside}
        held = (AT_ONCE - 1) * GAP_S
        later = [self._free[name] - held for name in changed if self._free.get(name, at_s) - held > at_s]
        ready = {name: values for name, values in changed.items() if self._free.get(name, at_s) - held <= at_s}
        for name, values in ready.items():
            self._free[name] = max(self._free.get(name, at_s), at_s) + GAP_S
            self._sent |= {Prop(name, key): value for key, value in values.items()}
            ready[name] = {key: self._opened(value, props) for key, value in values.items()}
        return ready, min(later, default=None)

    def _opened(self, value: object, props: dict[Prop, object]) -> object:
        """Return what goes over the wire; with a frame goes all that it holds, and what it held before is forgotten."""
        if not isinstance(value, Framed):
            return value
        self._sent |= {prop: props[prop] for prop in value.holds}
        self._sent = {prop: sent for prop, sent in self._sent.items() if prop in props}
        named = {prop.id for prop in props}
        self._free = {name: free_s for name, free_s in self._free.items() if name in named}
        return value.plain()


REFUSED: Final = "shell-refused"
"""The element, on every page, that says why a changed configuration does not count."""
Pages = Mapping[str, Callable[[], dict[Prop, object]]]
"""By the page's name, what it shows now."""


def register(
    app: Dash,
    feed: Feed,
    pages: Pages,
    *,
    paces: Mapping[str, float] | None = None,
    build: str = "",
    refused: Callable[[], str] = str,
) -> None:
    """Register the callback that streams to the page a browser shows.

    Parameters
    ----------
    app : Dash
        With WebSocket callbacks.
    feed : Feed
        Rings when something changed.
    pages : mapping
        By the page's name, what it shows now; its element of id ``<name>-beat`` says that it is connected.
    paces : mapping, optional
        By the page's name, the shortest time between two looks at what it shows, where that takes long. [s]
    build : str
        Which program with which configuration this is: a page that another one made loads itself anew.
    refused : callable
        Returns why a changed configuration does not count, in one line, or nothing.
    """

    @app.callback(persistent=True)
    async def live() -> None:
        if ctx.websocket is not None:
            await stream(ctx.websocket, feed, pages, paces=paces or {}, build=build, refused=refused)


async def stream(
    channel: Channel,
    feed: Feed,
    pages: Pages,
    *,
    paces: Mapping[str, float],
    build: str = "",
    refused: Callable[[], str] = str,
) -> None:
    """Send full state once a page stands, then changes, until the browser no longer answers."""
    outbox, asked_s, beats = Outbox(), -_ASK_S, 0
    page, ours = None, True
    with feed.bell() as bell:
        while True:
            start_s = time.monotonic()
            if start_s - asked_s >= (_ASK_S if page in pages else GAP_S / 5):
                try:
                    shown = await channel.get_prop("shell-page", "data", timeout=_GONE_S)
                    ours = ours if shown == page else await _ours(channel, build)
                except (TimeoutError, WebsocketDisconnected):
                    return
                outbox, page, asked_s = (outbox if shown == page else Outbox()), shown, start_s
            bell.clear()
            if page not in pages:
                await asyncio.sleep(GAP_S / 5)
                continue
            beats = int(start_s / BEAT_S)
            name = str(page)
            beat: dict[Prop, object] = {
                Prop(f"{name}-beat", "children"): str(beats),
                Prop(f"{name}-beat", "title"): build,
                Prop(REFUSED, "children"): _refusal(refused()),
            }
            ready, later_s = outbox.due((pages[name]() if ours else {}) | beat, start_s)
            for element, values in ready.items():
                set_props(element, values)
            await asyncio.sleep(paces.get(name, 0.0))
            wake_s = min((beats + 1) * BEAT_S, later_s or start_s + BEAT_S)
            await _wait(bell, wake_s - time.monotonic())


def _refusal(why: str) -> str:
    if not why:
        return ""
    return say("The configuration was changed and cannot be used; what counted before still does. {reason}", reason=why)


async def _ours(channel: Channel, build: str) -> bool:
    """Return whether we made the page that a browser shows: another's has other elements."""
    return not build or await channel.get_prop("shell-build", "data", timeout=_GONE_S) == build


async def _wait(bell: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(bell.wait(), timeout=max(seconds, 0.001))
    except TimeoutError:
        return
