"""Closes a home's bills that are due, in a process of its own: the schedule keeps none of the arithmetic."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime

from heatledger.closing import close_due
from heatledger.config import Config, ConfigError, load
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.store import StoreError, open_store
from heatledger.store.state import State


def close(config: Config, home: Home, *, now: datetime) -> list[str]:
    """Close what is due and say so, a line each.

    Parameters
    ----------
    config : Config
        Where the books are.
    home : Home
        Whose.
    now : datetime
        Aware.
    """
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        made = close_due(Ledger(config, home, store=store, state=state), now=now)
    return [f"bill {row.start} to {row.end} closed, version {row.version}: {row.reason}" for row in made]


def main() -> int:
    """Close the bills of the home that the arguments name; 2 with unusable configuration."""
    parser = argparse.ArgumentParser(prog="python -m reports.closing", description="Close the bills that are due.")
    parser.add_argument("home")
    given = parser.parse_args()
    try:
        config = load()
        home = config.homes.get(given.home)
        said = close(config, home, now=datetime.now(UTC)) if home else []
    except (ConfigError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
