"""Looks at every home once, in a process of its own that ends: the schedule keeps none of the arithmetic."""

from __future__ import annotations

import argparse
import logging
import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from heatledger.alerts.observed import Observed
from heatledger.config import Config, ConfigError, load
from heatledger.store import Store, StoreError, open_store
from heatledger.store.state import State
from heatledger.tariff.load import BillError
from reports import channels
from reports.alerts import page_of, take_in, tell
from reports.observe import caveats, devices, machine
from reports.values import Figures, Told, of_books

_PATIENCE_S = 5.0
"""How long the store may keep us waiting. [s]"""
_log = logging.getLogger(__name__)


def watch(config: Config, *, now: datetime, books: bool, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Look at every home, take it into the episodes, and send what is due.

    Parameters
    ----------
    config : Config
        Homes, rules, channels.
    now : datetime
        Aware.
    books : bool
        Whether the bill and the heat pumps are looked at too, which takes seconds.
    environ : mapping
        For the channels' addresses.

    Returns
    -------
    list of str
        What was sent, and what was not, a line each.
    """
    with closing(State(config.state_path)) as state:
        looked = look_at(config, state, now=now, books=books)
        take_in(config, state, [one.observed for one in looked], now=now)
        _tell_home_assistant(config, state, looked)

        def send(channel: str, title: str, body: str) -> None:
            channels.send(channel, channels.address(channel, config.data_dir, environ), title, body)

        return tell(config, state, send, now=now)


class Looked(NamedTuple):
    """A home as the rules look at it, and what its books say to Home Assistant; None where they were not asked."""

    observed: Observed
    figures: Figures | None = None


def _tell_home_assistant(config: Config, state: State, looked: Sequence[Looked]) -> None:
    """Keep what Home Assistant is told of every home; of one whose books do not answer, what it was told before."""
    if not config.settings.home_assistant.on:
        state.published.tell(None)
        return
    before: dict[str, Figures] = {}
    with suppress(msgspec.MsgspecError):  # kept by another version
        body = state.published.told()
        before = {row.home.id: row for row in msgspec.json.decode(body, type=Told).homes} if body else {}
    rows = [one.figures or before.get(one.observed.home.id) for one in looked]
    page = page_of(config, None, "")
    told = Told(config.settings.discovery.prefix, page, tuple(row for row in rows if row is not None))
    state.published.tell(msgspec.json.encode(told))


def look_at(config: Config, state: State, *, now: datetime, books: bool) -> list[Looked]:
    """Return every home as the rules look at it; what is not of one home is looked at with the first."""
    spool, disk = machine(config, now=now)
    first = next(iter(config.homes), None)
    found = [
        Observed(
            home,
            now,
            caveats=caveats(home, state, now=now) if config.settings.control.on else (),
            spool=spool if name == first else None,
            disk=disk if name == first else None,
        )
        for name, home in config.homes.items()
    ]
    try:
        store = open_store(config.store_url, patience_s=_PATIENCE_S)
    except StoreError as error:
        _log.warning("the store does not answer: %s", error)
        return [Looked(seen) for seen in found]
    with closing(store):
        return [_home(config, seen, store, state if books else None) for seen in found]


def _home(config: Config, seen: Observed, store: Store, state: State | None) -> Looked:
    """Look at a home; with the state, at its books too."""
    patience_s = config.settings.alerts.rules.silent.threshold * 60.0
    try:
        seen = seen._replace(devices=devices(seen.home, store, patience_s, now=seen.now))
        if state is not None:
            return _books(config, seen, store, state)
    except (StoreError, BillError, sqlite3.Error) as error:
        _log.warning("%s: not all of it could be looked at: %s", seen.home.id, error)
    except Exception:  # one home's trouble keeps no other home's alerts back
        _log.exception("%s: not all of it could be looked at", seen.home.id)
    return Looked(seen)


def _books(config: Config, seen: Observed, store: Store, state: State) -> Looked:
    from heatledger.ledger import Ledger  # pandas and all: not for a look at who is silent
    from reports.observe_books import with_books

    found, summary = with_books(seen, Ledger(config, seen.home, store=store, state=state))
    return Looked(found, of_books(seen.home, summary) if config.settings.home_assistant.on else None)


def main() -> int:
    """Look at every home once; 2 with unusable configuration."""
    parser = argparse.ArgumentParser(prog="python -m reports.watch", description="Look at the rules of the alerts.")
    parser.add_argument("--books", action="store_true", help="the bill and the heat pumps too")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        said = watch(load(), now=datetime.now(UTC), books=given.books)
    except (ConfigError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
