"""Looks at every home once, in a process of its own that ends: the schedule keeps none of the arithmetic."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime

from heatledger.alerts.observed import Observed
from heatledger.config import Config, ConfigError, load
from heatledger.ledger import Ledger
from heatledger.store import StoreError, open_store
from heatledger.store.state import State
from reports import channels
from reports.alerts import take_in, tell
from reports.observe import Looked, machine, observe

_PATIENCE_S = 5.0
"""How long the store may keep us waiting. [s]"""


def watch(config: Config, *, now: datetime, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Look at every home, take it into the episodes, and send what is due.

    Parameters
    ----------
    config : Config
        Homes, rules, channels.
    now : datetime
        Aware.
    environ : mapping
        For the channels' addresses.

    Returns
    -------
    list of str
        What was sent, and what was not, a line each.
    """
    with closing(State(config.state_path)) as state:
        looked = look_at(config, state, now=now)
        take_in(config, state, [one.observed for one in looked], now=now)

        def send(channel: str, title: str, body: str) -> None:
            channels.send(channel, channels.address(channel, config.data_dir, environ), title, body)

        return tell(config, state, send, now=now)


def look_at(config: Config, state: State, *, now: datetime) -> list[Looked]:
    """Return every home as the rules look at it; what is not of one home is looked at with the first."""
    spool, disk = machine(config, now=now)
    try:
        store = open_store(config.store_url, patience_s=_PATIENCE_S)
    except StoreError as error:
        logging.getLogger(__name__).warning("the store does not answer: %s", error)
        found = [Looked(Observed(home, now), None) for home in config.homes.values()]
    else:
        with closing(store):
            books = [Ledger(config, home, store=store, state=state) for home in config.homes.values()]
            found = [observe(config, book, store, now=now) for book in books]
    return [
        one if number else one._replace(observed=one.observed._replace(spool=spool, disk=disk))
        for number, one in enumerate(found)
    ]


def main() -> int:
    """Look at every home once; 2 with unusable configuration."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        said = watch(load(), now=datetime.now(UTC))
    except (ConfigError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
