"""Opening a home's books for the commands that print numbers, and the span they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cli.options import CommandError, choose
from heatledger.config import load
from heatledger.ledger import Ledger, span
from heatledger.store import Store, open_store
from heatledger.store.state import State


@contextmanager
def books(asked: str | None, config_dir: Path | None) -> Iterator[tuple[Ledger, Store]]:
    """Open the books of the home that was asked for."""
    config = load(config_dir=config_dir)
    home = choose(config.homes, asked, config)
    store, state = open_store(config.store_url), State(config.state_path)
    try:
        yield Ledger(config, home, store=store, state=state), store
    finally:
        state.close()
        store.close()


def asked_span(
    ledger: Ledger, period: str | None, since: str | None, until: str | None, now: datetime
) -> tuple[datetime, datetime]:
    """Return the half-open span that a command was asked for; one line where the question is none."""
    try:
        return span(ledger.home, period, since, until, now)
    except ValueError as error:
        raise CommandError(str(error)) from error
