"""Opening a home's books for the commands that print numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.options import choose
from heatledger.config import load
from heatledger.ledger import Ledger
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
