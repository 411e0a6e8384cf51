"""What the page Now shows at this moment, made once for all browsers that show it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from dashboard.components import Prop, live_props
from dashboard.feed import Feed
from dashboard.heroes import Page
from dashboard.metrics import spool_age_s
from dashboard.pages import now as now_page
from dashboard.queries import Books, Queries, marginal_rates
from heatledger.home import Home
from heatledger.live import now
from heatledger.reader import Reader, reader

_REFRESH_ANYWAY_S: Final = 300.0


class Board:
    """What the page Now shows at this moment, made once for all browsers."""

    def __init__(self, queries: Queries, feed: Feed, home_id: str | None) -> None:
        self.queries, self.feed = queries, feed
        self.described = home_id is not None or bool(queries.config.homes)
        self.home = queries.home(home_id) if self.described else None
        self.props = once(
            feed,
            lambda: now_page.props(self.page()),
            lambda: live_props(now_page.moving(self.page())),
        )
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


def once(
    feed: Feed, make: Callable[[], dict[Prop, object]], part: Callable[[], dict[Prop, object]] | None = None
) -> Callable[[], dict[Prop, object]]:
    """Return what makes live properties for all browsers: again only when something changed or a second passed.

    What is read in the same language and units is made once. `part` makes what a device's values move: where nothing
    else changed, what only the clock moves waits for the second.
    """
    kept: dict[Reader, tuple[int, tuple[int, int], dict[Prop, object]]] = {}

    def made() -> dict[Prop, object]:
        who, version, rest = reader(), feed.version, (feed.news, time.time_ns() // 1_000_000_000)
        before = kept.get(who)
        if before is None or before[1] != rest or (part is None and before[0] != version):
            kept[who] = (version, rest, make())
        elif part is not None and before[0] != version:
            moved = {prop: value for prop, value in part().items() if prop in before[2]}
            kept[who] = (version, rest, before[2] | moved)
        return kept[who][2]

    return made


def _unknown_home(heard: set[str]) -> Home:
    """Return what stands for the home while no file describes it."""
    return Home(id=min(heard, default="home"), name="home", timezone="UTC", currency="USD")
